"""Proactive messages wait for the customer's day: nine to eight on their own clock, whatever the clock does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import CONTACT, facts, verdict
from making import booking_of, message_of

from domain.action import Proposal
from domain.clock import from_ms
from domain.decision import Finding
from guards.facts import Facts
from guards.quiet_hours import GUARD

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = {  # and a number that may be there
    "America/New_York": "+12025550143", "America/Los_Angeles": "+12135550143", "America/St_Johns": "+17095550143",
    "Europe/London": "+442079460958", "Asia/Kolkata": "+912228220000", "Australia/Lord_Howe": "+61412345678",
    "Pacific/Apia": "+68522123", "America/Edmonton": "+14035550143",
}  # fmt: skip


def at(local: str, zone: str = "America/New_York") -> Facts:
    """Facts at a local time of a customer in a zone."""
    instant = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return facts(now=instant, known={"contact": replace(CONTACT, zone=zone), "last_heard": LONG_AGO})


def text_to(zone: str) -> Proposal:
    """A service message to a number of a zone."""
    return replace(message_of(), address=ZONES[zone])


def told(action: Proposal, given: Facts) -> Finding:
    found = GUARD.judge(action, given)
    assert found is not None and found.not_before is not None
    return found


TIMES = [
    ("2026-11-24T08:59:59", "deny"), ("2026-11-24T09:00", "none"), ("2026-11-24T19:59:59", "none"),
    ("2026-11-24T20:00", "deny"), ("2026-11-24T00:00", "deny"),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("local", "expected"), TIMES)
def test_the_window_is_the_customers_day(local: str, expected: str, zone: str) -> None:
    assert verdict(GUARD, text_to(zone), at(local, zone)) == expected


# Clocks go forward on 14 March 2027 in New York, 28 March in London, and back on 1 and 25 October or November.
OPENINGS = [
    ("2026-11-24T08:00", "America/New_York", "2026-11-24T14:00Z"),
    ("2026-11-24T21:00", "America/New_York", "2026-11-25T14:00Z"),
    ("2027-03-13T23:00", "America/New_York", "2027-03-14T13:00Z"),
    ("2027-03-14T01:30", "America/New_York", "2027-03-14T13:00Z"),
    ("2026-10-31T23:00", "America/New_York", "2026-11-01T14:00Z"),
    ("2026-11-01T01:30", "America/New_York", "2026-11-01T14:00Z"),
    ("2027-03-28T00:30", "Europe/London", "2027-03-28T08:00Z"),
    ("2026-10-25T01:30", "Europe/London", "2026-10-25T09:00Z"),
    ("2026-11-24T21:00", "Asia/Kolkata", "2026-11-25T03:30Z"),
    ("2026-12-31T22:00", "Pacific/Apia", "2026-12-31T20:00Z"),
]


@pytest.mark.parametrize(("local", "zone", "opens"), OPENINGS)
def test_a_refusal_names_when_the_window_opens(local: str, zone: str, opens: str) -> None:
    found = told(text_to(zone), at(local, zone))
    assert from_ms(found.not_before or 0) == datetime.fromisoformat(opens)


@given(st.integers(0, 2 * 365 * 24 * 60), st.sampled_from(sorted(ZONES)))
def test_what_is_refused_may_go_at_the_named_time_and_not_before(minute: int, zone: str) -> None:
    now = LONG_AGO + timedelta(days=1, minutes=minute)
    known = {"contact": replace(CONTACT, zone=zone), "last_heard": LONG_AGO}
    found = GUARD.judge(text_to(zone), facts(now=now, known=known))
    local = now.astimezone(ZoneInfo(zone))
    if found is None:
        assert time(9) <= local.time() < time(20)
        return
    opens = from_ms(found.not_before or 0)
    there = opens.astimezone(ZoneInfo(zone))
    weekend = (
        zone in ("America/St_Johns", "America/Edmonton") and there.weekday() > 4
    )  # Canada's begins later, ends at six
    assert timedelta(0) < opens - now <= timedelta(hours=16 if local.weekday() > 4 else 14)
    assert there.time() == time(10 if weekend else 9)
    assert GUARD.judge(text_to(zone), facts(now=opens, known=known)) is None


NIGHT = "2026-11-24T23:00"


def test_without_a_zone_of_their_own_it_is_the_businesss() -> None:
    night = at(NIGHT)
    given = facts(now=night.now, known={"contact": CONTACT, "last_heard": LONG_AGO})
    assert verdict(GUARD, message_of(), given) == "deny"
    assert verdict(GUARD, message_of(), facts(now=night.now, known={"contact": None, "last_heard": None})) == "deny"


@pytest.mark.parametrize(("minutes", "expected"), [(15, "none"), (16, "deny")])
def test_an_answer_to_somebody_awake_is_not_proactive(minutes: int, expected: str) -> None:
    night = at(NIGHT)
    known = {"contact": CONTACT, "last_heard": night.now - timedelta(minutes=minutes)}
    given = facts(now=night.now, known=known)
    assert verdict(GUARD, message_of(), given) == expected
    assert verdict(GUARD, replace(message_of(), purpose="marketing"), given) == "deny"


@pytest.mark.parametrize(("minutes", "expected"), [(60, "none"), (61, "deny")])
def test_a_late_reply_is_proactive(minutes: int, expected: str) -> None:
    night = at(NIGHT)
    known = {"contact": CONTACT, "last_heard": night.now - timedelta(minutes=minutes)}
    assert verdict(GUARD, replace(message_of(), purpose="reply"), facts(now=night.now, known=known)) == expected


QUIET = [
    replace(message_of(), purpose="mandated"),
    replace(message_of(), channel="web"),
    booking_of(),
]


@pytest.mark.parametrize("action", QUIET)
def test_what_wakes_nobody_or_was_asked_for_goes_at_night(action: Proposal) -> None:
    assert verdict(GUARD, action, at(NIGHT)) == "none"
