"""Send the customer a message; every outgoing message is an action of this tool."""

from __future__ import annotations

from typing import Any

from pydantic import Field, HttpUrl

from domain.action import Assurance, Receipt, Tier
from domain.clock import to_ms
from domain.message import Delivery
from domain.permit import Permit
from domain.segments import segments
from domain.tool import Args, Context, Ports, Tool
from records import messages


class Message(Args):
    """The words; who receives them is bound by the runtime and is no argument."""

    text: str = Field(min_length=1, max_length=1600)
    options: list[str] = Field(default_factory=list, max_length=10)
    author: str = Field(default="assistant", max_length=40)
    media: list[HttpUrl] = Field(default_factory=list, max_length=10)


def write(args: Message, ctx: Context) -> Receipt:
    """Put the message into the contact's thread."""
    business = ctx.pack.business.id
    parts = segments(args.text).parts if ctx.channel == "sms" else 0
    row = {
        "business": business, "contact": ctx.contact, "channel": ctx.channel,
        "address_kind": ctx.address_kind, "address": ctx.address,
        "session": ctx.session,
        "text": args.text, "options": args.options, "author": args.author, "action": ctx.action, "segments": parts,
        "turn": ctx.turn, "at": to_ms(ctx.now),
    }  # fmt: skip
    return {"message": messages.insert_outgoing(ctx.tx, row)}


def TOOL(ports: Ports) -> Tool:
    """The tool over the deployment's channels."""

    async def deliver(permit: Permit, payload: dict[str, Any]) -> Delivery:
        return await ports.send(permit, payload)

    async def reconcile(permit: Permit, payload: dict[str, Any]) -> Delivery:
        return await ports.find_sent(permit, payload)

    return Tool(
        name="message",
        tier=Tier.PRIVATE,
        purpose="reply",
        assurance=Assurance.UNKNOWN,
        args=Message,
        write=write,
        deliver=deliver,
        reconcile=reconcile,
    )
