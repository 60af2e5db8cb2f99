"""The dated tables: complete, readable, strict, and their holidays are those the package knows by these names."""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from importlib import resources
from typing import Any
from zoneinfo import available_timezones

import pytest
from holidays import country_holidays

from domain.errors import BadInput
from guards.areas import PROVINCES, STATES
from guards.windows import Business, Rule, known_states, rules
from records.preferences import Preferences


def table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("guards").joinpath(f"data/{name}.toml").read_text("utf-8"))


HOURS, AREAS = table("hours"), table("areas")
NOTHING = Preferences()
CLOSED = sorted(name.removeprefix("US-") for name, row in HOURS["rules"].items() if row.get("holidays") == "none")
YEARS = range(2026, 2033)


def binding(states: str, **given: Any) -> list[Rule]:
    return list(
        rules(frozenset(states.split()), given.get("purpose", "marketing"), NOTHING, business=given.get("business"))
    )


def test_every_row_is_dated_sourced_and_within_federal_hours() -> None:
    assert HOURS["as_of"] and AREAS["as_of"] and AREAS["source"]
    for name, row in HOURS["rules"].items():
        assert row["source"] and row["confidence"] in "ABC", name
        assert name in ("FCC", "CRTC") or name.removeprefix("US-") in STATES, name
        assert row["layer"] == ("state" if name.startswith("US-") else "federal"), name


def test_a_belief_is_the_strict_reading() -> None:
    """Rows nobody checked close Sundays, or open them later."""
    believed = [name for name, row in HOURS["rules"].items() if row["confidence"] == "C"]
    assert believed and all(HOURS["rules"][name]["sunday"] in ("none", "13:30-21:00") for name in believed)


EIGHT, NINE, TEN, SIX, HALF = time(8), time(9), time(10), time(18), time(21, 30)
EVENING, NIGHT, NOON = time(20), time(21), time(12)
WEEKS = [
    ("FL", (EIGHT, EVENING), (EIGHT, EVENING), (EIGHT, EVENING)), ("AL", (EIGHT, EVENING), (EIGHT, EVENING), None),
    ("RI", (NINE, SIX), (TEN, time(17)), None), ("TX", (NINE, NIGHT), (NINE, NIGHT), (NOON, NIGHT)),
    ("KY", (TEN, NIGHT), (TEN, NIGHT), (TEN, NIGHT)), ("CT", (NINE, EVENING), (NINE, EVENING), (NINE, EVENING)),
    ("PA", (EIGHT, NIGHT), (EIGHT, NIGHT), (time(13, 30), NIGHT)), ("ON", (NINE, HALF), (TEN, SIX), (TEN, SIX)),
]  # fmt: skip


@pytest.mark.parametrize(("state", "weekday", "saturday", "sunday"), WEEKS)
def test_a_week(state: str, weekday: object, saturday: object, sunday: object) -> None:
    federal, rule = binding(state)
    friday = date(2026, 11, 20)
    assert federal.on(friday) == (EIGHT, NIGHT)
    assert [rule.on(friday + timedelta(days=n)) for n in range(3)] == [weekday, saturday, sunday]


def test_states_without_hours_of_their_own_keep_the_federal_ones() -> None:
    assert [rule.name for rule in binding("NY CA DC")] == ["FCC"]
    assert [rule.name for rule in binding("TX BC FL ON")] == ["FCC", "CRTC", "US-FL", "US-TX"]


def test_a_business_replaces_the_states_hours_for_service_alone() -> None:
    business = Business((NINE, EVENING), (time(7), time(22)))
    assert [r.name for r in binding("FL ON", business=business)] == ["FCC", "CRTC", "US-FL", "business"]
    assert [r.name for r in binding("FL ON", business=business, purpose="service")] == ["FCC", "CRTC", "business"]
    assert [r.name for r in binding("FL", business=Business((NINE, EVENING)), purpose="service")][1] == "US-FL"


@pytest.mark.parametrize("state", CLOSED)
def test_the_holidays_of_a_state_are_all_named_and_close_it(state: str) -> None:
    """A name that the package spells anew, or a holiday that it adds, is noticed here."""
    listed = {*HOURS["holidays"]["everywhere"], *HOURS["holidays"][state]}
    known = country_holidays("US", subdiv=state, years=YEARS)
    names = {name.removesuffix(" (observed)") for day in known for name in known.get_list(day)}
    assert names <= listed and set(HOURS["holidays"][state]) <= names
    rule = binding(state)[1]
    assert all(rule.on(day) is None for day in known if day.year in YEARS)
    assert rule.on(date(2026, 11, 24)) is not None


def test_only_states_that_close_have_lists() -> None:
    assert sorted(set(HOURS["holidays"]) - {"everywhere", "source", "confidence"}) == CLOSED
    assert binding("TX")[1].on(date(2026, 12, 25)) == (NINE, NIGHT)


def test_the_zones_of_the_tables_exist_and_no_code_is_listed_twice_in_a_country() -> None:
    named = (
        {zone for zones in AREAS["split"] for zone in zones.split()}
        | set(AREAS["zones"])
        | set(AREAS["anywhere"]["zones"])
    )
    named |= {row["also_zone"] for row in HOURS["rules"].values() if "also_zone" in row}
    assert named <= available_timezones()
    codes = [code for codes in AREAS["states"].values() for code in codes.split()]
    assert len(codes) == len(set(codes)) and all(len(code) == 3 and code.isdigit() for code in codes)
    split = [code for codes in AREAS["split"].values() for code in codes.split()]
    assert len(split) == len(set(split)) and {
        state for states in AREAS["zones"].values() for state in states.split()
    } <= (STATES | PROVINCES)


def test_a_state_is_a_postal_code() -> None:
    assert known_states(["TX", "ON", "DC", "GU"]) == {"TX", "ON", "DC", "GU"}
    with pytest.raises(BadInput, match="'tx' is no state"):
        known_states(["NY", "tx"])
