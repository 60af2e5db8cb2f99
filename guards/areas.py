"""Where a telephone number may be: the zones and states of its whole area code, never of its exchange."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from domain.phone import country

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/areas.toml").read_text("utf-8"))
STATES = frozenset(_TABLE["states"])
PROVINCES = frozenset(_TABLE["provinces"])
_CODES = {state: frozenset(codes.split()) for part in ("states", "provinces") for state, codes in _TABLE[part].items()}
_SPLIT = [(frozenset(zones.split()), frozenset(codes.split())) for zones, codes in _TABLE["split"].items()]
_NOT_GEOGRAPHIC = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody may be: in every one of these zones, under the law of every one of these states."""

    zones: frozenset[str]
    states: frozenset[str]

    def __or__(self, other: Place) -> Place:
        return Place(self.zones | other.zones, self.states | other.states)


ANYWHERE = Place(frozenset(_TABLE["anywhere"]["zones"]), STATES)


def area(number: str) -> Place | None:
    """The place of an E.164 number; None where it may be anywhere."""
    if not number.startswith("+1"):
        return _abroad(number)
    return _area(number[2:5])


def area_code(number: str) -> str | None:
    """The area code of a North American number."""
    return number[2:5] if number.startswith("+1") and len(number) == 12 else None


@cache
def states_in(zone: str) -> frozenset[str]:
    """The states and provinces of which some part keeps a zone."""
    named = frozenset(_TABLE["zones"].get(zone, "").split())
    return named | {state for state, codes in _CODES.items() if any(zone in _zones(code) for code in codes)}


@cache
def zones_of(state: str) -> frozenset[str]:
    """The zones of a state's area codes."""
    return frozenset().union(*(_zones(code) for code in _CODES[state]))


@cache
def _area(code: str) -> Place | None:
    states = frozenset(state for state, codes in _CODES.items() if code in codes)
    island = not states and country(f"+1{code}") not in (None, "US", "CA")
    zones = _zones(code)
    return Place(zones, states) if zones and (states or island) else None


@cache
def _zones(code: str) -> frozenset[str]:
    """Every zone that the package knows of some exchange of the area code, and ours."""
    found = frozenset().union(*(zones for zones, codes in _SPLIT if code in codes))
    return found | _by_code().get(code, frozenset())


@cache
def _by_code() -> dict[str, frozenset[str]]:
    from phonenumbers.tzdata import TIMEZONE_DATA  # a tenth of a second

    found: dict[str, frozenset[str]] = {}
    for prefix, zones in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:  # "1" alone answers with every zone, which says nothing
            found[prefix[1:4]] = found.get(prefix[1:4], frozenset()) | frozenset(zones)
    return found


@lru_cache(maxsize=4096)
def _abroad(number: str) -> Place | None:
    import phonenumbers
    from phonenumbers import timezone

    parsed = phonenumbers.parse(number)
    zones = frozenset(timezone.time_zones_for_number(parsed)) - {_NOT_GEOGRAPHIC}
    if not zones:  # a range that the package does not know yet: its country tells
        zones = frozenset(timezone.time_zones_for_geographical_number(parsed)) - {_NOT_GEOGRAPHIC}
    return Place(zones, frozenset()) if zones else None
