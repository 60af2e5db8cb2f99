"""Look up the customer's own appointments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from domain.action import Assurance, Tier
from domain.settings import Service, StaffMember
from domain.tool import Args, Context, Tool
from records import bookings
from tools.wording import long_time, money


class ListBookings(Args):
    """Which ones: those to come, or those with a deposit that can be paid back."""

    which: Literal["upcoming", "refundable"] = "upcoming"


def read(args: ListBookings, ctx: Context) -> dict[str, Any]:
    """The contact's own bookings; nobody else's can be named."""
    if ctx.contact is None:
        return {"bookings": []}
    business = ctx.pack.business
    upcoming = args.which == "upcoming"
    rows = bookings.upcoming(ctx.tx, ctx.contact, ctx.now) if upcoming else bookings.refundable(ctx.tx, ctx.contact)
    return {
        "bookings": [
            {
                "booking": b.id, "code": b.code, "version": b.version, "service": b.service, "staff": b.staff,
                "start": b.start_at,
                "deposit_cents": b.deposit_cents - b.refunded_cents,
                "deposit": money(business, b.deposit_cents - b.refunded_cents),
                "label": f"{_named(business.services, b.service)} with {_named(business.staff, b.staff)}, "
                f"{long_time(business, b.start_at)}",
            }
            for b in rows
        ]
    }  # fmt: skip


def _named(listed: Mapping[str, Service] | Mapping[str, StaffMember], key: str) -> str:
    """The name of a service or member of staff; who has left the settings meanwhile keeps the key."""
    return listed[key].name if key in listed else key


TOOL = Tool(
    name="list_bookings", tier=Tier.READ, purpose="reply", assurance=Assurance.CODE, args=ListBookings, read=read
)
