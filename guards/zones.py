"""Whose clock counts: the evidence of where a customer is, weighed strictly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from guards.areas import ANYWHERE, Place, area, area_code, states_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What tells where a customer is; zones are IANA names, numbers E.164.

    `confirmed` is the zone that the customer told us, `address` that of their postal address. `visited` says that
    customers come to the business.
    """

    number: str | None
    confirmed: str | None = None
    address: str | None = None
    business_zone: str
    business_number: str
    visited: bool = True


@lru_cache(maxsize=4096)
def place_of(evidence: Evidence) -> Place:
    """Where a customer may be.

    What the customer told us counts first, then the address, then the business they visit if their number has its area
    code, then the area code alone. A zone that the area code does not have binds together with the area code's, and so
    do the laws of the states that keep it: the number may be all that somebody else knows of the customer. Nothing
    known is everywhere.
    """
    by_number = area(evidence.number) if evidence.number else None
    stated = evidence.confirmed or evidence.address
    if stated:
        return _stated(stated, by_number)
    if by_number is None:
        home = area(evidence.business_number) or ANYWHERE
        return ANYWHERE | home | Place(frozenset({evidence.business_zone}), frozenset())
    if evidence.visited and _local(evidence) and evidence.business_zone in by_number.zones:
        return Place(frozenset({evidence.business_zone}), by_number.states)
    return by_number


def _stated(zone: str, by_number: Place | None) -> Place:
    there = Place(frozenset({zone}), states_in(zone))
    if by_number is None:
        return there if there.states else Place(there.zones, ANYWHERE.states)
    return Place(there.zones, by_number.states) if zone in by_number.zones else there | by_number


def _local(evidence: Evidence) -> bool:
    return bool(evidence.number) and area_code(evidence.number or "") == area_code(evidence.business_number) is not None
