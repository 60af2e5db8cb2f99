"""Parts of the day: what they are called and the hours they stand for."""

from __future__ import annotations

import datetime as dt
import re

from domain.calendar.changes import standing
from domain.calendar.words import DAY, Mention

_WINDOWS = {
    "morning": (dt.time(0), dt.time(12)),
    "noon": (dt.time(11, 30), dt.time(14)),
    "afternoon": (dt.time(12), dt.time(17)),
    "evening": (dt.time(17), dt.time(22)),
    "night": (dt.time(18), dt.time(23, 59)),
}
_HALVES = {"am": "morning", "pm": "afternoon", "a m": "morning", "p m": "afternoon"}
_PART = re.compile(
    rf"(?<!good )(?<![a-z])(?:(?:early|late|mid)[ -])?(?P<part>morning|afternoon|evening|night)(?![a-z])"
    rf"|\b(?P<noon>lunch ?time|lunch ?(?:break|hours)|(?:over|at|during|around) lunch)\b"
    rf"|(?:(?<={DAY} )|(?<=in the )|(?<=any )|(?<=the ))(?P<half>am|pm)\b(?! (?:i|not|going|free|coming)\b)"
)
_GREETING = re.compile(r"\A\W*(?:morning|afternoon|evening)(?= ?[,!.]| (?:all|team|guys|there|can|could|i|hi)\b)")


def part_window(part: str) -> tuple[dt.time, dt.time]:
    """Return the local times between which a part of the day lies; raises KeyError for a word that is none."""
    return _WINDOWS[part]


def read_parts(text: str, whole: str) -> tuple[str, list[Mention[str]]]:
    """Return the one part of the day a text names (nothing for several) and all mentions.

    `text` is what the readers of days and times have left; `whole` the plain text.
    """
    greeting = _GREETING.match(text)
    found = [
        Mention(m.start(), m.end(), m["part"] or ("noon" if m["noon"] else _HALVES[m["half"]]))
        for m in _PART.finditer(text, greeting.end() if greeting else 0)
    ]
    names = {mention.value for mention in standing(whole, found)}
    return (names.pop() if len(names) == 1 else ""), found
