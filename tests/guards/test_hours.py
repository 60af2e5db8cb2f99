"""The hours of the law: every published case, every clock change of two years, and nothing that is added loosens."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiet_cases import CASES, needs_cases

from guards.areas import ANYWHERE, PROVINCES, STATES, Place
from guards.hours import Allowed, Deferred, judge_instant
from guards.windows import Business
from records.preferences import Preferences

FLOOR = time(8), time(21)
QUARTER = timedelta(minutes=15)


def of_countries(*countries: str) -> list[str]:
    """The zones of countries, as the zone database lists them."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in table if not line.startswith("#")]
    return sorted(row[2] for row in rows if row[0] in countries)


NORTH_AMERICA = of_countries("US", "CA")
CLOCK_CHANGES = [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]


def place(zones: list[str] | frozenset[str], states: list[str] | frozenset[str] | None = None) -> Place:
    return Place(frozenset(zones), frozenset(states or ()))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def opens(found: Allowed | Deferred, now: datetime) -> datetime | None:
    """When it may go: now, or later, or never."""
    return now if isinstance(found, Allowed) else found.next_allowed


@needs_cases
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_case(case: dict[str, Any]) -> None:
    now = instant(case["utc"])
    found = judge_instant(now, place(case["zones"], case["states"]), purpose="marketing")
    assert ("ALLOW" if isinstance(found, Allowed) else "DEFER") == case["expect"]
    at = opens(found, now)
    assert at is not None and f"{at:%Y-%m-%dT%H:%MZ}" == case["next_allowed"]


def swept(where: Place, day: date) -> list[tuple[datetime, Allowed | Deferred]]:
    """Every quarter of an hour from the eve of a day to its morrow, judged."""
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=24)
    return [
        (now, judge_instant(now, where, purpose="marketing")) for now in (start + QUARTER * n for n in range(4 * 84))
    ]


@pytest.mark.parametrize("day", CLOCK_CHANGES, ids=str)
@pytest.mark.parametrize("also", [[], ["America/New_York"], sorted(ANYWHERE.zones)], ids=["one", "two", "all"])
def test_clock_changes_wake_nobody_and_the_named_time_is_the_first(day: date, also: list[str]) -> None:
    for zone in NORTH_AMERICA:
        where = place([zone, *also])
        seen = swept(where, day)
        for now, found in seen:
            if isinstance(found, Allowed):
                assert all(FLOOR[0] <= now.astimezone(ZoneInfo(z)).time() < FLOOR[1] for z in where.zones), (now, zone)
        first_after: datetime | None = None
        for now, found in reversed(seen):
            if isinstance(found, Allowed):
                first_after = now
            elif first_after is not None:
                assert found.next_allowed == first_after, (now, zone)


def test_no_zone_changes_its_clock_in_the_daytime() -> None:
    """An opening is looked for once a local day, which is exact as long as this holds."""
    for name in available_timezones():
        zone = ZoneInfo(name)
        weeks = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(weeks=n) for n in range(110)]
        for before, after in pairwise(weeks):
            offset = after.astimezone(zone).utcoffset()
            if before.astimezone(zone).utcoffset() == offset:
                continue
            hours = [before + timedelta(hours=n) for n in range(7 * 24 + 1)]
            change = next(hour for hour in hours if hour.astimezone(zone).utcoffset() == offset)
            for side in (change - timedelta(hours=1), change):
                assert not time(8) < side.astimezone(zone).time() < time(21), (name, change)


SETS = st.frozensets
zones = SETS(st.sampled_from(NORTH_AMERICA), min_size=1, max_size=4)
states = SETS(st.sampled_from(sorted(STATES | PROVINCES)), max_size=4)
clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
wishes = st.builds(Preferences, not_before=st.none() | clock, not_after=st.none() | clock)
moments = st.integers(0, 2 * 365 * 96).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + QUARTER * n)
spans = st.tuples(clock, clock)
purposes = st.sampled_from(["marketing", "service"])


@given(moments, zones, zones, states, states, wishes, purposes, st.none() | spans)
def test_what_is_added_only_tightens(now, some, more, law, laws, wish, purpose, span) -> None:  # type: ignore[no-untyped-def]
    business = Business(span) if span else None
    wide = judge_instant(now, place(some, law), purpose=purpose)
    narrow = judge_instant(now, place(some | more, law | laws), purpose=purpose, asked=wish, business=business)
    if isinstance(narrow, Allowed):
        assert isinstance(wide, Allowed)
    at, later = opens(wide, now), opens(narrow, now)
    assert at is None and later is None or at is not None and (later is None or later >= at)


@given(moments, zones, states, wishes, purposes, st.builds(Business, spans, st.none() | spans))
def test_the_named_time_is_allowed_and_nothing_before_it(now, some, law, wish, purpose, business) -> None:  # type: ignore[no-untyped-def]
    where = place(some, law)
    found = judge_instant(now, where, purpose=purpose, asked=wish, business=business)
    if isinstance(found, Allowed):
        return
    end = found.next_allowed or now + timedelta(days=14)
    if found.next_allowed:
        assert found.next_allowed > now
        assert isinstance(judge_instant(end, where, purpose=purpose, asked=wish, business=business), Allowed)
    for n in range(min((end - now) // QUARTER, 96)):
        assert isinstance(
            judge_instant(now + QUARTER * n, where, purpose=purpose, asked=wish, business=business), Deferred
        )


@given(moments, zones, states, wishes, spans, spans)
def test_service_may_be_widened_to_federal_hours_and_never_beyond(now, some, law, wish, quiet, service) -> None:  # type: ignore[no-untyped-def]
    found = judge_instant(now, place(some, law), purpose="service", asked=wish, business=Business(quiet, service))
    if isinstance(found, Allowed):
        federal = place(some, law & PROVINCES)
        assert isinstance(judge_instant(now, federal, purpose="service", asked=wish), Allowed)


MORNING, FLORIDA = instant("2026-11-24T13:30Z"), place(["America/New_York"], ["FL"])  # 08:30 in New York
LAYERS = [
    ("2026-11-24T12:00Z", "FCC", "federal"), ("2026-11-25T01:00Z", "US-FL", "state"),
    ("2026-11-24T13:30Z", "preference", "preference"), ("2026-11-24T15:30Z", "business", "business"),
]  # fmt: skip


@pytest.mark.parametrize(("utc", "rule", "layer"), LAYERS)
def test_the_first_layer_that_is_closed_is_named(utc: str, rule: str, layer: str) -> None:
    wish, business = Preferences(not_before=time(10)), Business((time(11), time(19)))
    found = judge_instant(instant(utc), FLORIDA, purpose="marketing", asked=wish, business=business)
    assert isinstance(found, Deferred)
    assert (found.rule, found.layer, found.local.tzinfo) == (rule, layer, ZoneInfo("America/New_York"))
    assert found.next_allowed == instant("2026-11-24T16:00Z" if utc < "2026-11-25" else "2026-11-25T16:00Z")


def test_windows_that_share_no_hour_never_open() -> None:
    wish = Preferences(not_before=time(21, 30))
    found = judge_instant(MORNING, FLORIDA, purpose="marketing", asked=wish)
    assert isinstance(found, Deferred) and found.next_allowed is None
    nowhere = place(["Asia/Karachi", "Pacific/Honolulu"], ["KY", "RI"])
    found = judge_instant(MORNING, nowhere, purpose="marketing")
    assert isinstance(found, Deferred) and found.next_allowed is None


@pytest.mark.parametrize("purpose", ["mandated", "reply"])
def test_what_answers_or_is_mandated_goes_at_any_hour(purpose: str) -> None:
    night = instant("2026-11-24T07:00Z")
    assert judge_instant(night, ANYWHERE, purpose=purpose) == Allowed()  # type: ignore[arg-type]


def test_canada_keeps_its_own_hours() -> None:
    """Half past nine to eight, weekends ten to six; nine to half past nine, cut at nine by the floor."""
    toronto = place(["America/Toronto"], ["ON"])
    allowed = {
        local: isinstance(judge_instant(instant(f"{local}-05:00"), toronto, purpose="marketing"), Allowed)
        for local in ("2026-11-24T08:59", "2026-11-24T09:00", "2026-11-24T20:59", "2026-11-24T21:00",
                      "2026-11-28T09:59", "2026-11-28T10:00", "2026-11-28T17:59", "2026-11-28T18:00")
    }  # fmt: skip
    assert list(allowed.values()) == [False, True, True, False, False, True, True, False]


def test_holidays_close_a_state_and_it_opens_on_the_next_working_day() -> None:
    """Christmas of 2027 is a Saturday: observed on Friday, and Sunday is closed in Alabama anyway."""
    alabama = place(["America/Chicago"], ["AL"])
    found = judge_instant(instant("2027-12-24T17:00Z"), alabama, purpose="marketing")
    assert isinstance(found, Deferred) and found.rule == "US-AL"
    assert found.next_allowed == instant("2027-12-27T14:00Z")
    observed = judge_instant(instant("2027-12-31T17:00Z"), alabama, purpose="marketing")  # New Year's Day of 2028
    assert isinstance(observed, Deferred) and observed.next_allowed == instant("2028-01-03T14:00Z")


@pytest.mark.parametrize("module", ["guards.hours", "guards.quiet_hours", "cli", "commands.hours"])
def test_the_zones_are_those_of_the_package_whoever_asks_first(module: str) -> None:
    """British Columbia keeps summer time since November 2026, which system copies of the zone database do not know."""
    code = (
        f"import {module}, zoneinfo, json; from datetime import datetime, UTC; "
        "there = datetime(2026, 12, 15, 15, 30, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo('America/Vancouver')); "
        "print(json.dumps([list(zoneinfo.TZPATH), f'{there:%H:%M}']))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [[], "08:30"]
