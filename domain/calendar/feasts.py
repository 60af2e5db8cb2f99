"""Holidays by the names people use; the dates are those of the United States."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from domain.calendar.days import Days

On = Callable[[int], dt.date]


def _fixed(month: int, day: int) -> On:
    return lambda year: dt.date(year, month, day)


def _nth(month: int, weekday: int, nth: int, *, later: int = 0) -> On:
    """The nth weekday of a month (0 for Monday; the last one for -1), and `later` days after it."""

    def on(year: int) -> dt.date:
        days = [dt.date(year, month, 1) + dt.timedelta(k) for k in range(31)]
        fitting = [d for d in days if d.month == month and d.weekday() == weekday]
        return fitting[nth - 1 if nth > 0 else nth] + dt.timedelta(later)

    return on


# Public holidays as in 5 U.S.C. 6103(a), and the days around them that have names of their own.
_FEASTS: Final[dict[str, On]] = {
    r"new year'?s eve": _fixed(12, 31),
    r"new year'?s(?: day)?": _fixed(1, 1),
    r"(?:mlk|martin luther king(?: jr\.?)?) day": _nth(1, 0, 3),
    r"president'?s'? day": _nth(2, 0, 3),
    r"valentine'?s(?: day)?": _fixed(2, 14),
    r"mother'?s day": _nth(5, 6, 2),
    r"memorial day": _nth(5, 0, -1),
    r"juneteenth": _fixed(6, 19),
    r"father'?s day": _nth(6, 6, 3),
    r"(?:independence day|the 4th of july|july 4th)": _fixed(7, 4),
    r"labou?r day": _nth(9, 0, 1),
    r"(?:columbus|indigenous peoples'?) day": _nth(10, 0, 2),
    r"halloween": _fixed(10, 31),
    r"veterans'? day": _fixed(11, 11),
    r"thanksgiving(?: day)?": _nth(11, 3, 4),
    r"black friday": _nth(11, 3, 4, later=1),
    r"(?:christmas|xmas) eve": _fixed(12, 24),
    r"(?:christmas|xmas)(?: day)?": _fixed(12, 25),
    r"boxing day": _fixed(12, 26),
}
# "Before Christmas" is another day, and a gift for Mother's Day is none.
_NOT_AFTER = "".join(
    rf"(?<!{word} )" for word in ("before", "after", "over", "until", "till", "by", "around", "for", "since", "not")
)
_GOES_ON = r"(?= ?(?:[?.!,;)]|\Z)| (?:at|from|please|with|in|around|or|and|too|as|this|will|is|are|we|i|can)\b)"
FEAST: Final = rf"{_NOT_AFTER}(?:this )?(?P<feast>{'|'.join(_FEASTS)}){_GOES_ON}"
FEAST_SIGNS: Final = r"eve|juneteenth|halloween|valentine|thanksgiving|christmas|xmas|new year"


def feast(m: re.Match[str], today: dt.date) -> Days | None:
    """Read a holiday's name: the next one."""
    on = next((on for name, on in _FEASTS.items() if re.fullmatch(name, m["feast"])), None)
    if on is None:
        return None
    return Days(next(day for day in (on(today.year), on(today.year + 1)) if day >= today))
