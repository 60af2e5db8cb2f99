"""Working out which day is meant: one small function for each way to say a day (`date_rules` has the ways)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from domain.calendar.words import MONTHS, WEEKDAYS

WEEK = dt.timedelta(days=7)
_SMALL = {"first": 1, "second": 2, "third": 3}
_COUNTS = {"a": 1, "an": 1, "one": 1, "the": 1, "couple": 2, "few": 3}


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or the first and last day of a span; no day at all is one gone by. `options` are all its readings."""

    first: dt.date | None
    last: dt.date | None = None
    options: tuple[dt.date, ...] = ()
    kind: Literal["day", "order"] = "day"
    approx: bool = False
    part: str | None = None
    by_weekday: bool = False
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


def _safe(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _said(m: re.Match[str], name: str) -> str:
    """Return what a named piece of the pattern matched; nothing if the pattern has no such piece."""
    return (m[name] or "") if name in m.re.groupindex else ""


def _weekday(m: re.Match[str]) -> int:
    return WEEKDAYS.index(m["weekday"])


def _number(word: str) -> int:
    return _SMALL.get(word) or int(word.removesuffix("th"))


def _count(word: str) -> int:
    return (
        int(word) if word.isdigit() else next(n for w, n in sorted(_COUNTS.items(), reverse=True) if w in word.split())
    )


def month_day(month: int, day: int, year: int | None, today: dt.date) -> dt.date | None:
    """Return the next such day from today on, or the one of the year that was said; None if there is none."""
    if year is not None:
        return _safe(year, month, day)
    years = range(today.year, today.year + 9)  # 29 February may be eight years off
    return next((d for y in years if (d := _safe(y, month, day)) and d >= today), None)


def _day_of_month(day: int, today: dt.date) -> dt.date | None:
    starts = (add_months(today, k) for k in range(3))
    return next((d for s in starts if (d := _safe(s.year, s.month, day)) and d >= today), None)


def _year(m: re.Match[str]) -> int | None:
    said = _said(m, "year")
    return None if not said else int(said) if len(said) > 2 else 2000 + int(said)


def iso(m: re.Match[str], today: dt.date) -> Days | None:
    return ahead(_safe(int(m["year"]), int(m["month"]), int(m["day"])), today)


def slashes(m: re.Match[str], today: dt.date) -> Days | None:
    """Month first, as in the United States; where day first is a day as well, both are options."""
    one, two = int(m["one"]), int(m["two"])
    days = [d for month, day in ((one, two), (two, one)) if (d := month_day(month, day, _year(m), today))]
    left = [d for d in days if d >= today]
    if not left:
        return GONE if days else None
    options = tuple(sorted(set(left))) if len(set(left)) > 1 else ()
    return Days(left[0], options=options, kind="order" if options else "day")


def named(m: re.Match[str], today: dt.date) -> Days | None:
    month = MONTHS.index(m["month"]) + 1
    return ahead(month_day(month, _number(m["day"]), _year(m), today), today)


def two_named(m: re.Match[str], today: dt.date) -> tuple[Days, Days] | None:
    month = MONTHS.index(m["month"]) + 1
    first, second = (month_day(month, _number(m[k]), None, today) for k in ("one", "two"))
    return (Days(first), Days(second)) if first and second and first < second else None


def of_month(m: re.Match[str], today: dt.date) -> Days | None:
    start = add_months(today, 1 if _said(m, "which") in ("next", "the following") else 0)
    return ahead(_safe(start.year, start.month, _number(m["day"])), today)


def nth_weekday(m: re.Match[str], today: dt.date) -> Days | None:
    start = add_months(today, 1 if _said(m, "which") == "next" else 0)
    if _said(m, "month"):
        end = month_day(MONTHS.index(m["month"]) + 1, 28, None, today)
        start = end.replace(day=1) if end else start
    if m["nth"] == "last":
        day = coming(_weekday(m), add_months(start, 1) - dt.timedelta(days=8))
    else:
        day = coming(_weekday(m), start - dt.timedelta(days=1)) + (_number(m["nth"]) - 1) * WEEK
        if day.month != start.month:
            return None
    return ahead(day, today)


def day_after(m: re.Match[str], today: dt.date) -> Days:
    anchor = coming(_weekday(m), today) if _said(m, "weekday") else today + dt.timedelta(days=1)
    return Days(anchor + dt.timedelta(days=1))


def weekday_in_weeks(m: re.Match[str], today: dt.date) -> Days:
    return Days(monday_of(today) + _count(m["count"]) * WEEK + dt.timedelta(days=_weekday(m)))


def counted_from(m: re.Match[str], today: dt.date) -> Days:
    days = {"day": 1, "week": 7, "fortnight": 14}[m["unit"]] * _count(m["count"])
    if _said(m, "weekday"):
        anchor = coming(_weekday(m), today)
    else:
        anchor = today + dt.timedelta(days=1 if _said(m, "anchor") == "tomorrow" else 0)
    return Days(anchor + dt.timedelta(days=days))


def weekday_week(m: re.Match[str], today: dt.date) -> Days:
    return Days(coming(_weekday(m), today) + WEEK)


def _two_readings(weekday: int, today: dt.date, weeks: int) -> Days:
    """`next friday`: the one of the next calendar week; the nearest one is what others mean by it."""
    later = monday_of(today) + weeks * WEEK + dt.timedelta(days=weekday)
    sooner = coming(weekday, today) + (weeks - 1) * WEEK
    return Days(later, options=() if sooner == later else tuple(sorted((sooner, later))), by_weekday=True)


def next_weekday(m: re.Match[str], today: dt.date) -> Days:
    return _two_readings(_weekday(m), today, 1)


def weekday_after_next(m: re.Match[str], today: dt.date) -> Days:
    return _two_readings(_weekday(m), today, 2)


def after_next(m: re.Match[str], today: dt.date) -> Days:
    first = monday_of(today) + 2 * WEEK
    return Days(first + dt.timedelta(days=5 if m["unit"] == "weekend" else 0), first + dt.timedelta(days=6))


def weekday_of_week(m: re.Match[str], today: dt.date) -> Days | None:
    weeks = 0 if _said(m, "which") == "this" else 1
    return ahead(monday_of(today) + weeks * WEEK + dt.timedelta(days=_weekday(m)), today)


def weekday_alone(m: re.Match[str], today: dt.date) -> Days:
    day = coming(_weekday(m), today)
    if _weekday(m) != today.weekday() or "coming" in m[0]:
        return Days(day, by_weekday=True)
    return Days(today, options=(today, day), by_weekday=True)


def near(days: int, part: str | None = None) -> Reader:
    return lambda _, today: Days(today + dt.timedelta(days=days), part=part)


def soon(_: re.Match[str], today: dt.date) -> Days:
    return Days(today, approx=True, weak=True)


def gone(_: re.Match[str], __: dt.date) -> Days:
    return GONE


def in_count(m: re.Match[str], today: dt.date) -> Days:
    count, unit = _count(m["count"]), m["unit"]
    approx = not m["count"].isdigit() and m["count"] not in ("a", "an", "one")
    if unit in ("month", "year"):
        start = add_months(today, count * (12 if unit == "year" else 1))
        day = min(today.day, (add_months(start, 1) - start).days)
        return Days(start.replace(day=day), approx=True)
    return Days(today + dt.timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit]), approx=approx)


def within(m: re.Match[str], today: dt.date) -> Days:
    return Days(today, in_count(m, today).first, approx=True)


def weekend(m: re.Match[str], today: dt.date) -> Days:
    saturday = monday_of(today) + dt.timedelta(days=5)
    sunday = saturday + dt.timedelta(days=1)
    if _said(m, "which") != "next":
        return Days(max(saturday, today), sunday)
    options = (saturday, saturday + WEEK) if today < saturday else ()
    return Days(saturday + WEEK, sunday + WEEK, options=options)


def span_ahead(first: dt.date, last: dt.date, today: dt.date, *, approx: bool = False) -> Days:
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
    ahead_by = 1 if _said(m, "which") in ("next", "following") else 0
    if _said(m, "unit") == "week":
        start = monday_of(today) + ahead_by * WEEK
        length = 7
    elif _said(m, "month"):
        last = month_day(MONTHS.index(m["month"]) + 1, 28, None, today) or today
        start, length = last.replace(day=1), (add_months(last, 1) - last.replace(day=1)).days
    else:
        start = add_months(today, ahead_by)
        length = (add_months(start, 1) - start).days
    first, last_day = _piece(m["piece"], length)
    return span_ahead(start + dt.timedelta(days=first), start + dt.timedelta(days=last_day), today, approx=True)


def whole(m: re.Match[str], today: dt.date) -> Days:
    weeks = 0 if _said(m, "which") == "this" else 1
    if m["unit"] == "week":
        first = monday_of(today) + weeks * WEEK
        return span_ahead(first, first + dt.timedelta(days=6), today)
    first = add_months(today, weeks)
    return span_ahead(first, add_months(first, 1) - dt.timedelta(days=1), today)


def in_month(m: re.Match[str], today: dt.date) -> Days:
    month = MONTHS.index(m["month"]) + 1
    year = _year(m) or (today.year if month >= today.month else today.year + 1)
    first = dt.date(year, month, 1)
    return span_ahead(first, add_months(first, 1) - dt.timedelta(days=1), today)


def day_number(m: re.Match[str], today: dt.date) -> Days | None:
    return ahead(_day_of_month(_number(m["day"]), today), today)
