"""The dated windows of the law, state by state, and those that a customer and a business add; each only narrows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from domain.action import Purpose
from domain.errors import BadInput
from guards.areas import PROVINCES, STATES
from records.preferences import Preferences

Layer = Literal["federal", "state", "preference", "business"]
Hours: TypeAlias = tuple[time, time]  # on one local day, the end already too late
_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/hours.toml").read_text("utf-8"))
ANY_HOUR: frozenset[Purpose] = frozenset(_TABLE["purposes"]["any_hour"])


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One window a day of the week, Monday first, None for a day without one; `holidays` names the state's list."""

    name: str
    layer: Layer
    week: tuple[Hours | None, ...]
    holidays: str | None = None
    also_zone: str | None = None

    def on(self, day: date) -> Hours | None:
        """The window of a local day."""
        hours = self.week[day.weekday()]
        return None if hours and self.holidays and day in _holidays(self.holidays, day.year) else hours


@dataclass(frozen=True, slots=True)
class Business:
    """What a business allows by its policy: for all it begins, and for service messages where it widened that."""

    quiet: Hours
    service: Hours | None = None


@lru_cache(maxsize=4096)
def rules(
    states: frozenset[str], purpose: Purpose, asked: Preferences, *, business: Business | None
) -> tuple[Rule, ...]:
    """Every window that binds, federal law first.

    A business may send what it owes its customers (service) in hours of its own instead of those that states set for
    solicitations; federal hours and the customer's wish bind there too.
    """
    widened = business.service if business and purpose == "service" else None
    found = [_LAW["FCC"]]
    if states & PROVINCES:
        found.append(_LAW["CRTC"])
    if widened is None:
        found += [_LAW[name] for name in sorted(f"US-{state}" for state in states) if name in _LAW]
    if asked.not_before or asked.not_after:
        found.append(_daily("preference", "preference", (asked.not_before or time.min, asked.not_after or time.max)))
    if business is not None:
        found.append(_daily("business", "business", widened or business.quiet))
    return tuple(found)


def known_states(names: Iterable[str]) -> frozenset[str]:
    """States and provinces by their postal codes; `BadInput` names one that does not exist."""
    found = frozenset(names)
    if unknown := found - STATES - PROVINCES:
        raise BadInput(f"{min(unknown)!r} is no state or province; write its postal code, like TX or ON.")
    return found


def _daily(name: str, layer: Layer, hours: Hours) -> Rule:
    return Rule(name, layer, (hours if hours[0] < hours[1] else None,) * 7)


def _hours(text: str) -> Hours | None:
    if text == "none":
        return None
    start, _, end = text.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _rule(name: str, row: dict[str, str]) -> Rule:
    daily = row["daily"]
    week = (daily,) * 5 + (row.get("saturday", daily), row.get("sunday", daily))
    closed = name.removeprefix("US-") if row.get("holidays") == "none" else None
    layer: Layer = "state" if row["layer"] == "state" else "federal"
    return Rule(name, layer, tuple(_hours(text) for text in week), closed, row.get("also_zone"))


_LAW: dict[str, Rule] = {name: _rule(name, row) for name, row in _TABLE["rules"].items()}


@cache
def _holidays(state: str, year: int) -> frozenset[date]:
    """The days of a year, or those on which they are observed, that the table names for a state."""
    from holidays import country_holidays  # takes a second, and few states need it

    names = {*_TABLE["holidays"]["everywhere"], *_TABLE["holidays"][state]}
    found = country_holidays(
        "US", subdiv=state, years=(year, year + 1)
    )  # New Year's Day may be observed in the year before
    return frozenset(
        day
        for day in found
        if day.year == year and any(n.removesuffix(" (observed)") in names for n in found.get_list(day))
    )
