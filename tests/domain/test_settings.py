"""What a business writes: opening hours per person and day, and a dial with its exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from making import salon
from pydantic import ValidationError

from domain.settings import DIALS, Business, Policy, Span

TUESDAY, SUNDAY, THANKSGIVING = date(2026, 11, 24), date(2026, 11, 29), date(2026, 11, 26)


def without(**changes: Any) -> dict[str, Any]:
    return {**salon().business.model_dump(mode="json"), **changes}


def test_the_shipped_salon_can_be_read_again() -> None:
    assert Business.model_validate(without()) == salon().business


def spans(day: date, staff: str | None = None) -> list[tuple[time, time]]:
    return [(s.start, s.end) for s in salon().business.spans(day, staff)]


def test_people_work_their_own_hours_or_the_businesss() -> None:
    assert spans(TUESDAY) == spans(TUESDAY, "ana") == [(time(9), time(18))]
    assert spans(TUESDAY, "ben") == [(time(10), time(18))]
    assert spans(date(2026, 11, 23), "ben") == []


@pytest.mark.parametrize("day", [SUNDAY, THANKSGIVING])
def test_nobody_works_when_it_is_closed(day: date) -> None:
    assert spans(day) == spans(day, "ben") == []


def test_the_weeks_bounds_decide_what_at_eight_means() -> None:
    assert salon().business.bounds() == (time(9), time(20))


def test_local_time_is_the_businesss() -> None:
    assert salon().business.local(datetime(2026, 11, 24, 15, tzinfo=UTC)).hour == 10


WRONG: list[dict[str, Any]] = [
    {"zone": "Mars/Olympus"}, {"phone": "12"}, {"sector": "casino"}, {"surprise": 1}, {"id": "My Salon"},
    {"hours": {"mon": ["18:00-09:00"]}}, {"hours": {"mon": ["9 to 5"]}}, {"hours": {"monday": []}},
    {"services": {"cut": {"name": "Cut", "minutes": 0, "price_cents": 1, "staff": ["ana"]}}},
    {"services": {"cut": {"name": "Cut", "minutes": 30, "price_cents": -1, "staff": ["ana"]}}},
    {"services": {"cut": {"name": "Cut", "minutes": 30, "price_cents": 1, "staff": ["nobody"]}}},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG)
def test_a_mistake_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Business.model_validate(without(**change))


def test_hours_are_written_as_people_write_them() -> None:
    policy = Policy.model_validate({"quiet_hours": "08:30 - 21:00"})
    assert policy.quiet_hours == Span(start=time(8, 30), end=time(21))


@pytest.mark.parametrize("dial", ["strict", "balanced", "relaxed"])
def test_no_dial_lets_money_go_without_staff(dial: Any) -> None:
    policy = Policy(dial=dial)
    assert policy.setting("refund_deposit", 3) == "hold" and policy.setting("find_slots", 0) == "auto"
    assert policy.setting("book", 2) == DIALS[dial][2]


def test_a_tools_own_setting_stands_above_the_dial() -> None:
    policy = Policy(actions={"book": "never"})
    assert (policy.setting("book", 2), policy.setting("cancel", 2)) == ("never", "ask")
