"""Telling a question about the business from everything else that ends with a question mark."""

from __future__ import annotations

import re
from typing import Final

from graphs.readers.parts import Part

_TOPIC = (
    r"(?:address|phone|telephone|number|digits|contact|locat\w+|where|direction\w*|rat(?:ed|ings?)|reviews?"
    r"|pric\w+|costs?|fees?"
    r"|charges?|how much|hours|open(?:ing)?|clos(?:e|ed|es|ing)|park\w*|insurance|policy|policies"
    r"|deposits?|website|e-?mail|menu"
    r"|gift ?cards?|vouchers?|discounts?|specials?|products?|payments?|pay|cards?|cash|apple pay|venmo"
    r"|tips?|wheelchair|accessible|kids|children"
    r"|walk-?ins?|wait|how long|reach|how far|experience|certified|licensed|qualified|vegan|allerg\w+"
    r"|patch test|unisex|gender"
    r"|cosmetic|office|services|staff|wi-?fi|toilet|dogs?|busy|busiest|crowd\w*|takes? (?:\w+ )?reserv\w+"
    r"|available today|consultations?)"
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:cab|cabs|taxi|uber|lyft|ride|rides|flights?|hotel|bus|train|movies?|songs?|music|weather"
    r"|forecast|alarm|rental car)\b"
    r"|\bam i (?:free|available|busy)\b|\bmy (?:\w+ )?(?:availability|free time)\b|\b(?:check|see"
    r"|view) my (?:\w+ )?schedule\b"
    r"|\b(?:add|put|mark|include|log|save|check)\b.{0,40}\bcalendar\b"
    r"|\bdo i have (?:any )?(?:free )?time\b|\bwhen (?:i|will i|do i)\b.{0,12}\bfree\b"
)
_FORMS: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|oh|hi|hello|hey|also|quick question|question|um|please|just|btw|well"
    r"|great|thanks|sorry)[\s,:.!-]+){0,3}"
    r"(?:what|where|when|who|whose|which|how|why|do|does|did|is|are|am|was|can|could|may|will|would"
    r"|should|has|have|any|are there)\b"
)
_TELL: Final = re.compile(
    r"\b(?:tell|give|send|get|find|share|provide|text|show|grab|let)\b.{0,12}\b(?:me|us|their|his|her|the"
    r"|your)\b|\b(?:do you|i'd like to|want to|need to|like to|you) (?:\w+ )?know\b"
    r"|\b(?:find out|look into|look up|pull up|read|check|(?:see|tell me|know|find out|wondering) (?:if|whether))\b"
    r"|\b(?:wondering|curious|wanted to ask|question)\b|\b(?:can|could|may) i (?:\w+ )?(?:have|get)\b"
    r"|\b(?:i|i'll|i'd|we) (?:\w+ ){0,3}(?:need|want|like)\b|\b(?:can|could) i've\b"
)
_ABOUT: Final = re.compile(rf"\b{_TOPIC}\b")
_BARE: Final = re.compile(
    r"^(?:(?:and|ok|okay|also|the|their|your|his|her|its|any|about|what's)[\s,]+){0,3}"
    rf"(?:\w+ )?{_TOPIC}(?: (?:and|&|or) (?:\w+ )?{_TOPIC})?(?: (?:please|for \w+|of \w+))?[?.! ]*$"
)
_WH: Final = r"(?:if|whether|what|who|when|where|which|how|why)"
_FIND_OUT: Final = re.compile(
    r"\b(?:want(?:ed)?|need|like|love) to (?:know|ask)\b"
    r"|\bhave (?:some|a few|one more|another|a) (?:\w+ )?questions?\b"
    r"|\b(?:one|a|another) (?:more |last |quick |other )?(?:question|thing|help|favou?r)\b"
    r"|\blet me know (?:the|their|his|her|its|your|what|how)\b"
    rf"|\bcheck (?:for |on )?(?:the|their|its) {_TOPIC}\b"
    rf"|\b(?:didn't|don't think i|haven't) (?:get|got|gotten) (?:the|their) {_TOPIC}\b|"
    rf"\b(?:find out|tell me|let me know|tell us) (?:please )?{_WH}\b"
    r"|^(?:and |so |also )*when (?:does|do|is|are|will|did) (?:the|it|this|that|they|he|she|my|their)\b"
)
_DO_YOU: Final = re.compile(
    r"(?:(?:do|are|have) (?:you|they|the \w+|people|there|any\w*)"
    r"|(?:does|did|is|will|can|has|was|would|could) (?:you|they|he|she|it|this|that|the \w+|people|there|any\w*)"
    r"|does \w+|is \w+ an?)\b"
)


def is_question(part: Part) -> bool:
    """Whether a part asks something about the business."""
    words = part.plain
    if part.asks and _FORMS.search(words):
        return True
    if _ABOUT.search(words) and (part.asks or _FORMS.search(words) or _TELL.search(words) or _BARE.search(words)):
        return True
    if _ABOUT.search(words) and re.search(r"[,;] (?:is|are|will|does|do|how|what)\b", words):
        return True
    if finds_out(part):
        return True
    if re.search(r"\bhow (?:busy|long|much|many|far|crowded)\b", words):
        return True
    return bool(_DO_YOU.match(words)) or bool(re.match(r"(?:what|where|which|who|how|why(?! not))\b", words))


def finds_out(part: Part) -> bool:
    """Whether it wants something found out: "find out if they serve wine", "when does it start"."""
    return bool(_FIND_OUT.search(part.plain))


def is_elsewhere(part: Part, confirming: str = "") -> bool:
    """Whether it asks for what no appointment book can do: a cab, the weather; not what is being confirmed."""
    shown = set(re.findall(r"[a-z]{3,}", confirming.lower()))
    return any(not shown.intersection(m.group().split()) for m in _ELSEWHERE.finditer(part.plain))


def on_topic(part: Part) -> bool:
    """Whether a question is about something a business is usually asked."""
    return bool(_ABOUT.search(part.plain))
