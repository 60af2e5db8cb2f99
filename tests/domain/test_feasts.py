"""Holidays by name, and what is wanted again and again."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.when import read_when

NOW = datetime.fromisoformat("2026-11-23T10:00:00-05:00")
DAYS = [
    ("on Christmas", "2026-12-25"),
    ("christmas eve at 10", "2026-12-24"),
    ("Are you open on Thanksgiving?", "2026-11-26"),
    ("black friday", "2026-11-27"),
    ("new year's eve", "2026-12-31"),
    ("New Years day please", "2027-01-01"),
    ("on memorial day", "2027-05-31"),
    ("labor day", "2027-09-06"),
    ("mlk day", "2027-01-18"),
    ("mother's day", "2027-05-09"),
    ("every friday at 3pm", "2026-11-27"),
    ("every two weeks on friday", "2026-11-27"),
    ("every other saturday", "2026-11-28"),
]
NOT_SAID = ("before christmas", "a gift card for mother's day", "do you sell christmas cards", "over thanksgiving")


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_holiday_is_its_next_day_and_a_series_begins_with_its_first(text: str, day: str) -> None:
    when = read_when(text, NOW)
    assert when.date is not None and when.date.isoformat() == day and when.date_to in (None, when.date)


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_only_names_a_holiday_is_no_day(text: str) -> None:
    assert read_when(text, NOW).date is None


def test_today_is_a_holiday_too() -> None:
    eve = datetime.fromisoformat("2026-12-25T08:00:00-05:00")
    found = read_when("on christmas", eve).date
    assert found is not None and found.isoformat() == "2026-12-25"
