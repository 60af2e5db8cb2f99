"""Booking: a time is taken once, at the price that was read out, within the hours of whoever does it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from making import PHONE, a_contact
from pydantic import ValidationError
from workbench import Workbench, local

from domain.clock import to_ms
from tools.book import TOOL, Book, describe, hold, release, write

FRIDAY = local("2026-11-27T10:00")
CUT = Book(service="cut", staff="ana", start=FRIDAY, price_cents=4500)


def test_a_booking_is_kept_with_its_receipt(bench: Workbench) -> None:
    receipt = bench.do(write, CUT.model_copy(update={"name": "Mia"}))
    [row] = bench.rows("SELECT * FROM booking")
    assert receipt == {"booking": row.id, "code": row.id[4:10].upper(), "start": FRIDAY}
    assert (row.contact, row.service, row.staff, row.status) == (bench.contact, "cut", "ana", "confirmed")
    assert (row.start_at, row.end_at, row.price_cents) == (FRIDAY, FRIDAY + 45 * 60_000, 4500)
    assert row.snapshot == bench.pack.snapshot
    assert [r.name for r in bench.rows("SELECT name FROM contact")] == ["Mia"]


def test_a_colour_takes_its_buffer_and_remembers_its_deposit(bench: Workbench) -> None:
    bench.do(write, Book(service="colour", staff="ana", start=FRIDAY, price_cents=11000))
    [row] = bench.rows("SELECT * FROM booking")
    assert (row.end_at - row.start_at, row.deposit_cents, row.refunded_cents) == (120 * 60_000, 2500, 0)
    [taken] = bench.rows("SELECT * FROM allocation")
    assert taken.end_at - taken.start_at == 135 * 60_000


def test_a_time_is_sold_once(bench: Workbench) -> None:
    bench.do(write, CUT)
    overlapping = CUT.model_copy(update={"start": FRIDAY + 30 * 60_000})
    assert bench.refuses(write, overlapping, "act_two") == "slot_taken"
    assert bench.refuses(hold, CUT, "act_two") == "slot_taken"
    bench.do(write, CUT.model_copy(update={"start": FRIDAY + 45 * 60_000}), "act_two")
    bench.do(write, CUT.model_copy(update={"staff": "ben", "start": local("2026-11-27T11:00")}), "act_three")
    assert len(bench.rows("SELECT id FROM booking")) == 3


def test_a_time_is_held_until_it_ends_is_released_or_booked(bench: Workbench) -> None:
    soon, later = bench.now + timedelta(minutes=30), bench.now + timedelta(minutes=60)
    bench.do(hold, CUT, expires=soon)
    assert bench.refuses(write, CUT, "act_two") == "slot_taken"
    bench.do(hold, CUT, expires=later)
    assert [r.expires_at for r in bench.rows("SELECT expires_at FROM allocation")] == [to_ms(later)]
    bench.do(release, CUT)
    bench.do(hold, CUT, "act_two", expires=soon)
    bench.now = soon + timedelta(seconds=1)
    bench.do(write, CUT, "act_three")
    assert bench.refuses(write, CUT, "act_two") == "slot_taken", "a hold that ran out holds nothing"


def test_a_hold_follows_its_action_to_another_time(bench: Workbench) -> None:
    bench.do(hold, CUT)
    other = CUT.model_copy(update={"start": FRIDAY + 3600_000})
    bench.do(hold, other)
    bench.do(write, CUT, "act_two")
    assert bench.refuses(write, other, "act_three") == "slot_taken"


@pytest.mark.parametrize(
    ("start", "staff", "service"),
    [
        ("2026-11-27T08:45", "ana", "cut"),
        ("2026-11-27T19:30", "ana", "cut"),  # closes at 20:00, before it would be done
        ("2026-11-27T10:07", "ana", "cut"),  # not on the quarter hour
        ("2026-11-26T10:00", "ana", "cut"),  # Thanksgiving
        ("2026-11-29T10:00", "ana", "cut"),  # a Sunday
        ("2026-11-30T10:00", "ben", "cut"),  # Ben does not work on Mondays
        ("2026-11-27T10:00", "ben", "cut"),  # nor before 11 on Fridays
        ("2026-11-27T11:00", "ben", "colour"),
        ("2026-11-27T10:00", "zoe", "cut"),
        ("2026-11-27T10:00", "ana", "tattoo"),
    ],
)
def test_what_is_not_offered_cannot_be_booked(bench: Workbench, start: str, staff: str, service: str) -> None:
    args = Book(service=service, staff=staff, start=local(start), price_cents=4500)
    assert bench.refuses(write, args) == "not_bookable"
    assert bench.refuses(hold, args) == "not_bookable"
    assert bench.rows("SELECT 1 FROM allocation") == []


def test_a_price_that_changed_is_not_charged(bench: Workbench) -> None:
    assert bench.refuses(write, CUT.model_copy(update={"price_cents": 4000})) == "price_changed"


def test_doing_it_again_under_the_same_action_books_once(bench: Workbench) -> None:
    bench.do(write, CUT)
    assert bench.refuses(write, CUT) == "slot_taken"
    assert len(bench.rows("SELECT id FROM booking")) == 1


def test_it_is_described_in_the_businesss_words(bench: Workbench) -> None:
    assert bench.do(describe, CUT) == {
        "service": "Haircut", "staff": "Ana", "when": "Friday 27 November at 10:00 am", "price": "$45"
    }  # fmt: skip


@pytest.mark.parametrize("odd", [{"price_cents": -1}, {"start": "soon"}, {"name": "x" * 81}, {"contact": "con_other"}])
def test_its_arguments_are_strict(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Book.model_validate({**CUT.model_dump(), **odd})


def test_a_name_is_the_bookers_own(bench: Workbench) -> None:
    other = a_contact(bench.database, PHONE.replace("0143", "0177"))
    bench.do(write, CUT.model_copy(update={"name": "Jo"}), contact=other)
    assert [r.id for r in bench.rows("SELECT id FROM contact WHERE name = 'Jo'")] == [other]
    assert TOOL.assurance == 1
