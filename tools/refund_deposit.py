"""Pay a deposit back."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.action import Assurance, Receipt, Tier
from domain.errors import ToolRefused
from domain.message import Delivery
from domain.permit import Permit
from domain.tool import Args, Context, Ports, Tool
from records import bookings
from tools.wording import long_time, money


class RefundDeposit(Args):
    """Never more than the deposit that was not paid back yet."""

    booking: str
    amount_cents: int = Field(gt=0)


def write(args: RefundDeposit, ctx: Context) -> Receipt:
    """Count the money as paid back; the payment itself follows the commit."""
    booking = bookings.load(ctx.tx, args.booking)
    if booking is None or booking.contact != ctx.contact:
        raise ToolRefused("no_booking")
    if not bookings.refund(ctx.tx, args.booking, args.amount_cents):
        raise ToolRefused("nothing_to_refund")
    return {"booking": args.booking, "cents": args.amount_cents}


def undo(args: RefundDeposit, ctx: Context) -> None:
    """The payment provider refused: the money is still owed."""
    bookings.refund(ctx.tx, args.booking, -args.amount_cents)


def describe(args: RefundDeposit, ctx: Context) -> dict[str, str]:
    """What the customer is read back and staff see."""
    booking = bookings.load(ctx.tx, args.booking)
    if booking is None or booking.contact != ctx.contact:
        raise ToolRefused("no_booking")
    business = ctx.pack.business
    return {
        "amount": money(business, args.amount_cents),
        "service": business.services[booking.service].name,
        "when": long_time(business, booking.start_at),
    }


def TOOL(ports: Ports) -> Tool:
    """The tool over the payment provider that the deployment has."""

    async def deliver(permit: Permit, _payload: dict[str, Any]) -> Delivery:
        cents = int(permit.args["amount_cents"])
        return await ports.payments.refund(key=permit.action, charge=permit.args["booking"], amount_cents=cents)

    async def reconcile(permit: Permit, _payload: dict[str, Any]) -> Delivery:
        return await ports.payments.find_refund(permit.action)

    return Tool(
        name="refund_deposit",
        tier=Tier.MONEY,
        purpose="service",
        assurance=Assurance.CODE,
        args=RefundDeposit,
        write=write,
        deliver=deliver,
        reconcile=reconcile,
        describe=describe,
        undo=undo,
    )
