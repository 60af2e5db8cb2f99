"""SMS over Twilio: texts come by webhook and leave by the API (push)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Request, Response

from channels.findings import reassigned
from channels.reception import Reception
from channels.remedies import MOST_MEDIA, alarm, intent_of, reported, validity_of
from channels.twilio_api import Text, find_text, send_text
from channels.twiml import nothing
from channels.webhook import needed, signed_form, signed_json
from domain.channel import Channel
from domain.clock import to_ms
from domain.message import Delivery, Heard, Refused, Sent, Words
from domain.permit import Permit
from domain.phone import is_e164
from records import actions, reports
from records.database import Tx

log = structlog.get_logger()
STATUS = "/twilio/sms/status"
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
        router.add_api_route(STATUS, self.reported, methods=["POST"], response_model=None)
        router.add_api_route("/twilio/debugger", self.alarmed, methods=["POST"], response_model=None)
        router.add_api_route("/twilio/events", self.found, methods=["POST"], response_model=None)
        return router

    async def received(self, request: Request) -> Response:
        """An inbound text: kept before it is acknowledged, answered through the API.

        It may come for any messaging service, known to us or not; what counts is that the number is ours.
        """
        form = await signed_form(request, self.reception)
        sid, sender = needed(form, "MessageSid", "From")
        if sender in self._numbers():
            log.warning("sms.loop", sid=sid)  # our own words came back: answering them would never end
            return nothing()
        if not self._ours(form):
            log.warning("sms.other_number", sid=sid)
            raise HTTPException(403, "this number is not ours: see phone in business.yaml")
        text = Heard(
            channel="sms", kind="text", address_kind="phone", address=sender, text=form.get("Body", ""),
            provider="twilio", provider_id=sid, media=_media(form), carrier_word=form.get("OptOutType", "").upper(),
            session=f"{sender} {self.reception.clock.now():%Y-%m-%d}",  # what a code proves to texts holds for a day
        )  # fmt: skip
        await self.reception.hear(text)
        return nothing()

    def _numbers(self) -> set[str]:
        account = self.reception.account
        return {self.reception.pack.business.phone, account.number if account else ""}

    def _ours(self, form: Mapping[str, str]) -> bool:
        """Whether a text came to our number, or to another of our messaging service's pool."""
        to, service = form.get("To", ""), self.reception.account.service if self.reception.account else None
        return not to or to in self._numbers() or (service is not None and form.get("MessagingServiceSid") == service)

    async def reported(self, request: Request) -> Response:
        """What became of a text that we sent; kept before it is acknowledged."""
        form = await signed_form(request, self.reception)
        sid, status = needed(form, "MessageSid", "MessageStatus")
        action = request.query_params.get("action", "")
        await self.reception.report(reported(sid, status, form.get("ErrorCode", ""), action=action))
        return nothing()

    async def alarmed(self, request: Request) -> Response:
        """Twilio's error and warning webhook: what went wrong there is a follow-up for whoever runs this.

        Warnings are only written down. What else it tells may quote customers, so nothing of it is kept.
        """
        form = await signed_form(request, self.reception)
        [event] = needed(form, "Sid")
        try:
            told = json.loads(form.get("Payload", ""))
        except (ValueError, RecursionError):
            told = None
        code = str(told.get("error_code", "")) if isinstance(told, dict) else ""
        if form.get("Level", "").upper() == "WARNING":
            log.warning("twilio.warning", code=code[:12])
        else:
            await self.reception.report(alarm(code, event))
        return nothing()

    async def found(self, request: Request) -> Response:
        """What Twilio found out about numbers; kept before it is acknowledged."""
        body = await signed_json(request, self.reception)
        for one in reassigned(body, self.reception.account.sid if self.reception.account else ""):
            await self.reception.report(one)
        return Response(status_code=204)

    async def deliver(self, permit: Permit, words: Words) -> Delivery:
        """Send the words to the permit's number."""
        account, to = self.reception.account, permit.address or ""
        if account is None:
            return NO_ACCOUNT
        if not is_e164(to):
            return Refused("this number cannot be texted", "bad_number")
        left_s = (words.until - to_ms(self.reception.clock.now())) / 1000 if words.until else None
        callback = self.reception.address(f"{STATUS}?action={permit.action}")
        text = Text(
            to=to, body=words.text, media=words.media[:MOST_MEDIA], intent=intent_of(permit.purpose),
            validity_s=validity_of(permit.purpose, left_s), status_callback=callback,
        )  # fmt: skip
        return await send_text(account, text)

    async def reconcile(self, permit: Permit, words: Words) -> Delivery:
        """Whether the words were sent: Twilio told us already, or has them in its list.

        The same words under another action's receipt are no proof.
        """
        account, now = self.reception.account, self.reception.clock.now()
        if account is None:
            return NO_ACCOUNT
        if told := await self.reception.database.read(lambda tx: reports.of_action(tx, permit.action)):
            return Sent({"sid": told[1]}, told[0])
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
