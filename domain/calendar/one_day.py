"""Working out which day is meant: one small function for each way to name a single day."""

from __future__ import annotations

import datetime as dt
import re

from domain.calendar.days import (
    GONE,
    WEEK,
    Days,
    Reader,
    add_months,
    ahead,
    calendar_day,
    coming,
    count,
    monday_of,
    month_day,
    number,
    piece,
    weekday,
    year,
)
from domain.calendar.words import MONTHS


def _day_of_month(day: int, today: dt.date) -> dt.date | None:
    starts = (add_months(today, k) for k in range(3))
    return next((d for s in starts if (d := calendar_day(s.year, s.month, day)) and d >= today), None)


def iso(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `2026-03-05`."""
    return ahead(calendar_day(int(m["year"]), int(m["month"]), int(m["day"])), today)


def slashes(m: re.Match[str], today: dt.date) -> Days | None:
    """Month first, as in the United States; where day first is a day as well, both are options."""
    one, two = int(m["one"]), int(m["two"])
    days = [d for month, day in ((one, two), (two, one)) if (d := month_day(month, day, year(m), today=today))]
    left = [d for d in days if d >= today]
    if not left:
        return GONE if days else None
    options = tuple(sorted(set(left))) if len(set(left)) > 1 else ()
    return Days(left[0], options=options, kind="order" if options else "day")


def named(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `5th of march`, `march 5, 2027`: the next one where no year is said."""
    month = MONTHS.index(m["month"]) + 1
    return ahead(month_day(month, number(m["day"]), year(m), today=today), today)


def two_named(m: re.Match[str], today: dt.date) -> tuple[Days, Days] | None:
    """Read `the 5th to the 9th of march` as two days of one month."""
    month = MONTHS.index(m["month"]) + 1
    first, second = (month_day(month, number(m[k]), None, today=today) for k in ("one", "two"))
    return (Days(first), Days(second)) if first and second and first < second else None


def of_month(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `12th of next month`."""
    start = add_months(today, 1 if piece(m, "which") in ("next", "the following") else 0)
    return ahead(calendar_day(start.year, start.month, number(m["day"])), today)


def nth_weekday(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `first monday of may`, `last friday of the month`."""
    if not piece(m, "month"):
        start = add_months(today, 1 if piece(m, "which") == "next" else 0)
        return ahead(_nth(m, start), today)
    this_year = dt.date(today.year, MONTHS.index(m["month"]) + 1, 1)
    days = (_nth(m, start) for start in (this_year, add_months(this_year, 12)))
    return next((Days(day) for day in days if day and day >= today), None)


def _nth(m: re.Match[str], start: dt.date) -> dt.date | None:
    """Return the nth or last such weekday of the month that begins on `start`."""
    if m["nth"] == "last":
        return coming(weekday(m), add_months(start, 1) - dt.timedelta(days=8))
    day = coming(weekday(m), start - dt.timedelta(days=1)) + (number(m["nth"]) - 1) * WEEK
    return day if day.month == start.month else None


def day_after(m: re.Match[str], today: dt.date) -> Days:
    """Read `day after tomorrow`."""
    anchor = coming(weekday(m), today) if piece(m, "weekday") else today + dt.timedelta(days=1)
    return Days(anchor + dt.timedelta(days=1))


def weekday_in_weeks(m: re.Match[str], today: dt.date) -> Days:
    """Read `in 2 weeks on monday`: that day of the calendar week."""
    return Days(monday_of(today) + count(m) * WEEK + dt.timedelta(days=weekday(m)))


def counted_from(m: re.Match[str], today: dt.date) -> Days:
    """Read `a week from friday`, `3 days after tomorrow`."""
    days = {"day": 1, "week": 7, "fortnight": 14}[m["unit"]] * count(m)
    if piece(m, "weekday"):
        anchor = coming(weekday(m), today)
    else:
        anchor = today + dt.timedelta(days=1 if piece(m, "anchor") == "tomorrow" else 0)
    return Days(anchor + dt.timedelta(days=days))


def weekday_week(m: re.Match[str], today: dt.date) -> Days:
    """Read `friday week`: a week after the coming one."""
    return Days(coming(weekday(m), today) + WEEK)


def _two_readings(weekday: int, today: dt.date, weeks: int) -> Days:
    """`next friday`: the one of the next calendar week; the nearest one is what others mean by it."""
    later = monday_of(today) + weeks * WEEK + dt.timedelta(days=weekday)
    sooner = coming(weekday, today) + (weeks - 1) * WEEK
    return Days(later, options=() if sooner == later else tuple(sorted((sooner, later))), by_weekday=True)


def next_weekday(m: re.Match[str], today: dt.date) -> Days:
    """Read `next friday`."""
    return _two_readings(weekday(m), today, 1)


def weekday_after_next(m: re.Match[str], today: dt.date) -> Days:
    """Read `friday after next`."""
    return _two_readings(weekday(m), today, 2)


def weekday_of_week(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `friday next week`."""
    weeks = 0 if piece(m, "which") == "this" else 1
    return ahead(monday_of(today) + weeks * WEEK + dt.timedelta(days=weekday(m)), today)


def weekday_alone(m: re.Match[str], today: dt.date) -> Days:
    """Read `friday`: the coming one; said on a Friday, today is meant as well."""
    day = coming(weekday(m), today)
    if weekday(m) != today.weekday() or "coming" in m[0]:
        return Days(day, by_weekday=True, bare=None if "this" in m[0] or "coming" in m[0] else "weekday")
    return Days(today, options=(today, day), by_weekday=True, bare="weekday")


def near(days: int, part: str | None = None) -> Reader:
    """Return a reader of words so many days from today."""
    return lambda _, today: Days(today + dt.timedelta(days=days), part=part)


def soon(_: re.Match[str], today: dt.date) -> Days:
    """Read `asap`."""
    return Days(today, approx=True, weak=True)


def gone(_: re.Match[str], __: dt.date) -> Days:
    """Read `last tuesday`, `yesterday`."""
    return GONE


def in_count(m: re.Match[str], today: dt.date) -> Days:
    """Read `in 2 weeks`, `3 days from now`; months and `a few` are approximate."""
    number_of, unit = count(m), m["unit"]
    approx = not m["count"].isdigit() and m["count"] not in ("a", "an", "one")
    if unit in ("month", "year"):
        start = add_months(today, number_of * (12 if unit == "year" else 1))
        day = min(today.day, (add_months(start, 1) - start).days)
        return Days(start.replace(day=day), approx=True)
    return Days(today + dt.timedelta(days=number_of * {"day": 1, "week": 7, "fortnight": 14}[unit]), approx=approx)


def day_number(m: re.Match[str], today: dt.date) -> Days | None:
    """Read `the 12th`: the next day with that number."""
    day = _day_of_month(number(m["day"]), today)
    return Days(day, bare="number") if day else None
