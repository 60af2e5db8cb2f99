"""What staff typed, read into canonical arguments."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from fake_desk import booking

from desk.answers import Unreadable, read_answer, typed
from desk.cards import Answer

NEW_YORK = ZoneInfo("America/New_York")


def edit(**form: str) -> Answer:
    """Read an edit of the booking's card."""
    named = {f"field.{name}": value for name, value in form.items()}
    return read_answer("edit", {"args_hash": "h", **named}, booking(), by="Ana", zone=NEW_YORK)


def test_a_form_sent_back_as_shown_is_an_approval_of_exactly_the_card() -> None:
    shown = {field.name: typed(field, NEW_YORK) for field in booking().fields}
    assert shown["start"] == "2026-11-23T11:30"
    answer = edit(**shown)
    assert (answer.kind, answer.args, answer.args_hash, answer.by) == ("approve", {}, "h", "Ana")


@pytest.mark.parametrize(
    ("local", "instant"),
    [("2026-12-01T09:00", "2026-12-01T09:00:00-05:00"), ("2027-03-14T03:00", "2027-03-14T03:00:00-04:00")],
)
def test_a_time_is_local_to_the_business(local: str, instant: str) -> None:
    assert edit(start=local).args == {"start": instant}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", "2027-03-14T02:30"),  # the clocks go from 2:00 to 3:00
        ("start", "tomorrow"),
        ("start", ""),
        ("price", "-1"),
        ("price", "45.001"),
        ("price", "1e3"),
        ("price", "٤٥"),
        ("staff", "carla"),
        ("name", ""),
        ("name", "x" * 1001),
    ],
)
def test_what_is_no_value_of_the_field_is_named_with_it(name: str, value: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        edit(**{name: value})
    assert set(wrong.value.errors) == {name}


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Unreadable) as wrong:
        edit(price="lots", staff="carla", service="colour")
    assert set(wrong.value.errors) == {"price", "staff"}


def test_what_may_not_be_edited_is_not() -> None:
    assert edit(booking="B-1").args == {}


def test_an_edit_of_a_card_that_is_gone_can_never_run() -> None:
    form = {"args_hash": "h", "field.price": "50.00"}
    answer = read_answer("edit", form, None, by="Ana", zone=NEW_YORK)
    assert (answer.kind, answer.args_hash, answer.args) == ("edit", "", {})
