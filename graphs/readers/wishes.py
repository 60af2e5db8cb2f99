"""Clear wishes about being contacted: "stop texting me", "take me off your list". They only ever add a revocation."""

from __future__ import annotations

import re
from typing import Final

from domain.reading import ContactWish

_TEXT = r"(?:text\w*|messag\w*|contact\w*|sms\w*|email\w*|e-mail\w*|bother\w*|spam\w*|writ(?:e|ing)|reach\w*)"
_ADS = r"(?:offers?|promo\w*|ads?|advert\w*|marketing|newsletters?|deals?|discounts?|specials?|coupons?|campaigns?)"
_NOT_NOW = (
    r"(?!.{0,20}\b(?:before|after|until|at work|at night|this (?:early|late)|so (?:early|late)|between|during|while)\b)"
)
_WISHES: Final[tuple[tuple[ContactWish, re.Pattern[str]], ...]] = (
    (
        "start",
        re.compile(
            rf"\b(?:start|resume|begin|keep) {_TEXT} me\b|\b(?:re-?subscribe|opt (?:me )?(?:back )?in|unstop)\b"
            rf"|\b(?:you can|ok to|okay to) {_TEXT} me again\b|\b(?:add|put) me (?:back )?(?:on|to) (?:your"
            rf"|the) (?:\w+ )?list\b"
        ),
    ),
    (
        "stop_marketing",
        re.compile(
            rf"\b(?:stop|quit|no more|don't send|do not send|don't want|cease|unsubscribe)\b.{{0,25}}\b{_ADS}\b"
            rf"|\b(?:remove|take) me (?:from|off)\b.{{0,20}}\b(?:marketing|promo\w*|newsletter|{_ADS})\b"
        ),
    ),
    (
        "stop_calls",
        re.compile(
            rf"\b(?:stop|quit) (?:calling|phoning|ringing)(?: me| us)?\b|\b(?:don't|do not|never) (?:call"
            rf"|phone|ring) me\b{_NOT_NOW}"
        ),
    ),
    (
        "stop_all",
        re.compile(
            rf"\b(?:stop|quit|cease) (?:\w+ )?(?:{_TEXT}(?: me| us)|sending)\b|\b(?:don't|do not"
            rf"|never) (?:ever )?{_TEXT} (?:me|us)\b{_NOT_NOW}"
            rf"|\b(?:take|remove|get|delete) (?:me|us|my (?:phone )?(?:number|name|email)) (?:off|from"
            rf"|out of) (?:of )?(?:your|the|this|these|any) "
            r"(?:\w+ )?(?:lists?|texts?|messages|system|database|records|contacts)\b"
            rf"|\bunsubscribe\b|\bopt(?:ing)? (?:me )?out\b|\bno more (?:texts?|messages|sms)\b"
            rf"|\bdelete my number\b|\blose my number\b"
        ),
    ),
)
_TAKEN_BACK: Final = re.compile(
    r"\b(?:don't|do not|didn't|never) (?:want (?:you )?to |say |ask you to |mean (?:to "
    r"|you to )?)?(?:stop|unsubscribe|remove|take|opt|quit)"
    r"|\bwhat (?:happens|if)\b|\bhow (?:do|can|would)\b|\bwill (?:you|i)\b.{0,30}\bif\b"
)


def contact_wish(plain: str) -> ContactWish | None:
    """Return the wish said clearly in the plain words of one part, else None."""
    if _TAKEN_BACK.search(plain):
        return None
    return next((wish for wish, pattern in _WISHES if pattern.search(plain)), None)
