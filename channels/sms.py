"""SMS over Twilio: texts come by webhook and leave by the API (push)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from channels.reception import Reception
from channels.twilio_api import find_text, send_text
from channels.webhook import needed, signed_form
from domain.channel import Channel
from domain.message import Delivery, Heard, Refused, Words
from domain.permit import Permit
from domain.phone import is_e164

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's Twilio account."""

    def routes(_: Any) -> APIRouter:
        router = APIRouter()

        @router.post("/twilio/sms")
        async def received(request: Request) -> Response:
            """An inbound text: kept before it is acknowledged, answered through the API."""
            form = await signed_form(request, reception)
            sid, sender = needed(form, "MessageSid", "From")
            await reception.hear(
                Heard(
                    channel="sms",
                    kind="text",
                    address_kind="phone",
                    address=sender,
                    text=form.get("Body", ""),
                    provider="twilio",
                    provider_id=sid,
                )  # fmt: skip
            )
            return Response(EMPTY, media_type="text/xml")

        return router

    async def deliver(permit: Permit, words: Words) -> Delivery:
        account, to = reception.account, permit.address or ""
        if account is None:
            return Refused("no Twilio account is configured", "no_account")
        if not is_e164(to):
            return Refused("this number cannot be texted", "bad_number")
        return await send_text(account, to=to, text=words.text)

    async def reconcile(permit: Permit, words: Words) -> Delivery:
        if reception.account is None:
            return Refused("no Twilio account is configured", "no_account")
        now = reception.clock.now()
        return await find_text(reception.account, to=permit.address or "", text=words.text, now=now)

    return Channel(name="sms", style="push", routes=routes, deliver=deliver, reconcile=reconcile)
