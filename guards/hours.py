"""Whether what we begin may reach a person at an instant, and else when: on every clock that may be theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from domain.action import Purpose
from guards.areas import Place
from guards.windows import ANY_HOUR, Business, Hours, Layer, Rule, rules
from records.preferences import Preferences

HORIZON = timedelta(days=14)  # longer than any run of Sundays and holidays
NOTHING_ASKED = Preferences()


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It may not: the rule and its layer, the person's local time there, and the first instant (UTC) that is allowed.

    `next_allowed` is None where the windows leave no time at all.
    """

    rule: str
    layer: Layer
    local: datetime
    next_allowed: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """A zone and the rules that bind on its local days."""

    zone: ZoneInfo
    rules: tuple[Rule, ...]


Clocks: TypeAlias = tuple[Clock, ...]


def judge_instant(
    instant: datetime,
    place: Place,
    *,
    purpose: Purpose,
    asked: Preferences = NOTHING_ASKED,
    business: Business | None = None,
) -> Allowed | Deferred:
    """Judge an aware instant: federal law, states, the customer's wish and the business's policy, in every zone.

    Windows are half-open on local time, by the local date. Without `business` it is the law alone.
    """
    if purpose in ANY_HOUR:
        return Allowed()
    clocks = _clocks(place, purpose, asked, business=business)
    closed = _closed(instant, clocks)
    if closed is None:
        return Allowed()
    clock, local = closed
    against = next(rule for rule in clock.rules if not _within(local.time(), rule.on(local.date())))
    return Deferred(against.name, against.layer, local, _next(instant, clocks))


def closing(
    instant: datetime,
    place: Place,
    *,
    purpose: Purpose,
    asked: Preferences = NOTHING_ASKED,
    business: Business | None = None,
) -> datetime | None:
    """When the windows that are open at an instant close (UTC); None where none binds or one is closed already."""
    if purpose in ANY_HOUR:
        return None
    clocks = _clocks(place, purpose, asked, business=business)
    if _closed(instant, clocks):
        return None
    days = [(clock, instant.astimezone(clock.zone).date()) for clock in clocks]
    open_spans = [(clock, day, hours) for clock, day in days if (hours := _common(clock, day))]
    return min((datetime.combine(day, hours[1], tzinfo=clock.zone).astimezone(UTC)
                for clock, day, hours in open_spans), default=None)  # fmt: skip


@lru_cache(maxsize=4096)
def _clocks(place: Place, purpose: Purpose, asked: Preferences, *, business: Business | None) -> Clocks:
    binding = rules(place.states, purpose, asked, business=business)
    own = [Clock(ZoneInfo(zone), binding) for zone in sorted(place.zones)]
    elsewhere = [(r.also_zone, r) for r in binding if r.also_zone and r.also_zone not in place.zones]
    return (*own, *(Clock(ZoneInfo(zone), (rule,)) for zone, rule in elsewhere))


def _closed(instant: datetime, clocks: Clocks) -> tuple[Clock, datetime] | None:
    """The first clock on which it is too early or too late."""
    for clock in clocks:
        local = instant.astimezone(clock.zone)
        if not _within(local.time(), _common(clock, local.date())):
            return clock, local
    return None


def _within(moment: time, hours: Hours | None) -> bool:
    return hours is not None and hours[0] <= moment < hours[1]


@lru_cache(maxsize=4096)
def _common(clock: Clock, day: date) -> Hours | None:
    """What all rules of a clock leave of a local day."""
    found = [rule.on(day) for rule in clock.rules]
    spans = [hours for hours in found if hours is not None]
    if len(spans) < len(found):
        return None
    start, end = max(s for s, _ in spans), min(e for _, e in spans)
    return (start, end) if start < end else None


def _next(instant: datetime, clocks: Clocks) -> datetime | None:
    """The first allowed instant: go to the next opening of a clock that is closed, until none is."""
    seen, last = instant, instant + HORIZON
    while seen <= last and (closed := _closed(seen, clocks)):
        clock, local = closed
        opening = _opening(clock, local)
        if opening is None:
            return None
        seen = opening
    return seen.astimezone(UTC) if seen <= last else None


def _opening(clock: Clock, local: datetime) -> datetime | None:
    """When a clock's window opens next, after a local time at which it is closed.

    No zone changes its clocks between eight in the morning and nine at night, so an opening happens once a day.
    """
    for days in range(HORIZON.days + 1):
        day = local.date() + timedelta(days=days)
        hours = _common(clock, day)
        if hours and (days or local.time() < hours[0]):
            return datetime.combine(day, hours[0], tzinfo=clock.zone).astimezone(UTC)
    return None
