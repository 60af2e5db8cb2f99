"""Telling a question about the business from everything else that ends with a question mark."""

from __future__ import annotations

import re
from typing import Final

from graphs.readers.parts import Part

_TOPIC = (
    r"(?:address|phone|telephone|number|contact|locat\w+|where|direction\w*|rat(?:ed|ings?)|reviews?|pric\w+|costs?|fees?"
    r"|charges?|how much|hours|open(?:ing)?|clos(?:e|ed|es|ing)|park\w*|insurance|policy|policies|deposits?|website|e-?mail|menu"
    r"|gift ?cards?|vouchers?|discounts?|specials?|products?|payments?|pay|cards?|cash|apple pay|venmo|tips?|wheelchair|accessible|kids|children"
    r"|walk-?ins?|wait|how long|how far|experience|certified|licensed|qualified|vegan|allerg\w+|patch test|unisex|gender"
    r"|cosmetic|office|services|staff|wi-?fi|toilet|dogs?|reservations|busy|available today|consultations?)"
)
_FORMS: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|oh|hi|hello|hey|also|quick question|question|um|please|just|btw|well|great|thanks|sorry)[\s,:.!-]+){0,3}"
    r"(?:what|where|when|who|whose|which|how|why|do|does|did|is|are|am|was|can|could|may|will|would|should|has|have|any|are there)\b"
)
_TELL: Final = re.compile(
    r"\b(?:tell|give|send|get|share|provide|text|show|grab|let)\b.{0,12}\b(?:me|us)\b|\b(?:do you|i'd like to|want to|need to|like to|you) (?:\w+ )?know\b"
    r"|\b(?:wondering|curious|wanted to ask|question)\b|\b(?:can|could|may) i (?:\w+ )?(?:have|get)\b|\b(?:i|i'll|i'd|we) (?:\w+ )?(?:need|want|like)\b|\b(?:can|could) i've\b"
)
_ABOUT: Final = re.compile(rf"\b{_TOPIC}\b")
_BARE: Final = re.compile(
    r"^(?:(?:and|ok|okay|also|the|their|your|his|her|its|any|about|what's)[\s,]+){0,3}"
    rf"(?:\w+ )?{_TOPIC}(?: (?:and|&|or) (?:\w+ )?{_TOPIC})?(?: (?:please|for \w+|of \w+))?[?.! ]*$"
)
_DO_YOU: Final = re.compile(r"\b(?:do|does|did|are|is|will|can) (?:you|they|he|she|it|this|that|ya|the \w+|u)\b")


def is_question(part: Part) -> bool:
    """Whether a part asks something about the business."""
    words = part.plain
    if part.asks and _FORMS.search(words):
        return True
    if _ABOUT.search(words) and (part.asks or _FORMS.search(words) or _TELL.search(words) or _BARE.search(words)):
        return True
    return bool(_DO_YOU.match(words)) or bool(re.match(r"(?:what|where|which|who|how|why)\b", words))


def on_topic(part: Part) -> bool:
    """Whether a question is about something a business is usually asked."""
    return bool(_ABOUT.search(part.plain))
