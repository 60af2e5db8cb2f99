"""Whose clock counts: strong evidence first, both where it disagrees with the number, all where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import parse, timezone

from guards.areas import ANYWHERE, PROVINCES, STATES, Place, area, states_in, zones_of
from guards.zones import Evidence, place_of

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
PENSACOLA = Evidence(number="+18505550143", business_zone=CENTRAL, business_number="+18505550100")


def place(zones: str | set[str], states: str) -> Place:
    return Place(frozenset([zones] if isinstance(zones, str) else zones), frozenset(states.split()))


AREAS = [
    ("+12025550143", {EASTERN}, "DC"), ("+18505550143", {EASTERN, CENTRAL}, "FL"),
    ("+14485550143", {EASTERN, CENTRAL}, "FL"),
    ("+13645550143", {EASTERN, CENTRAL}, "KY"), ("+12705550143", {EASTERN, CENTRAL}, "KY"),
    ("+19305550143", {EASTERN, CENTRAL}, "IN"), ("+19285550143", {"America/Phoenix", MOUNTAIN}, "AZ"),
    ("+16025550143", {"America/Phoenix"}, "AZ"), ("+19155550143", {CENTRAL, MOUNTAIN}, "TX"),
    ("+14585550143", {PACIFIC, MOUNTAIN}, "OR"), ("+12505550143", {"America/Vancouver", "America/Edmonton"}, "BC"),
    ("+12365550143", {"America/Vancouver", "America/Edmonton"}, "BC"), ("+19025550143", {"America/Halifax"}, "NS PE"),
    ("+17875550143", {"America/Puerto_Rico"}, "PR"), ("+18765550143", {"America/Jamaica"}, ""),
    ("+442079460958", {"Europe/London"}, ""), ("+819012345678", {"Asia/Tokyo"}, ""),
    ("+441632960123", {"Europe/London"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("number", "zones", "states"), AREAS)
def test_a_number_is_in_every_zone_of_its_area_code(number: str, zones: set[str], states: str) -> None:
    assert area(number) == place(zones, states)


NOWHERE = ["+18005550143", "+18335550143", "+18445550143", "+18555550143", "+18665550143", "+18775550143",
           "+18885550143", "+15005550006", "+19005550143", "+17005550143", "+15555550143", "+11235550143", "+1",
           "+80012345678"]  # fmt: skip


@pytest.mark.parametrize("number", NOWHERE)
def test_a_number_of_no_place_may_be_anywhere(number: str) -> None:
    assert area(number) is None
    assert place_of(replace(PENSACOLA, number=number)) == ANYWHERE | place(set(), "FL")
    assert place_of(replace(PENSACOLA, number=None)) == ANYWHERE


@given(st.sampled_from(sorted(STATES | PROVINCES)), st.integers(200, 999), st.integers(2_000_000, 9_999_999))
def test_no_exchange_is_outside_its_area_code(state: str, code: int, line: int) -> None:
    """A number that moved keeps its exchange, so the package's answer for an exchange is only a part of ours."""
    number = f"+1{code}{line}"
    found, zones = area(number), set(timezone.time_zones_for_number(parse(number)))
    if found and len(zones) < 42 and zones != {"Etc/Unknown"}:
        assert zones <= found.zones
    assert zones_of(state) and all(state in states_in(zone) for zone in zones_of(state))


def test_what_the_customer_says_comes_before_the_address_the_business_and_the_number() -> None:
    split, both = PENSACOLA, place({EASTERN, CENTRAL}, "FL")
    elsewhere = replace(split, business_number="+12025550100")
    assert place_of(replace(split, confirmed=EASTERN, address=CENTRAL)) == place(EASTERN, "FL")
    assert place_of(replace(split, address=EASTERN)) == place(EASTERN, "FL")
    assert place_of(split) == place(CENTRAL, "FL")
    assert place_of(elsewhere) == place_of(replace(split, visited=False)) == both
    assert place_of(replace(split, business_zone=MOUNTAIN)) == both
    assert place_of(replace(split, number="+18005550143", business_number="+18005550100")) == ANYWHERE


@pytest.mark.parametrize("evidence", ["confirmed", "address"])
def test_a_zone_that_the_number_does_not_have_binds_with_the_numbers(evidence: str) -> None:
    new_york = Evidence(number="+12125550143", business_zone=EASTERN, business_number="+12125550100")
    moved = replace(new_york, confirmed=PACIFIC) if evidence == "confirmed" else replace(new_york, address=PACIFIC)
    assert place_of(moved) == place({EASTERN, PACIFIC}, "NY") | place(set(), "CA ID NV OR WA")
    travels = replace(new_york, confirmed="Europe/London")
    assert place_of(travels) == place({EASTERN, "Europe/London"}, "NY")


def test_a_zone_without_a_number_brings_the_states_that_keep_it_else_all() -> None:
    toll_free = replace(PENSACOLA, number="+18005550143")
    assert place_of(replace(toll_free, confirmed="America/Detroit")) == place("America/Detroit", "MI")
    assert {"TX", "AL", "KY", "FL"} <= place_of(replace(toll_free, confirmed=CENTRAL)).states
    assert place_of(replace(toll_free, address="Asia/Tokyo")) == Place(frozenset({"Asia/Tokyo"}), STATES)


def test_where_a_canadian_business_does_not_know_canada_binds_too() -> None:
    toronto = Evidence(number=None, business_zone="America/Toronto", business_number="+14165550100")
    assert place_of(toronto) == ANYWHERE | place("America/Toronto", "ON")
