"""Book an appointment."""

from __future__ import annotations

from pydantic import Field

import records.contacts
from domain.action import Assurance, Receipt, Tier
from domain.canonical import short_id
from domain.clock import to_ms
from domain.errors import ToolRefused
from domain.tool import Args, Context, Tool
from records import bookings
from records.bookings import Holder
from tools.availability import MINUTE_MS, bookable, stretch
from tools.wording import long_time, money


class Book(Args):
    """`start` is milliseconds UTC; the price is pinned, so that a yes covers what was read back."""

    service: str
    staff: str
    start: int
    price_cents: int = Field(ge=0)
    name: str | None = Field(default=None, max_length=80)


def hold(args: Book, ctx: Context) -> None:
    """Reserve the time while the customer or staff make up their mind; `slot_taken` if somebody has it."""
    wanted = _wanted(args, ctx)
    expires = to_ms(ctx.expires) if ctx.expires else None
    if bookings.held_by(ctx.tx, ctx.action) == [wanted]:
        bookings.extend(ctx.tx, ctx.action, expires)
        return
    bookings.release(ctx.tx, ctx.action)
    holder = Holder(ctx.action, "hold", expires)
    if not bookings.allocate(ctx.tx, ctx.pack.business.id, wanted, holder=holder, now=ctx.now):
        raise ToolRefused("slot_taken")


def release(_args: Book, ctx: Context) -> None:
    """Give the reserved time back."""
    bookings.release(ctx.tx, ctx.action)


def write(args: Book, ctx: Context) -> Receipt:
    """Turn the reserved time into a booking."""
    hold(args, ctx)
    service = ctx.pack.business.services[args.service]
    booking = short_id("bkg", ctx.action)
    bookings.rehold(ctx.tx, ctx.action, booking, kind="booking")
    bookings.insert(
        ctx.tx,
        {"id": booking, "business": ctx.pack.business.id, "contact": ctx.contact, "service": args.service,
         "staff": args.staff, "status": "confirmed", "version": 1, "snapshot": ctx.pack.snapshot, "name": args.name,
         "price_cents": args.price_cents, "deposit_cents": service.deposit_cents, "refunded_cents": 0,
         "start_at": args.start, "end_at": args.start + service.minutes * MINUTE_MS, "action": ctx.action,
         "created_at": to_ms(ctx.now)},
    )  # fmt: skip
    if args.name and ctx.contact:
        records.contacts.rename(ctx.tx, ctx.contact, args.name)
    return {"booking": booking, "code": bookings.code_of(booking), "start": args.start}


def describe(args: Book, ctx: Context) -> dict[str, str]:
    """What the customer is read back and staff see."""
    business = ctx.pack.business
    return {
        "service": business.services[args.service].name,
        "staff": business.staff[args.staff].name,
        "when": long_time(business, args.start),
        "price": money(business, args.price_cents),
    }


def _wanted(args: Book, ctx: Context) -> bookings.Stretch:
    business = ctx.pack.business
    if not bookable(ctx.pack, args.service, args.staff, start=args.start):
        raise ToolRefused("not_bookable")
    if business.services[args.service].price_cents != args.price_cents:
        raise ToolRefused("price_changed")
    return stretch(business.services[args.service], args.staff, args.start)


TOOL = Tool(
    name="book",
    tier=Tier.COMMITS,
    purpose="service",
    assurance=Assurance.ADDRESS,
    args=Book,
    write=write,
    describe=describe,
    hold=hold,
    release=release,
)
