"""Text a code to a number, to prove that the person of this session holds it."""

from __future__ import annotations

from pydantic import Field

import records.contacts
from domain.action import Assurance, Receipt, Tier
from domain.codes import code_text
from domain.errors import BadInput, ToolRefused
from domain.phone import e164, is_e164, same_country_mobile
from domain.tool import Args, Context, Tool
from records import challenges, consents
from records.consents import Entry


class SendCode(Args):
    """Calls and texts prove their own number; a web visitor names one, and hears nothing about whose it is."""

    phone: str | None = Field(default=None, max_length=20)


def write(args: SendCode, ctx: Context) -> Receipt:
    """Make a code and submit its text; at most five a day to one number."""
    number = _number(args, ctx)
    if not ctx.session or ctx.tell is None:
        raise ToolRefused("no_session")
    business = ctx.pack.business
    contact = records.contacts.ensure(ctx.tx, business.id, kind="phone", value=number, now=ctx.now)
    begun = challenges.begin(ctx.tx, contact, session=ctx.session, address=number, now=ctx.now)
    if begun is None:
        raise ToolRefused("too_many_codes")
    challenge, code = begun
    asked = Entry(
        business=business.id, contact=contact, address=number, channel="sms", purpose="service", act="grant",
        method="asked for a code", evidence=challenge, actor="customer",
        source={"session": ctx.session},
    )  # fmt: skip
    consents.add(ctx.tx, asked, ctx.now)
    if not ctx.tell(code_text(code, business.name), channel="sms", address=number, purpose="service"):
        raise ToolRefused("cannot_text")
    return {"challenge": challenge}


def _number(args: SendCode, ctx: Context) -> str:
    """The number to text; nothing is read into the address of a caller without one."""
    if ctx.channel in ("call", "sms"):
        if not is_e164(ctx.address or ""):
            raise ToolRefused("bad_number")
        return ctx.address or ""
    try:
        number = e164(args.phone or "")
    except BadInput as problem:
        raise ToolRefused("bad_number") from problem
    if not same_country_mobile(number, ctx.pack.business.phone):
        raise ToolRefused("bad_number")
    return number


TOOL = Tool(
    name="send_code", tier=Tier.PRIVATE, purpose="service", assurance=Assurance.UNKNOWN, args=SendCode, write=write
)
