"""Hand the customer over to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.action import Assurance, Receipt, Tier
from domain.tool import Args, Context, Tool
from records import obligations
from records.obligations import Owed


class HandOver(Args):
    """Why a person is needed, and the customer's own words."""

    reason: Literal["asked", "question", "unclear", "problem", "emergency"] = "asked"
    words: str = Field(default="", max_length=400)


def write(args: HandOver, ctx: Context) -> Receipt:
    """Open a follow-up that staff must close; on a call during opening hours the staff's telephone is to ring.

    An emergency is due at once, and rings whatever the hour.
    """
    urgent = args.reason == "emergency"
    due = ctx.now + timedelta(minutes=0 if urgent else ctx.pack.policy.answer_within_minutes)
    detail = f"{args.reason}: {args.words}"
    owed = Owed(kind="callback", cause=ctx.action, contact=ctx.contact, due=due, detail=detail)
    opened = obligations.open_one(ctx.tx, ctx.pack.business.id, owed, now=ctx.now)
    business = ctx.pack.business
    asked = args.reason == "asked" and business.open_at(ctx.now)
    rings = (asked or urgent) and ctx.channel == "call" and business.transfer_to
    return {"obligation": opened, "connects": 1} if rings else {"obligation": opened}


TOOL = Tool(
    name="hand_over", tier=Tier.PRIVATE, purpose="reply", assurance=Assurance.UNKNOWN, args=HandOver, write=write
)
