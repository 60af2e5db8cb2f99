"""Take down who is interested and in what."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

import records.contacts
from domain.action import Assurance, Receipt, Tier
from domain.tool import Args, Context, Tool
from records import obligations
from records.obligations import Owed


class CaptureLead(Args):
    """`reach` is how to reach them, where they named another way than the one they use now."""

    name: str = Field(min_length=1, max_length=80, description="name")
    need: str = Field(min_length=1, max_length=400, description="what they need")
    reach: str | None = Field(default=None, max_length=120)


def write(args: CaptureLead, ctx: Context) -> Receipt:
    """Open a follow-up with the lead and remember the name."""
    if ctx.contact:
        records.contacts.rename(ctx.tx, ctx.contact, args.name)
    reach = f" Reach: {args.reach}." if args.reach else ""
    due, detail = ctx.now + timedelta(hours=24), f"{args.name}: {args.need}.{reach}"
    owed = Owed(kind="lead", cause=ctx.action, contact=ctx.contact, due=due, detail=detail)
    return {"obligation": obligations.open_one(ctx.tx, ctx.pack.business.id, owed, now=ctx.now)}


def describe(args: CaptureLead, _ctx: Context) -> dict[str, str]:
    """The lead in the customer's own words."""
    return {"name": args.name, "need": args.need}


TOOL = Tool(
    name="capture_lead",
    tier=Tier.PRIVATE,
    purpose="reply",
    assurance=Assurance.UNKNOWN,
    args=CaptureLead,
    write=write,
    describe=describe,
)
