"""SMS over Twilio: texts come by webhook and leave by the API (push)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.reception import Reception
from channels.twilio_api import find_text, send_text
from channels.twiml import nothing
from channels.webhook import needed, signed_form
from domain.channel import Channel
from domain.message import Delivery, Heard, Refused, Words
from domain.permit import Permit
from domain.phone import is_e164
from records import actions
from records.database import Tx

MOST_MEDIA = 10
NO_ACCOUNT = Refused("no Twilio account is configured", "no_account")


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's Twilio account."""
    texts = Texts(reception)
    return Channel(name="sms", style="push", routes=texts.routes, deliver=texts.deliver, reconcile=texts.reconcile)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in by webhook, out by the API."""

    reception: Reception

    def routes(self, _: Any) -> APIRouter:
        """The webhook of texts."""
        router = APIRouter()
        router.add_api_route("/twilio/sms", self.received, methods=["POST"], response_model=None)
        return router

    async def received(self, request: Request) -> Response:
        """An inbound text: kept before it is acknowledged, answered through the API."""
        form = await signed_form(request, self.reception)
        sid, sender = needed(form, "MessageSid", "From")
        text = Heard(
            channel="sms", kind="text", address_kind="phone", address=sender, text=form.get("Body", ""),
            provider="twilio", provider_id=sid, media=_media(form), carrier_word=form.get("OptOutType", "").upper(),
            session=f"{sender} {self.reception.clock.now():%Y-%m-%d}",  # what a code proves to texts holds for a day
        )  # fmt: skip
        await self.reception.hear(text)
        return nothing()

    async def deliver(self, permit: Permit, words: Words) -> Delivery:
        """Send the words to the permit's number."""
        account, to = self.reception.account, permit.address or ""
        if account is None:
            return NO_ACCOUNT
        if not is_e164(to):
            return Refused("this number cannot be texted", "bad_number")
        return await send_text(account, to=to, text=words.text)

    async def reconcile(self, permit: Permit, words: Words) -> Delivery:
        """Ask Twilio whether the words were sent; the same words under another action's receipt are no proof."""
        account, now = self.reception.account, self.reception.clock.now()
        if account is None:
            return NO_ACCOUNT
        known = await self.reception.database.read(partial(_sids, permit=permit))
        return await find_text(account, to=permit.address or "", text=words.text, now=now, known=known)


def _media(form: Mapping[str, str]) -> tuple[str, ...]:
    """What came with a text: types and addresses, as many as Twilio counts and sends (ten at most)."""
    count = form.get("NumMedia", "0")
    numbers = range(min(int(count), MOST_MEDIA)) if count.isdecimal() and len(count) < 4 else range(0)
    found = [f"{form.get(f'MediaContentType{n}', '')} {form.get(f'MediaUrl{n}', '')}".strip() for n in numbers]
    return tuple(one or "a file without an address" for one in found)


def _sids(tx: Tx, *, permit: Permit) -> set[str]:
    """Twilio's ids of the texts that this person is known to have got."""
    done = actions.in_state(tx, permit.business, ("done",), contact=permit.contact)
    return {str(row.receipt["sid"]) for row in done if row.receipt and "sid" in row.receipt}
