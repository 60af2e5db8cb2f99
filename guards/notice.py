"""Notice: bookings and changes too close to their time wait for staff; nothing is booked into the past.

The rule reads two argument names that tools share: `start` (milliseconds UTC) and `booking` (an id).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.action import Proposal, Tier
from domain.clock import from_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from records import bookings
from records.bookings import Booking
from records.database import Tx


def load(tx: Tx, action: Proposal, _clearance: Clearance) -> Booking | None:
    """The booking that the action is about."""
    booking = action.args.get("booking")
    return bookings.load(tx, booking) if isinstance(booking, str) and action.tier == Tier.COMMITS else None


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Hold what comes closer to its time than the business wants to decide without a person."""
    if action.tier != Tier.COMMITS:
        return None
    notice = facts.pack.policy.notice
    start: Any = action.args.get("start")
    if isinstance(start, int) and from_ms(start) <= facts.now:
        return Finding("notice", "deny", "that time has passed")
    booking: Booking | None = facts.own("notice")
    soon = isinstance(start, int) and from_ms(start) - facts.now < timedelta(minutes=notice.book_minutes)
    if booking is not None:
        soon = soon or from_ms(booking.start_at) - facts.now < timedelta(minutes=notice.change_minutes)
    if not soon:
        return None
    if facts.approved("notice", action.args_hash):
        return Finding("notice", "allow", "approved by staff")
    return Finding("notice", "hold", "it is closer than the notice the business asks for")


GUARD = Guard("notice", reads=("row",), judge=judge, load=load)
