"""Which of the options offered a customer picks: by number, by order, by its day, time or person."""

from __future__ import annotations

import re
from typing import Final

from domain.reading import Listening
from domain.when import When, read_when
from graphs.readers.names import staff_in

_ORDINALS: Final = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "former": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
}
_ORDER: Final = re.compile(
    r"\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|6th|former)\b(?! (?:of|available|week"
    r"|thing|time|visit|name|floor)\b)"
)
_NUMBER: Final = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|i'll take|i'd like|i want|please|let's do|let's go with|can i have|go with"
    r"|give me)[\s,]+){0,3}"
    r"(?:(?:option|number|choice|no\.?|num|nr\.?) ?#?|#)?(\d{1,2}|one|two|three|four|five"
    r"|six)(?:[\s,.!)]*(?:please|thanks|thank you|works|is (?:good|fine|great|ok|okay)|pls))?[\s.!)]*$"
    r"|\b(?:option|number|choice|#) ?#?(\d{1,2}|one|two|three|four|five|six)\b"
)
_BARE: Final = re.compile(r"^\d{1,2}\b(?:[\s,.!)]*(?:please|thanks|pls|works))?[\s.!)]*$")
_ASKS: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay) )?(?:is|are|was|does|do|did|who|when|where|why|which|how(?! about)|what(?! about))\b"
)
_DOTTED: Final = re.compile(r"\b(\d{1,2})\.(\d{2})\b")
_ONE: Final = re.compile(r"\bones?\b", re.IGNORECASE)
_LAST: Final = re.compile(r"\b(?:last|latter|latest|final|bottom)(?: (?:one|option|slot|time))?\b")
_LATER: Final = re.compile(r"\bthe later (?:one|time|slot|option)\b|\blater one\b")
_EARLIER: Final = re.compile(
    r"\b(?:the )?(?:earlier|earliest|soonest|sooner|top) (?:one|time|slot|option)\b|\bthe (?:earliest"
    r"|soonest)\b|^(?:earliest|soonest)\b"
)


def choice_in(plain: str, raw: str, listening: Listening) -> int | None:
    """Return the number of the option picked, 1 for the first; None if none or several fit."""
    count = len(listening.offered)
    if not count or _ASKS.search(plain):
        return None
    number = _by_number(plain)
    for picked in (_by_hour(number, plain, listening) or number, _by_order(plain, listening)):
        if picked is not None and picked <= count:
            return picked
    return _by_content(_DOTTED.sub(r"\1:\2", _ONE.sub("", raw)), listening)


def _by_number(plain: str) -> int | None:
    found = _NUMBER.search(plain)
    if found is None:
        return None
    said = found[1] or found[2]
    return _ORDINALS.get(said) or (int(said) if said.isdigit() and int(said) else None)


def _by_hour(number: int | None, plain: str, listening: Listening) -> int | None:
    """A bare number is an hour where one of the times offered is at that full hour: "2" of 2:00, 3:00 and 4:00."""
    if number is None or not _BARE.match(plain):
        return None
    times = [when.time for when in _whens(listening)]
    at = [n for n, t in enumerate(times, 1) if t is not None and (t.hour % 12 or 12, t.minute) == (number, 0)]
    return at[0] if len(at) == 1 else None


def _by_order(plain: str, listening: Listening) -> int | None:
    count = len(listening.offered)
    if _EARLIER.search(plain) or _LAST.search(plain) or _LATER.search(plain):
        starts = [(w.date, w.time) for w in _whens(listening)]
        ranked = sorted(range(count), key=lambda n: (str(starts[n][0]), str(starts[n][1]), n))
        return (ranked[0] if _EARLIER.search(plain) else ranked[-1]) + 1 if not re.search(r"\blast\b", plain) else count
    found = _ORDER.search(plain)
    return _ORDINALS[found[1]] if found else None


def _by_content(raw: str, listening: Listening) -> int | None:
    said = _when(raw, listening)
    people = staff_in(raw, listening.staff)
    if said.empty and not people:
        return None
    fits = [
        number
        for number, (option, when) in enumerate(zip(listening.offered, _whens(listening), strict=True), 1)
        if _same_time(said, when) and all(person.lower() in option.lower() for person in people)
    ]
    return fits[0] if len(fits) == 1 else None


def _same_time(said: When, option: When) -> bool:
    days = {str(said.date), *(day for words in said.ambiguous for day in words.options if words.kind == "day")}
    if said.date is not None and str(option.date) not in days:
        return False
    if said.time is not None and said.time != option.time:
        return False
    if said.date_to is not None:
        return False
    if said.time is None and (said.time_from or said.time_to):
        at = option.time
        return at is not None and (said.time_from or at) <= at <= (said.time_to or at)
    return True


def _whens(listening: Listening) -> list[When]:
    return [_when(option, listening) for option in listening.offered]


def _when(text: str, listening: Listening) -> When:
    return read_when(text, listening.now, opens=listening.opens, closes=listening.closes)
