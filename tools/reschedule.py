"""Move an appointment."""

from __future__ import annotations

from domain.action import Assurance, Receipt, Tier
from domain.clock import to_ms
from domain.errors import ToolRefused
from domain.tool import Args, Context, Tool
from records import bookings
from records.bookings import Booking, Holder, Stretch
from tools.availability import MINUTE_MS, bookable, stretch
from tools.wording import long_time, money


class Reschedule(Args):
    """`version` is the booking's as it was read; `start` is milliseconds UTC."""

    booking: str
    version: int
    staff: str
    start: int


def hold(args: Reschedule, ctx: Context) -> None:
    """Reserve the new time beside the old one; what both share is reserved already."""
    booking = _own(args, ctx)
    wanted = _wanted(args, booking, ctx)
    pieces = _without(wanted, bookings.held_by(ctx.tx, booking.id))
    expires = to_ms(ctx.expires) if ctx.expires else None
    bookings.release(ctx.tx, ctx.action)
    for piece in pieces:
        holder = Holder(ctx.action, "hold", expires)
        if not bookings.allocate(ctx.tx, ctx.pack.business.id, piece, holder=holder, now=ctx.now):
            raise ToolRefused("slot_taken")


def release(_args: Reschedule, ctx: Context) -> None:
    """Give the reserved time back."""
    bookings.release(ctx.tx, ctx.action)


def write(args: Reschedule, ctx: Context) -> Receipt:
    """Take the new time and let go of the old one together."""
    booking = _own(args, ctx)
    wanted = _wanted(args, booking, ctx)
    bookings.release(ctx.tx, ctx.action)
    bookings.release(ctx.tx, booking.id)
    holder = Holder(booking.id, "booking")
    if not bookings.allocate(ctx.tx, ctx.pack.business.id, wanted, holder=holder, now=ctx.now):
        raise ToolRefused("slot_taken")
    service = ctx.pack.business.services[booking.service]
    values = {"start_at": args.start, "end_at": args.start + service.minutes * MINUTE_MS, "staff": args.staff}
    if not bookings.change(ctx.tx, booking.id, args.version, values=values):
        raise ToolRefused("booking_changed")
    return {"booking": booking.id, "code": booking.code, "start": args.start}


def describe(args: Reschedule, ctx: Context) -> dict[str, str]:
    """What the customer is read back and staff see."""
    booking, business = _own(args, ctx), ctx.pack.business
    return {
        "service": business.services[booking.service].name,
        "staff": business.staff[args.staff].name,
        "when": long_time(business, args.start),
        "was": long_time(business, booking.start_at),
        "price": money(business, booking.price_cents),
    }


def _own(args: Reschedule, ctx: Context) -> Booking:
    booking = bookings.load(ctx.tx, args.booking)
    if booking is None or booking.contact != ctx.contact or booking.status != "confirmed":
        raise ToolRefused("no_booking")
    return booking


def _wanted(args: Reschedule, booking: Booking, ctx: Context) -> Stretch:
    if not bookable(ctx.pack, booking.service, args.staff, start=args.start):
        raise ToolRefused("not_bookable")
    return stretch(ctx.pack.business.services[booking.service], args.staff, args.start)


def _without(wanted: Stretch, own: list[Stretch]) -> list[Stretch]:
    pieces = [wanted]
    for mine in (o for o in own if o.resource == wanted.resource):
        cut: list[Stretch] = []
        for piece in pieces:
            if mine.end_at <= piece.start_at or piece.end_at <= mine.start_at:
                cut.append(piece)
                continue
            if piece.start_at < mine.start_at:
                cut.append(Stretch(piece.resource, piece.start_at, mine.start_at))
            if mine.end_at < piece.end_at:
                cut.append(Stretch(piece.resource, mine.end_at, piece.end_at))
        pieces = cut
    return pieces


TOOL = Tool(
    name="reschedule",
    tier=Tier.COMMITS,
    purpose="service",
    assurance=Assurance.CODE,
    args=Reschedule,
    write=write,
    describe=describe,
    hold=hold,
    release=release,
)
