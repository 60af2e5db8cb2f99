"""Time: milliseconds that lose nothing they should keep, and a clock that stands still."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import SteppingClock, SystemClock, from_ms, iso, to_ms

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_go_there_and_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


def test_an_instant_is_the_same_in_every_zone() -> None:
    assert to_ms(START) == to_ms(START.astimezone(ZoneInfo("Asia/Kolkata"))) == 1_795_532_400_000
    assert iso(START.astimezone(timezone(timedelta(hours=5)))) == "2026-11-24T15:00:00Z"


async def test_a_stepping_clock_moves_by_sleeping_only() -> None:
    clock = SteppingClock(START.astimezone(ZoneInfo("Europe/London")))
    assert clock.now() == clock.now() == START
    await clock.sleep(90)
    clock.advance(30)
    clock.advance(-500)
    assert clock.now() == START + timedelta(minutes=2)
    assert clock.now().tzinfo is UTC


async def test_the_systems_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(-1)
    assert before.tzinfo is UTC and clock.now() >= before


def test_zones_come_from_the_package_not_the_system() -> None:
    assert zoneinfo.TZPATH == () and ZoneInfo("America/Edmonton").utcoffset(START.replace(tzinfo=None)) is not None


@pytest.mark.parametrize(("month", "hours"), [(1, -5), (7, -4)])
def test_new_york_keeps_its_summer_time(month: int, hours: int) -> None:
    assert datetime(2027, month, 1, tzinfo=ZoneInfo("America/New_York")).utcoffset() == timedelta(hours=hours)
