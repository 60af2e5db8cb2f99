"""Working out which days are meant: one small function for each way to name several days in a row."""

from __future__ import annotations

import datetime as dt
import re

from domain.calendar.days import GONE, WEEK, Days, add_months, monday_of, piece, year
from domain.calendar.one_day import in_count
from domain.calendar.words import MONTHS


def within(m: re.Match[str], today: dt.date) -> Days:
    """Read `within 2 weeks`, `the next few days`."""
    return Days(today, in_count(m, today).first, approx=True)


def weekend(m: re.Match[str], today: dt.date) -> Days:
    """Read `this weekend`; `next weekend` may be the nearest one as well while that lies ahead."""
    saturday = monday_of(today) + dt.timedelta(days=5)
    sunday = saturday + dt.timedelta(days=1)
    if piece(m, "which") != "next":
        return Days(max(saturday, today), sunday)
    options = (saturday, saturday + WEEK) if today < saturday else ()
    return Days(saturday + WEEK, sunday + WEEK, options=options)


def _left(first: dt.date, last: dt.date, today: dt.date, *, approx: bool = False) -> Days:
    """Return what is left of a span from today on."""
    return Days(max(first, today), last, approx=approx) if last >= today else GONE


def _piece(word: str, length: int) -> tuple[int, int]:
    """Return the first and last day, counted from 0, of the early, middle or late piece of a week or month."""
    early, late = (2, 3) if length == 7 else (10, 20)
    if word in ("early", "beginning", "start"):
        return 0, early - 1
    if word in ("mid", "middle"):
        return early - (length == 7), late
    if word == "rest" or (word == "later" and length == 7):
        return 0, length - 1
    return late, (length - 3 if length == 7 else length - 1)


def piece_of(m: re.Match[str], today: dt.date) -> Days:
    """Read `end of next week`, `late march`."""
    later = 1 if piece(m, "which") in ("next", "following") else 0
    if piece(m, "month"):
        start = dt.date(today.year, MONTHS.index(m["month"]) + 1, 1)
        days = _cut(m["piece"], start, add_months(start, 1), today=today)
        return days if days.first else _cut(m["piece"], add_months(start, 12), add_months(start, 13), today=today)
    if m["unit"] == "week":
        start = monday_of(today) + later * WEEK
        return _cut(m["piece"], start, start + WEEK, today=today)
    start = add_months(today, later)
    return _cut(m["piece"], start, add_months(start, 1), today=today)


def _cut(word: str, start: dt.date, end: dt.date, *, today: dt.date) -> Days:
    first, last = _piece(word, (end - start).days)
    return _left(start + dt.timedelta(days=first), start + dt.timedelta(days=last), today, approx=True)


def whole(m: re.Match[str], today: dt.date) -> Days:
    """Read `next week`, `this month`."""
    weeks = 0 if piece(m, "which") == "this" else 1
    if m["unit"] == "week":
        first = monday_of(today) + weeks * WEEK
        return _left(first, first + dt.timedelta(days=6), today)
    first = add_months(today, weeks)
    return _left(first, add_months(first, 1) - dt.timedelta(days=1), today)


def in_month(m: re.Match[str], today: dt.date) -> Days:
    """Read `in march`."""
    month = MONTHS.index(m["month"]) + 1
    first = dt.date(year(m) or today.year + (month < today.month), month, 1)
    return _left(first, add_months(first, 1) - dt.timedelta(days=1), today)


def after_next(m: re.Match[str], today: dt.date) -> Days:
    """Read `week after next`, `weekend after next`."""
    first = monday_of(today) + 2 * WEEK
    return Days(first + dt.timedelta(days=5 if m["unit"] == "weekend" else 0), first + dt.timedelta(days=6))
