"""Days as read, and the arithmetic of the calendar that every reader of days needs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from domain.calendar.words import WEEKDAYS

WEEK = dt.timedelta(days=7)
_SMALL = {"first": 1, "second": 2, "third": 3}
_COUNTS = {"a": 1, "an": 1, "one": 1, "the": 1, "couple": 2, "few": 3}


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or the first and last day of a span; no day at all is one gone by. `options` are all its readings.

    `bare`: only its weekday or its number in the month was said.
    """

    first: dt.date | None
    last: dt.date | None = None
    options: tuple[dt.date, ...] = ()
    kind: Literal["day", "order"] = "day"
    approx: bool = False
    part: str | None = None
    by_weekday: bool = False
    bare: Literal["weekday", "number"] | None = None
    weak: bool = False


GONE = Days(None)
Reader = Callable[[re.Match[str], dt.date], Days | tuple[Days, Days] | None]
_YEARS = range(1900, 2200)  # beyond these a number is no year, and adding weeks could not leave the calendar


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the first of the month that lies so many months after the month of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return dt.date(day.year + years, month + 1, 1)


def coming(weekday: int, today: dt.date) -> dt.date:
    """Return the first day after today that falls on a weekday (Monday is 0)."""
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of the calendar week a day lies in."""
    return day - dt.timedelta(days=day.weekday())


def ahead(day: dt.date | None, today: dt.date) -> Days | None:
    """Return the day as said, a day gone by as such, None for none."""
    if day is None:
        return None
    return Days(day) if day >= today else GONE


def calendar_day(year: int, month: int, day: int) -> dt.date | None:
    """Return the day, None if the calendar has none such."""
    try:
        return dt.date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def month_day(month: int, day: int, year: int | None, *, today: dt.date) -> dt.date | None:
    """Return the next such day from today on, or the one of the year that was said; None if there is none."""
    if year is not None:
        return calendar_day(year, month, day)
    years = range(today.year, today.year + 9)  # 29 February may be eight years off
    return next((d for y in years if (d := calendar_day(y, month, day)) and d >= today), None)


def piece(m: re.Match[str], name: str) -> str:
    """Return what a named piece of the pattern matched; nothing if the pattern has no such piece."""
    return (m[name] or "") if name in m.re.groupindex else ""


def weekday(m: re.Match[str]) -> int:
    """Return the weekday that was said, Monday being 0."""
    return WEEKDAYS.index(m["weekday"])


def number(word: str) -> int:
    """Return the number of a day or of an ordinal: 12 for `12`, `12th`."""
    return _SMALL.get(word) or int(word.removesuffix("th"))


def count(m: re.Match[str]) -> int:
    """Return the number a count stands for: 3 for `3`, 2 for `a couple of`."""
    for word in reversed(m["count"].split()):
        if word.isdigit():
            return int(word)
        if word in _COUNTS:
            return _COUNTS[word]
    return 1


def year(m: re.Match[str]) -> int | None:
    """Return the year that was said, two digits being of this century; None for none."""
    said = piece(m, "year")
    if not said:
        return None
    return int(said) if len(said) > 2 else 2000 + int(said)
