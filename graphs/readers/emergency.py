"""Emergencies: somebody in danger now, in the customer's words; whatever else they wanted waits.

It is about what happens to a body, a fire, gas, or somebody who threatens, happening now. Told of the past ("had a
stroke last year"), as a question ("what if there is a fire?"), as a joke or denied ("nobody's hurt"), it is none.
"""

from __future__ import annotations

import re
from typing import Final

from graphs.readers.parts import split, tidy

_WHO: Final = (
    r"(?:he|she|husband|wife|son|daughter|mom|mum|mother|dad|father|baby|kid|child|friend|man|woman|guy|lady|person"
    r"|patient|client|customer|partner|boyfriend|girlfriend|grand\w+|brother|sister)"
)
_BODY: Final = (
    rf"\b{_WHO}(?:'s| is| was| has)? (?:\w+ ){{0,4}}?"
    r"(?:unresponsive|(?:not|stopped) respond(?:ing)?|isn't responding)\b",
    r"\b(?:not|n't|stopped|barely|hardly|struggling to|trouble|difficulty|having (?:trouble|difficulty)|unable to)"
    r" breath(?:e|ing)\b|\b(?:can't|cannot|can not|couldn't) (?:\w+ )?breathe\b|\bchok(?:ing|es)\b(?! hazard)(?! up)"
    r"|\bturning (?:blue|purple)\b",
    r"(?<!tent )(?<!fence )(?<!shed )(?<!shelf )(?<!cake )\bcollapsed\b|\bunconscious\b"
    r"|\bwon't wake up\b"
    r"|\bpassed out\b(?! (?:flyers|candy|samples|of))|\bfainted\b|\bno pulse\b|\bheart (?:stopped|has stopped)\b",
    r"\b(?:having|is having|just had|think (?:it's|its)) (?:a |an )?(?:heart attack|stroke|seizure"
    r"|asthma attack|allergic"
    r" reaction|anaphyla\w+)\b|\bconvulsing\b|\bseizing\b|\boverdos\w+|\banaphyla\w+|\bchest pains?\b",
    r"\bbleeding (?:\w+ )?(?:heavily|badly|out|a lot|everywhere|won't stop|profusely|so much)\b"
    r"|\b(?:won't|can't|doesn't|will not) stop (?:the )?bleeding\b|\b(?:throat|tongue|face) (?:is "
    r"|'s )?(?:closing|swelling)\b",
    r"\b(?:been|was|got|is) (?:just )?(?:shot|stabbed|run over by|electrocuted|hit by a)\b"
    r"|\bdrowning\b(?! in)|\belectrocuted\b"
    r"|\bhead injury\b",
    r"\b(?:kill|hurt|harm) (?:myself|himself|herself|themselves)\b|\bsuicid\w+|\bwant to die\b|\bend my life\b",
)
_FIRE: Final = (
    r"\b(?:there's|there is|we have|it's|it is|i think there's|see) (?:a )?(?:\w+ )?fire\b(?! (?:place"
    r"|pit|drill|sale|works"
    r"|truck|exit|escape|alarm|wood|side|hydrant|extinguisher))",
    r"\bon fire\b|\b(?:caught|catching) fire\b|\bburning down\b|\bin flames\b|\bflames (?:are|coming|everywhere)\b",
    r"\bsmoke (?:is )?(?:coming|everywhere|filling|pouring|under|from the|in the)\b|\bfull of smoke\b",
    r"\b(?:smell|smells|smelling) (?:of |like |strongly of )?(?:gas|smoke|something burning)\b"
    r"|\bgas (?:leak|leaking)\b"
    r"|\bleaking gas\b|\bcarbon monoxide\b|\bexplo(?:sion|ded)\b",
)
_THREAT: Final = (
    r"\b(?:trying to|tries to|wants to) (?:break|force) (?:in|into|my|the|open)\b|\btrying to (?:get in"
    r"|get into|open) (?:to )?"
    r"(?:my|our|the) (?:house|room|door|home|apartment|window|car)\b|\boutside (?:my|our|the) (?:door"
    r"|house|window|room|home"
    r"|apartment)\b.{0,60}\b(?:trying|scared|afraid|terrified|banging|pounding|won't leave|threat\w*)\b",
    r"\b(?:breaking|broke|broken) (?:in|into)\b(?: \w+){0,4}? (?:right now|now|help|here|my (?:house|home"
    r"|room|apartment))\b"
    r"|\bintruder\b|\bburglar (?:in|is)\b|\bhome invasion\b",
    r"\b(?:has|have|with|pulled|pointing) (?:a |an |his |her )?(?:gun|knife|weapon|firearm)\b|\bactive shooter\b",
    r"\b(?:he|she|they|someone|somebody|husband|boyfriend|man|ex)\b(?: \w+){0,3}? (?:hitting|attacking"
    r"|beating|threatening"
    r"|hurting|strangling|choking|raping|assaulting|following|stalking) (?:me|us|my|her|him)\b",
    r"\b(?:being|been|getting|just got|was just) (?:attacked|robbed|mugged|assaulted|held|kidnapped"
    r"|threatened|followed)\b",
)
_CALLED: Final = (
    r"\b(?:call|calling|get|send|need|dial) (?:me |us |him |her )?(?:an? |the |for an? )?(?:911|9-1-1|999"
    r"|112|ambulance"
    r"|paramedics?|police|cops|fire (?:department|brigade|truck))\b",
    r"\b(?:this is|it's|its|have|got|is) (?:an? |a real "
    r"|a medical )?(?:medical )?emergency\b(?! (?:number|line|exit|contact"
    r"|appointment|call-?out|service|plumb\w*|slot|room|fee|rate))",
)
_ANY: Final = re.compile("|".join((*_BODY, *_FIRE, *_THREAT, *_CALLED)))
_NOT_NOW: Final = re.compile(
    r"\b(?:last (?:week|month|year|night|summer|winter|time|spring|fall)|(?:days?|weeks?|months?"
    r"|years?) ago|yesterday|history"
    r"|years|used to|in the past|back in|once had|as a (?:kid|child)|when i was|recently)\b"
    r"|\b(?:what if|if there|in case|or (?:i|we)(?:'ll| will)"
    r"|if (?:i|it|you|someone|somebody)|is there an?|are there|do you|does (?:your|the)"
    r"|should there|hypothetically)\b"
    r"|\b(?:not an emergency|no emergency|isn't an emergency|no(?:body| one)(?:'s| is| was)? hurt"
    r"|non-?emergency|false alarm)\b"
    r"|\b(?:lol|haha\w*|lmao|rofl|jk|joking|kidding|movie|film|tv|exhaust|tailpipe|instagram|tiktok|facebook)\b"
    r"|\b(?:hair|outfit|beat|you guys|deal|sale|prices?) (?:is|are|was) on fire\b"
    r"|\bemergency\b.{0,40}\b(?:hair|nails?|roots|colou?r|bangs|fringe|wedding|prom)\b"
    r"|\b(?:install|replace|buy|sell|test|chang|fit)\w* .{0,30}\b(?:detector|alarm)s?\b"
    r"|\b(?:nearly|almost) (?:fainted|died|passed|collapsed|choked|had)\b"
    r"|\b(?:heart attack|stroke|died|fainted|passed out) (?:when|at|over) (?:i |the |your )?(?:saw|price|bill)\w*"
)


def is_emergency(plain: str) -> bool:
    """Whether one part of a turn tells of danger to somebody that is there now."""
    return bool(_ANY.search(plain)) and not _NOT_NOW.search(plain)


def tells_of_emergency(text: str) -> bool:
    """Whether a customer's turn tells of one, whoever read it."""
    tidied = tidy(text)
    return tidied is not None and any(is_emergency(part.plain) for part in split(tidied))
