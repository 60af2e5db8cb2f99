"""The hours that a customer names for being contacted: "text me after 9", "no calls after 8 pm", "mornings only"."""

from __future__ import annotations

import re
from datetime import time

_CLOCK = r"(?:(\d{1,2})(?: ?(\d\d))? ?(am|pm)?|(noon))"
_EARLY_BOUND = re.compile(rf"\b(?:after|past) {_CLOCK}\b")
_LATE_BOUND = re.compile(rf"\b(?:before|by|until|till|til) {_CLOCK}\b")
_BETWEEN = re.compile(rf"\bbetween {_CLOCK} (?:and|to|until) {_CLOCK}\b")
_NEVER = re.compile(r"\b(?:dont|no|never|stop|not|quit|please dont|too)\b")
_PARTS: tuple[tuple[str, time | None, time | None], ...] = (
    (r"\bmornings?\b", None, time(12)),
    (r"\bafternoons?\b", time(12), time(17)),
    (r"\bevenings?\b", time(17), None),
)
_TOO = ((r"\bearly\b", time(10), None), (r"\b(?:late|at nights?|nights?|overnight)\b", None, time(19)))
_NOT_IN = ((r"\bmornings?\b", time(12), None), (r"\b(?:evenings?|at nights?)\b", None, time(17)))


def bounds(sentence: str) -> tuple[time | None, time | None]:
    """Not before and not after, local times, of a plain sentence; both None where no hour can be told.

    An hour without am or pm is read so that it leaves a day to be reached in: "after 9" means nine in the morning,
    "not after 9" nine at night.
    """
    if found := _BETWEEN.search(sentence):
        groups = found.groups()
        first, last = _time(groups[:4], evening=False), _time(groups[4:], evening=True)
        return (last, first) if _NEVER.search(sentence) else (first, last)
    never = _NEVER.search(sentence) is not None
    early, late = _EARLY_BOUND.search(sentence), _LATE_BOUND.search(sentence)
    if early or late:
        after = _time(early.groups(), evening=never) if early else None
        until = _time(late.groups(), evening=not never) if late else None
        return (until, after) if never else (after, until)
    for pattern, not_before, not_after in (*_TOO, *(_NOT_IN if never else _PARTS)):
        if re.search(pattern, sentence):
            return not_before, not_after
    return None, None


def _time(groups: tuple[str | None, ...], *, evening: bool) -> time | None:
    hour_text, minutes, half, noon = groups
    if noon:
        return time(12)
    hour = int(hour_text or 0)
    if hour > 23 or int(minutes or 0) > 59:
        return None
    if half == "pm" and hour < 12 or (half is None and (1 <= hour <= 5 or (evening and hour < 12))):
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return time(hour, int(minutes or 0))
