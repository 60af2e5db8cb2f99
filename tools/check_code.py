"""Check a code the customer read to us; a web visitor then joins the number's conversation."""

from __future__ import annotations

from pydantic import Field

import records.contacts
from domain.action import Assurance, Receipt, Tier
from domain.tool import Args, Context, Tool
from records import challenges


class CheckCode(Args):
    """Six digits."""

    code: str = Field(pattern=r"^\d{6}$")


def write(args: CheckCode, ctx: Context) -> Receipt:
    """Mark the session as proved; merge the visitor's contact into the number's.

    A wrong code is a result and no refusal, because a refusal would take back that the try was counted.
    """
    right = challenges.attempt(ctx.tx, ctx.session or "", args.code, now=ctx.now)
    if right is None:
        return {"why": "wrong_code"}
    business = ctx.pack.business.id
    records.contacts.verify_address(ctx.tx, business, kind="phone", value=right.address, now=ctx.now)
    if ctx.contact and ctx.contact != right.contact:
        records.contacts.merge(ctx.tx, ctx.contact, right.contact, actor=f"code:{right.id}", now=ctx.now)
    return {"challenge": right.id}


TOOL = Tool(
    name="check_code", tier=Tier.PRIVATE, purpose="service", assurance=Assurance.UNKNOWN, args=CheckCode, write=write
)
