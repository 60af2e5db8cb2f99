"""Notice: what is too close to its time waits for staff, and nothing is booked into the past."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import BOOK, approval, facts, row_of, verdict, with_policy
from making import booking_of, later, message_of

from domain.clock import to_ms
from domain.settings import Notice, Policy
from guards.notice import GUARD
from records.bookings import Booking

STRICT_NOTICE = with_policy(Policy(notice=Notice(book_minutes=120, change_minutes=240)))
STARTS = [(-1, "deny"), (0, "deny"), (1, "hold"), (119.9, "hold"), (120, "none"), (600, "none")]


@pytest.mark.parametrize(("minutes", "expected"), STARTS)
def test_a_booking_needs_notice(minutes: float, expected: str) -> None:
    action = booking_of(to_ms(later(minutes)))
    assert verdict(GUARD, action, facts(pack=STRICT_NOTICE)) == expected


def booked(minutes: float) -> Booking:
    start = to_ms(later(minutes))
    return Booking(
        id="bkg_1", contact="con_1", service="cut", staff="ana", status="confirmed", version=1, name=None,
        price_cents=4500, deposit_cents=0, refunded_cents=0, start_at=start, end_at=start + 1,
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "expected"), [(-10, "hold"), (239, "hold"), (240, "none")])
def test_a_change_needs_notice_of_the_booking_it_changes(minutes: float, expected: str) -> None:
    cancel = replace(BOOK, tool="cancel", args={"booking": "bkg_1", "version": 1})
    given = facts(pack=STRICT_NOTICE, known={"notice": booked(minutes)})
    assert verdict(GUARD, cancel, given) == expected
    assert verdict(GUARD, replace(cancel, tier=3), given) == "none"


def test_staff_may_go_below_the_notice() -> None:
    soon = booking_of(to_ms(later(5)))
    said = approval("notice", args_hash=soon.args_hash)
    given = facts(pack=STRICT_NOTICE, known={"row": row_of(soon, staff=said)})
    assert verdict(GUARD, soon, given) == "allow"
    past = booking_of(to_ms(later(-5)))
    said = approval("notice", args_hash=past.args_hash)
    assert verdict(GUARD, past, facts(known={"row": row_of(past, staff=said)})) == "deny"


def test_a_message_needs_no_notice() -> None:
    assert verdict(GUARD, message_of(), facts()) == "none"
