"""Cancel an appointment."""

from __future__ import annotations

from domain.action import Assurance, Receipt, Tier
from domain.errors import ToolRefused
from domain.tool import Args, Context, Tool
from records import bookings
from tools.wording import long_time


class Cancel(Args):
    """`version` is the booking's as it was read."""

    booking: str
    version: int


def write(args: Cancel, ctx: Context) -> Receipt:
    """Cancel the booking and free its time."""
    booking = bookings.load(ctx.tx, args.booking)
    if booking is None or booking.contact != ctx.contact:
        raise ToolRefused("no_booking")
    if not bookings.change(ctx.tx, booking.id, args.version, values={"status": "cancelled"}):
        raise ToolRefused("booking_changed")
    bookings.release(ctx.tx, booking.id)
    return {"booking": booking.id, "code": booking.code}


def describe(args: Cancel, ctx: Context) -> dict[str, str]:
    """What the customer is read back and staff see."""
    booking = bookings.load(ctx.tx, args.booking)
    if booking is None or booking.contact != ctx.contact:
        raise ToolRefused("no_booking")
    business = ctx.pack.business
    return {
        "service": business.services[booking.service].name,
        "staff": business.staff[booking.staff].name,
        "when": long_time(business, booking.start_at),
    }


TOOL = Tool(
    name="cancel",
    tier=Tier.COMMITS,
    purpose="service",
    assurance=Assurance.CODE,
    args=Cancel,
    write=write,
    describe=describe,
)
