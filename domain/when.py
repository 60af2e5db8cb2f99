"""When the customer means: days and times read from English words, in the business's local time.

Ambiguity is returned, never resolved in silence: who asks the customer, or searches wider, decides elsewhere.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from domain.calendar.clock_rules import Hours, read_clocks
from domain.calendar.date_rules import read_days
from domain.calendar.day_choice import choose_days
from domain.calendar.days import Days, calendar_day, monday_of
from domain.calendar.parts import part_window, read_parts
from domain.calendar.quantities import without_quantities
from domain.calendar.time_choice import Times, choose_times, without_days
from domain.calendar.words import Mention, Plain, plain

__all__ = ["Ambiguity", "When", "beside", "part_window", "read_when"]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Words with more than one reading; `options` are ISO dates or `HH:MM`, soonest first."""

    words: str
    kind: Literal["day", "time", "order", "several"]  # order: 3/4
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class When:
    """A day and time as far as the words say it; local to the business.

    `date_to` is the last day of a span, inclusive. `past`: the words name a day or time gone by. `bare`: the
    day was named by nothing but its weekday or its number in the month. `spans`: the character ranges of the original
    text that were read as a day or time.
    """

    date: dt.date | None = None
    date_to: dt.date | None = None
    time: dt.time | None = None
    time_from: dt.time | None = None
    time_to: dt.time | None = None
    part: str | None = None
    approx: bool = False
    past: bool = False
    bare: Literal["weekday", "number"] | None = None
    ambiguous: tuple[Ambiguity, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def empty(self) -> bool:
        """Say whether nothing about days or times was understood."""
        named = (self.date, self.time, self.time_from, self.time_to, self.part)
        return all(value is None for value in named) and not self.past and not self.ambiguous


def read_when(text: str, now: dt.datetime, *, opens: dt.time = dt.time(8), closes: dt.time = dt.time(21)) -> When:
    """Read the day and time a message names.

    `now` is aware and in the business's zone; dates before `now.date()` are never returned. Bare hours are resolved by
    the opening hours. Never raises on any text.
    """
    said = plain(text)
    hours = Hours(now, opens, closes)
    named, rest = read_days(without_quantities(said.text), now.date())
    clocks, rest = read_clocks(rest, hours)
    part, parts = read_parts(rest, said.text)
    days = choose_days(said.text, named, now.date())
    part = part or next((m.value.part for m in days if m.value.part), "")
    times = choose_times(said.text, without_days(said.text, clocks, _dropped(named, days)), hours, part=part)

    places = {*times.spans, *((m.start, m.end) for m in named), *((m.start, m.end) for m in parts)}
    when = _with_times(_with_days(When(), days, said), times, said)
    if when.date is None and times.days is not None and not when.past:
        when = replace(when, date=now.date() + dt.timedelta(days=times.days))
    when = replace(when, part=_fitting(part or times.part, when), spans=_spans(said, places))
    return _not_gone_by(when, now)


def beside(when: When, talked_about: dt.date, today: dt.date) -> When:
    """Return a bare day as one of the week or month that is being talked about, where that lies ahead of today.

    After "next week, in the morning", `wednesday` is that of next week; after 26 December, `the 28th` is of December.
    """
    if when.date is None or when.bare is None:
        return when
    if when.bare == "weekday":
        day: dt.date | None = monday_of(talked_about) + dt.timedelta(days=when.date.weekday())
    else:
        day = calendar_day(talked_about.year, talked_about.month, when.date.day)
    if day is None or day <= today or day == when.date:
        return when
    return replace(when, date=day, ambiguous=tuple(one for one in when.ambiguous if one.kind != "day"))


def _dropped(named: list[Mention[Days]], kept: list[Mention[Days]]) -> list[int]:
    """Return where the days end that no longer count."""
    starts = [one.start for one in kept]
    dates = {mention.value.first for mention in kept}
    out = []
    for mention in named:
        index = bisect_right(starts, mention.start) - 1
        if mention.value.first not in dates and (index < 0 or kept[index].end <= mention.start):
            out.append(mention.end)
    return out


def _spans(said: Plain, places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the places in the original text, in order, overlapping ones joined."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(said.origin(*place) for place in places):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _with_days(when: When, days: list[Mention[Days]], said: Plain) -> When:
    if not days:
        return when
    chosen = days[0].value
    if chosen.first is None:
        return replace(when, past=True)
    when = replace(when, date=chosen.first, date_to=chosen.last, approx=chosen.approx, bare=chosen.bare)
    words = said.words(days[0].start, days[-1].end)
    if len(days) > 1:
        options = sorted({day for m in days for day in m.value.options or (m.value.first,) if day})
        return replace(when, ambiguous=(Ambiguity(words, "several", tuple(map(str, options))),))
    if chosen.options:
        return replace(when, ambiguous=(Ambiguity(words, chosen.kind, tuple(map(str, chosen.options))),))
    return when


def _time(minutes: int | None) -> dt.time | None:
    return None if minutes is None else dt.time(minutes // 60 % 24, minutes % 60)


def _with_times(when: When, times: Times, said: Plain) -> When:
    when = replace(
        when,
        time=_time(times.at),
        time_from=_time(times.start),
        time_to=_time(times.end),
        approx=when.approx or times.approx,
    )
    several = times.several or times.options
    if not several:
        return when
    words = said.words(times.spans[0][0], times.spans[-1][1])
    options = tuple(f"{m // 60:02}:{m % 60:02}" for m in sorted(several))
    doubt = Ambiguity(words, "several" if times.several else "time", options)
    return replace(when, ambiguous=(*when.ambiguous, doubt))


def _fitting(part: str, when: When) -> str | None:
    """Return the part of the day unless the exact time lies outside it, as in `4 in the evening`."""
    if not part or when.time is None:
        return part or None
    first, last = part_window(part)
    return part if first <= when.time <= last else None


def _latest(when: When) -> dt.time | None:
    """Return the last moment of the day the words allow, if they say."""
    if when.part and not (when.time or when.time_to or when.time_from):
        return part_window(when.part)[1]
    return when.time or when.time_to


def _not_gone_by(when: When, now: dt.datetime) -> When:
    """Drop readings that are over today; where none is left, say so."""
    clock, latest = now.time(), _latest(when)
    if when.date != now.date() or when.date_to or latest is None or latest >= clock:
        return when
    for doubt in when.ambiguous:
        soonest = f"{clock:%H:%M}" if doubt.kind == "time" else str(now.date())
        left = tuple(option for option in doubt.options if option > soonest)
        if left and doubt.kind in ("time", "day"):
            return _only(when, doubt, left)
    return replace(when, past=True)


def _only(when: When, doubt: Ambiguity, left: tuple[str, ...]) -> When:
    """Return the reading with the options of a doubt that are left; it takes the first of them."""
    doubts = [replace(one, options=left) if one is doubt else one for one in when.ambiguous]
    when = replace(when, ambiguous=tuple(one for one in doubts if len(one.options) > 1))
    if doubt.kind == "day":
        return replace(when, date=dt.date.fromisoformat(left[0]))
    return replace(when, time=dt.time.fromisoformat(left[0])) if when.time else replace(when, past=True)
