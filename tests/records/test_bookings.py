"""Bookings and the time they take: the database decides what is free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from making import BUSINESS, NOW, a_contact, later, within
from sqlalchemy.exc import DBAPIError

from domain.clock import to_ms
from records import bookings, schema
from records.bookings import Holder, Stretch
from records.database import Database, Tx

MINUTE = 60_000
NOON = to_ms(later(120))


def stretch(start: int = 0, minutes: int = 30, who: str = "ana") -> Stretch:
    return Stretch(who, NOON + start * MINUTE, NOON + (start + minutes) * MINUTE)


def take(database: Database, wanted: Stretch, holder: Holder, minutes: float = 0) -> bool:
    now = later(minutes)
    return within(database, lambda tx: bookings.allocate(tx, BUSINESS, wanted, holder=holder, now=now))


FIRST, SECOND = Holder("act_1", "hold"), Holder("act_2", "hold")
OVERLAPS = [
    (stretch(), False), (stretch(29), False), (stretch(-29), False), (stretch(5, 5), False), (stretch(-5, 60), False),
    (stretch(30), True), (stretch(-30), True), (stretch(who="ben"), True),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "free"), OVERLAPS)
def test_a_taken_time_is_taken_whole_or_in_part(database: Database, wanted: Stretch, free: bool) -> None:
    assert take(database, stretch(), FIRST)
    assert take(database, wanted, SECOND) is free


def test_another_business_has_its_own_time(database: Database) -> None:
    take(database, stretch(), FIRST)
    assert within(database, lambda tx: bookings.allocate(tx, "dentist", stretch(), holder=SECOND, now=NOW))


def test_a_hold_that_ran_out_is_free(database: Database) -> None:
    take(database, stretch(), replace(FIRST, expires_at=to_ms(later(10))))
    assert not take(database, stretch(), SECOND, minutes=9)
    assert take(database, stretch(), SECOND, minutes=10)
    assert within(database, lambda tx: bookings.held_by(tx, "act_1")) == []


def test_what_is_let_go_is_free(database: Database) -> None:
    take(database, stretch(), FIRST)
    take(database, stretch(60), SECOND)
    within(database, lambda tx: bookings.release(tx, "act_1"))
    assert take(database, stretch(), SECOND)
    assert len(within(database, lambda tx: bookings.held_by(tx, "act_2"))) == 2


def test_a_hold_can_be_kept_longer(database: Database) -> None:
    take(database, stretch(), replace(FIRST, expires_at=to_ms(later(10))))
    within(database, lambda tx: bookings.extend(tx, "act_1", to_ms(later(20))))
    assert not take(database, stretch(), SECOND, minutes=19)


def test_a_hold_becomes_a_booking_for_good(database: Database) -> None:
    take(database, stretch(), replace(FIRST, expires_at=to_ms(later(10))))
    within(database, lambda tx: bookings.rehold(tx, "act_1", "bkg_1", kind="booking"))
    assert not take(database, stretch(), SECOND, minutes=999)
    assert within(database, lambda tx: bookings.held_by(tx, "bkg_1")) == [stretch()]


def test_what_is_taken_in_a_window(database: Database) -> None:
    take(database, stretch(), FIRST)
    take(database, stretch(60), replace(SECOND, expires_at=to_ms(later(10))))
    take(database, stretch(who="ben"), FIRST)

    def taken(window: tuple[int, int], minutes: float = 0) -> list[Stretch]:
        now = later(minutes)
        return within(database, lambda tx: bookings.taken(tx, BUSINESS, ["ana"], window=window, now=now))

    whole = (NOON, NOON + 120 * MINUTE)
    assert taken(whole) == [stretch(), stretch(60)]
    assert taken(whole, minutes=10) == [stretch()]
    assert taken((NOON + 30 * MINUTE, NOON + 60 * MINUTE)) == []


def test_a_row_cannot_be_moved_onto_a_taken_time(database: Database) -> None:
    take(database, stretch(), FIRST)
    take(database, stretch(60), SECOND)

    def move(tx: Tx) -> None:
        where = schema.allocation.c.holder == "act_2"
        values = {"start_at": NOON, "end_at": NOON + 30 * MINUTE}
        tx.execute(schema.allocation.update().where(where).values(**values))

    with pytest.raises(DBAPIError):
        within(database, move)


def booked(database: Database, number: int = 1, deposit: int = 2500, minutes: int = 120) -> str:
    row: dict[str, Any] = {
        "id": f"bkg_{number}", "business": BUSINESS, "contact": a_contact(database), "service": "cut", "staff": "ana",
        "status": "confirmed", "version": 1, "snapshot": "s", "name": None, "price_cents": 4500,
        "deposit_cents": deposit, "refunded_cents": 0, "start_at": to_ms(later(minutes)),
        "end_at": to_ms(later(minutes + 45)), "action": f"act_{number}", "created_at": number,
    }  # fmt: skip
    assert within(database, lambda tx: bookings.insert(tx, row))
    assert not within(database, lambda tx: bookings.insert(tx, {**row, "id": "bkg_other"}))
    return f"bkg_{number}"


def test_an_action_books_once_and_bookings_are_found(database: Database) -> None:
    near, far = booked(database), booked(database, 2, deposit=0, minutes=300)
    contact = a_contact(database)
    assert [b.id for b in within(database, lambda tx: bookings.upcoming(tx, contact, NOW))] == [near, far]
    assert [b.id for b in within(database, lambda tx: bookings.upcoming(tx, contact, later(200)))] == [far]
    assert [b.id for b in within(database, lambda tx: bookings.refundable(tx, contact))] == [near]
    assert within(database, lambda tx: bookings.load(tx, "bkg_none")) is None


def test_a_booking_changes_from_the_version_that_was_read(database: Database) -> None:
    booking = booked(database)

    def change(version: int, values: dict[str, Any]) -> bool:
        return within(database, lambda tx: bookings.change(tx, booking, version, values=values))

    assert change(1, {"staff": "ben"})
    assert not change(1, {"staff": "ana"})
    assert change(2, {"status": "cancelled"})
    assert not change(3, {"staff": "ana"})
    row = within(database, lambda tx: bookings.load(tx, booking))
    assert row is not None and (row.staff, row.status, row.version) == ("ben", "cancelled", 3)


def test_no_more_than_the_deposit_is_paid_back(database: Database) -> None:
    booking = booked(database)

    def refund(cents: int) -> bool:
        return within(database, lambda tx: bookings.refund(tx, booking, cents))

    assert [refund(1500), refund(1500), refund(1000), refund(1)] == [True, False, True, False]
