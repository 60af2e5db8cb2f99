"""Numbers that are neither days nor times: phone numbers, money, streets, versions, party sizes, durations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.calendar.words import OPAQUE, blank, one_of

_STREETS = one_of("street st avenue ave road rd blvd boulevard lane ln drive suite floor".split())
_LONG_STREETS = one_of("street st avenue ave road rd blvd boulevard lane ln drive dr way court ct place pl".split())
_NOT_A_STREET_NAME = one_of(
    "on in at to the with for and or if is am pm my by oclock please ish of i we can it works would not today tomorrow "
    "tonight monday tuesday wednesday thursday friday saturday sunday morning afternoon evening from see dr".split()
)
_HEADS = one_of(
    "version v number no. no # option room unit apt apartment suite ref order invoice step size page level zip "
    "extension ext aisle gate bus flight chapter route highway box code pin".split()
)
COUNTED = one_of(
    "people persons person passengers passenger guests guest adults adult kids kid children child diners ppl seats "
    "seat cups bottles items haircuts pieces years year times stars star miles mile km percent dollars dollar bucks "
    "euros euro pounds usd quid cents inches inch oz lbs men women friends girls boys cats dogs others more sessions "
    "sets units rooms tables photos nails toes teeth appointments cuts colors options slots services things "
    "questions".split()
)
PERIODS = one_of("days day weeks week months month minutes hours fortnights nights".split())


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    pattern: re.Pattern[str]


def _kind(name: str, pattern: str) -> _Kind:
    return _Kind(name, re.compile(pattern, re.ASCII))


_ISO = r"[0-9]{4}([./-])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])"
_DATE_WITH_YEAR = r"[0-9]{1,2}([./-])[0-9]{1,2}\2[0-9]{4}(?![0-9])"
_CLOCK = r"(?! ?(?:am|pm|oclock)\b|:[0-9])"
_NAME = rf"(?:(?!{_NOT_A_STREET_NAME}\b)[a-z]+ ){{1,3}}"

# In order: what an earlier kind has taken, a later one no longer sees.
_KINDS = (
    _kind(
        "phone",
        rf"(?<![0-9/])(?!{_ISO})(?!{_DATE_WITH_YEAR})(?=[0-9 ().+-]{{0,16}}[0-9]{{3}})"
        r"\+?\(?[0-9](?:[ ().-]{0,2}[0-9]){6,14}(?![0-9])",
    ),
    _kind("money", r"[$£€] ?[0-9]{1,9}(?:[.,][0-9]{1,3})?|[0-9]{1,9}(?:\.[0-9]{2})? ?[$£€]"),
    _kind("zone of an instant", r"(?<=:[0-9]{2}:[0-9]{2})[+-][0-9]{2}:?[0-9]{2}"),
    _kind(
        "version",
        rf"\b(?!{_ISO})(?!{_DATE_WITH_YEAR})[0-9]{{1,4}}(?:\.[0-9]{{1,4}}){{2,}}\b"
        rf"|\b[0-9]{{1,4}}\.(?:[0-9]{{3,9}}|[0-9])\b",
    ),
    _kind("street", rf"\b[0-9]{{1,5}} {_NAME}{_STREETS}\b|\b[0-9]{{3,5}} {_NAME}{_LONG_STREETS}\b"),
    _kind("numbered street", rf"\b(?:[0-9]{{1,3}}th|first|second|third) {_STREETS}\b"),
    _kind("numbered thing", rf"(?<![a-z]){_HEADS} ?#?[0-9]{{1,6}}\b{_CLOCK}"),
    _kind("ratio", r"\b(?:24/7|50/50|1/2 (?=hours|an|inch|price|day))"),
    _kind(
        "party",
        rf"\b(?:table|party|reservation|seats?|group|family|ride|cab|taxi|dinner|brunch|breakfast)"
        rf" (?:for|of) (?:[0-9]{{1,2}}|one)\b{_CLOCK}",
    ),
    _kind("party before its time", r"\bfor (?:[0-9]{1,2}|one)(?= (?:people )?at [0-9])"),
    _kind(
        "people", rf"\b(?:we are|we're|there are|there's|there will be) [0-9]{{1,2}}\b{_CLOCK}|\b[0-9]{{1,2}} of us\b"
    ),
    _kind("age", r"\b[0-9]{1,2}[ -](?:year|yr|month|week)s?[ -]olds?\b"),
    _kind("counted", rf"(?<![:.])\b[0-9]{{1,4}}(?:-[0-9]{{1,3}})? ?(?:%|{COUNTED}\b)"),
    _kind(
        "duration",
        r"\b(?<!in )(?<!of )(?:[0-9]{1,3}(?:-[0-9]{1,3})?|one|an|half an)[ -]?(?:hours|minutes)\b"
        r"(?! (?:past|to|after|before|until|of)\b)",
    ),
)


def without_quantities(text: str) -> str:
    """Return a plain text with every number that is neither a day nor a time made unreadable, places kept."""
    for kind in _KINDS:
        for found in kind.pattern.finditer(text):
            text = blank(text, found.span(), OPAQUE)
    return text
