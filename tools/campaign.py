"""Send one text to everybody who agreed to offers and is meant; a person approves the campaign as a whole."""

from __future__ import annotations

from pydantic import Field

from domain.action import Assurance, Receipt, Tier
from domain.errors import ToolRefused
from domain.tool import Args, Context, Tool
from records import campaigns, jobs
from records.jobs import Work


class Campaign(Args):
    """`campaign` is the id under which the people stand whom it is meant for; `people` is how many they are."""

    campaign: str
    name: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1, max_length=1600)
    people: int = Field(ge=1)


def write(args: Campaign, ctx: Context) -> Receipt:
    """Let the campaign run: each message passes the door by itself, one after the other."""
    if not campaigns.begin(ctx.tx, args.campaign, text=args.text, now=ctx.now):
        raise ToolRefused("campaign_over")
    work = Work("campaign", args.campaign, f"campaign:{args.campaign}")
    jobs.put(ctx.tx, ctx.pack.business.id, work, ready=ctx.now)
    return {"campaign": args.campaign, "people": args.people}


def release(args: Campaign, ctx: Context) -> None:
    """Staff declined, or nobody decided in time."""
    campaigns.end(ctx.tx, args.campaign, "declined", now=ctx.now)


def describe(args: Campaign, _ctx: Context) -> dict[str, str]:
    """What staff see: to how many people which words go."""
    people = "1 person" if args.people == 1 else f"{args.people} people"
    return {"name": args.name, "people": people, "text": args.text}


TOOL = Tool(
    name="campaign",
    tier=Tier.MONEY,
    purpose="marketing",
    assurance=Assurance.STAFF,
    args=Campaign,
    write=write,
    describe=describe,
    release=release,
)
