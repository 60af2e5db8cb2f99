"""Seeing, moving and cancelling: one's own bookings only, as they were read, and no time lost or doubled on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from making import PHONE, a_contact
from workbench import Workbench, local

from tools import book, cancel, list_bookings, reschedule
from tools.cancel import Cancel
from tools.list_bookings import ListBookings
from tools.reschedule import Reschedule

TEN, ELEVEN = local("2026-11-27T10:00"), local("2026-11-27T11:00")
JO = PHONE.replace("0143", "0177")
START_OF = "SELECT start_at FROM booking WHERE id = :b"


def booked(bench: Workbench, start: int = TEN, action: str = "act_one", **changed: Any) -> str:
    """A haircut with Ana (or what is said otherwise); its id."""
    args = book.Book(**{"service": "cut", "staff": "ana", "start": start, "price_cents": 4500, **changed})
    return str(bench.do(book.write, args, action)["booking"])


def move(booking: str, start: int, *, version: int = 1, staff: str = "ana") -> Reschedule:
    """The arguments of a move."""
    return Reschedule(booking=booking, version=version, staff=staff, start=start)


def test_cancelling_frees_the_time(bench: Workbench) -> None:
    booking = booked(bench)
    receipt = bench.do(cancel.write, Cancel(booking=booking, version=1), "act_two")
    assert receipt == {"booking": booking, "code": booking[4:10].upper()}
    assert [r.status for r in bench.rows("SELECT status FROM booking")] == ["cancelled"]
    assert booked(bench, action="act_three") != booking


@pytest.mark.parametrize("version", [0, 2])
def test_a_booking_that_changed_meanwhile_is_not_cancelled(bench: Workbench, version: int) -> None:
    args = Cancel(booking=booked(bench), version=version)
    assert bench.refuses(cancel.write, args, "act_two") == "booking_changed"


def test_a_cancelled_booking_is_not_cancelled_again_nor_moved(bench: Workbench) -> None:
    booking = booked(bench)
    bench.do(cancel.write, Cancel(booking=booking, version=1), "act_two")
    assert bench.refuses(cancel.write, Cancel(booking=booking, version=2), "act_three") == "booking_changed"
    assert bench.refuses(reschedule.write, move(booking, ELEVEN, version=2), "act_three") == "no_booking"


@pytest.mark.parametrize("step", ["write", "describe", "hold"])
def test_nobody_elses_booking_is_touched_or_shown(bench: Workbench, step: str) -> None:
    booking, jo = booked(bench), a_contact(bench.database, JO)
    for unknown in (booking, "bkg_nothing"):
        moving = getattr(reschedule, step)
        assert bench.refuses(moving, move(unknown, ELEVEN), "act_two", contact=jo) == "no_booking"
        if step != "hold":
            cancelling = getattr(cancel, step)
            assert bench.refuses(cancelling, Cancel(booking=unknown, version=1), "act_two", contact=jo) == "no_booking"


def test_moving_takes_the_new_time_and_lets_go_of_the_old(bench: Workbench) -> None:
    booking = booked(bench)
    receipt = bench.do(reschedule.write, move(booking, ELEVEN), "act_two")
    assert receipt == {"booking": booking, "code": booking[4:10].upper(), "start": ELEVEN}
    [row] = bench.rows("SELECT * FROM booking")
    assert (row.start_at, row.end_at, row.version) == (ELEVEN, ELEVEN + 45 * 60_000, 2)
    booked(bench, TEN, "act_three")
    args = book.Book(service="cut", staff="ana", start=ELEVEN, price_cents=4500)
    assert bench.refuses(book.write, args, "act_four") == "slot_taken"


def test_a_booking_may_be_moved_into_its_own_time(bench: Workbench) -> None:
    booking = booked(bench)
    half_past = TEN + 30 * 60_000
    bench.do(reschedule.hold, move(booking, half_past), "act_two")
    bench.do(reschedule.write, move(booking, half_past), "act_two")
    taken = bench.rows("SELECT start_at, holder FROM allocation WHERE active")
    assert [(row.start_at, row.holder) for row in taken] == [(half_past, booking)]


def test_a_held_move_reserves_the_new_time_and_keeps_the_old(bench: Workbench) -> None:
    booking = booked(bench)
    bench.do(reschedule.hold, move(booking, ELEVEN), "act_two", expires=bench.now + timedelta(hours=1))
    for start in (TEN, ELEVEN):
        args = book.Book(service="cut", staff="ana", start=start, price_cents=4500)
        assert bench.refuses(book.write, args, "act_three") == "slot_taken"
    bench.do(reschedule.release, move(booking, ELEVEN), "act_two")
    booked(bench, ELEVEN, "act_three")
    assert [r.start_at for r in bench.rows(START_OF, b=booking)] == [TEN]


def test_a_move_that_cannot_be_is_refused_and_the_booking_stays(bench: Workbench) -> None:
    booking = booked(bench)
    booked(bench, ELEVEN, "act_other")
    assert bench.refuses(reschedule.write, move(booking, ELEVEN), "act_two") == "slot_taken"
    assert bench.refuses(reschedule.hold, move(booking, ELEVEN), "act_two") == "slot_taken"
    assert bench.refuses(reschedule.write, move(booking, local("2026-11-29T10:00")), "act_two") == "not_bookable"
    assert bench.refuses(reschedule.write, move(booking, local("2026-11-27T10:00"), staff="ben")) == "not_bookable"
    late = move(booking, local("2026-11-27T15:00"), version=9)
    assert bench.refuses(reschedule.write, late, "act_two") == "booking_changed"
    assert [r.start_at for r in bench.rows(START_OF, b=booking)] == [TEN]
    args = book.Book(service="cut", staff="ana", start=TEN, price_cents=4500)
    assert bench.refuses(book.write, args, "act_three") == "slot_taken"


def test_a_booking_may_be_moved_to_another_member_of_staff(bench: Workbench) -> None:
    booking = booked(bench)
    bench.do(reschedule.write, move(booking, ELEVEN, staff="ben"), "act_two")
    assert [(r.staff, r.start_at) for r in bench.rows("SELECT staff, start_at FROM booking")] == [("ben", ELEVEN)]


def test_they_are_described_in_the_businesss_words(bench: Workbench) -> None:
    booking = booked(bench)
    whole = {"service": "Haircut", "staff": "Ana", "when": "Friday 27 November at 10:00 am"}
    assert bench.do(cancel.describe, Cancel(booking=booking, version=1), "act_two") == whole
    assert bench.do(reschedule.describe, move(booking, ELEVEN), "act_two") == {
        **whole, "when": "Friday 27 November at 11:00 am", "was": "Friday 27 November at 10:00 am", "price": "$45"
    }  # fmt: skip


def test_ones_own_bookings_are_listed_soonest_first(bench: Workbench) -> None:
    later, sooner = booked(bench, ELEVEN, "act_two"), booked(bench, TEN, "act_one")
    gone = booked(bench, local("2026-11-27T12:00"), "act_three")
    bench.do(cancel.write, Cancel(booking=gone, version=1), "act_four")
    listed = bench.do(list_bookings.read, ListBookings())["bookings"]
    assert [b["booking"] for b in listed] == [sooner, later]
    assert listed[0]["label"] == "Haircut with Ana, Friday 27 November at 10:00 am"
    assert listed[0]["version"] == 1
    assert bench.do(list_bookings.read, ListBookings(), contact=a_contact(bench.database, JO)) == {"bookings": []}
    assert bench.do(list_bookings.read, ListBookings(), contact=None) == {"bookings": []}
    bench.now += timedelta(days=3, minutes=30)
    assert [b["booking"] for b in bench.do(list_bookings.read, ListBookings())["bookings"]] == [later]


def test_who_left_the_settings_hides_nobodys_booking(bench: Workbench) -> None:
    booked(bench, TEN, staff="ana")
    services = {k: v.model_copy(update={"staff": ["ben"]}) for k, v in bench.pack.business.services.items()}
    staff = {"ben": bench.pack.business.staff["ben"]}
    business = bench.pack.business.model_copy(update={"staff": staff, "services": services})
    bench.pack = replace(bench.pack, business=business)
    [listed] = bench.do(list_bookings.read, ListBookings())["bookings"]
    assert listed["label"] == "Haircut with ana, Friday 27 November at 10:00 am"


def test_only_deposits_that_were_not_paid_back_are_refundable(bench: Workbench) -> None:
    booked(bench, TEN, "act_one")
    colour = booked(bench, local("2026-11-27T13:00"), "act_two", service="colour", price_cents=11000)
    refundable = bench.do(list_bookings.read, ListBookings(which="refundable"))["bookings"]
    assert [(b["booking"], b["deposit_cents"], b["deposit"]) for b in refundable] == [(colour, 2500, "$25")]
