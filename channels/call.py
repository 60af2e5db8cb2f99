"""Calls over Twilio's <Gather>: what was said comes by webhook and the answer goes into its response (answer)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.reception import Reception
from channels.twiml import nothing, spoken
from channels.webhook import needed, signed_form
from domain.channel import Channel
from domain.message import Delivery, Heard, Receipted, Refused, Words
from domain.permit import Permit
from domain.phone import is_e164

WAIT_S = 6.0
MOMENTS = 3
MISSED = ("no-answer", "busy", "failed", "canceled")
# What Twilio writes as the number of callers who have none to show (its voice documentation, read 2026-11-22).
NOBODY = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's Twilio account."""
    return Channel(name="call", style="answer", routes=Calls(reception).routes, deliver=_deliver)


@dataclass(frozen=True, slots=True)
class Calls:
    """What Twilio asks while a call goes on; each request is answered with what to say next."""

    reception: Reception

    def routes(self, _: Any) -> APIRouter:
        """The webhooks of calls."""
        router = APIRouter()
        hooks = {"": self.ringing, "/heard": self.heard, "/wait": self.wait, "/status": self.status}
        for path, hook in hooks.items():
            router.add_api_route("/twilio/call" + path, hook, methods=["POST"], response_model=None)
        return router

    async def ringing(self, request: Request) -> Response:
        """An inbound call: greet, disclose, listen."""
        await signed_form(request, self.reception)
        pack = self.reception.pack
        greeting = pack.wording["call.greeting"][0]  # start-up refuses one that does not disclose
        return spoken([greeting.format(business=pack.business.name)], listen=_heard(1))

    async def heard(self, request: Request) -> Response:
        """Something was said: answer it in this response, or ask for a moment."""
        form = await signed_form(request, self.reception)
        n, [call] = _number(request, "n"), needed(form, "CallSid")
        text = form.get("SpeechResult", "") or form.get("Digits", "")
        if not text.strip():
            return spoken(["Sorry, I did not hear anything. How can I help?"], listen=_heard(n + 1))
        said = Heard(
            channel="call", kind="speech", address_kind="phone", address=_caller(form), text=text, provider="twilio",
            provider_id=f"{call}:{n}", session=call,
        )  # fmt: skip
        return await self._answer(await self.reception.hear(said), n, moment=1)

    async def wait(self, request: Request) -> Response:
        """The moment is over: answer now, wait again, or promise to call back."""
        await signed_form(request, self.reception)
        got = Receipted(request.query_params.get("m", ""), request.query_params.get("c", ""), new=False)
        return await self._answer(got, _number(request, "n"), moment=_number(request, "w") + 1)

    async def status(self, request: Request) -> Response:
        """A call that nobody answered becomes an obligation and a text back."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        if (form.get("DialCallStatus") or form.get("CallStatus", "")) in MISSED:
            missed = Heard(
                channel="call", kind="missed_call", address_kind="phone", address=_caller(form), text="",
                provider="twilio", provider_id=call, event="missed", session=call,
            )  # fmt: skip
            await self.reception.hear(missed)
        return nothing()

    async def _answer(self, got: Receipted, n: int, *, moment: int) -> Response:
        words = await self.reception.collect(got, WAIT_S)
        if words is not None:
            return spoken([w.text for w in words] or ["How else can I help?"], listen=_heard(n + 1))
        if moment > MOMENTS:
            return spoken(["I am sorry, this takes too long. Somebody will call you back. Goodbye."])
        path = f"/twilio/call/wait?n={n}&w={moment}&m={got.message}&c={got.contact}"
        return spoken(["One moment, please."], redirect=path)


async def _deliver(_permit: Permit, _words: Words) -> Delivery:
    return Refused("words on a call go into the call's own response", "not_in_call")


def _heard(n: int) -> str:
    return f"/twilio/call/heard?n={n}"


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 6 else 1


def _caller(form: dict[str, str]) -> str:
    """The caller's number; callers without one are kept apart by their call."""
    caller = form.get("From", "")
    return caller if is_e164(caller) and caller not in NOBODY else f"anonymous:{form['CallSid']}"
