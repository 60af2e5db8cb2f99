"""Calls over Twilio's <Gather>: what was said comes by webhook and the answer goes into its response (answer)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from channels.reception import Reception
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
GREETING = "Hi, this is the automated assistant of {business}. How can I help?"


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's Twilio account."""

    def routes(_: Any) -> APIRouter:
        router = APIRouter()

        @router.post("/twilio/call")
        async def ringing(request: Request) -> Response:
            """An inbound call: greet, disclose, listen."""
            await signed_form(request, reception)
            return _spoken([GREETING.format(business=reception.pack.business.name)], listen=1)

        @router.post("/twilio/call/heard")
        async def heard(request: Request) -> Response:
            """Something was said: answer it in this response, or ask for a moment."""
            form = await signed_form(request, reception)
            n, [call] = _number(request, "n"), needed(form, "CallSid")
            text = form.get("SpeechResult", "") or form.get("Digits", "")
            if not text.strip():
                return _spoken(["Sorry, I did not hear anything. How can I help?"], listen=n + 1)
            got = await reception.hear(
                Heard(
                    channel="call",
                    kind="speech",
                    address_kind="phone",
                    address=_caller(form),
                    text=text,
                    provider="twilio",
                    provider_id=f"{call}:{n}",
                    session=call,
                )  # fmt: skip
            )
            return await _answer(got, n, moment=1)

        @router.post("/twilio/call/wait")
        async def wait(request: Request) -> Response:
            """The moment is over: answer now, wait again, or promise to call back."""
            await signed_form(request, reception)
            got = Receipted(request.query_params.get("m", ""), request.query_params.get("c", ""), new=False)
            return await _answer(got, _number(request, "n"), moment=_number(request, "w") + 1)

        @router.post("/twilio/call/status")
        async def status(request: Request) -> Response:
            """A call that nobody answered becomes an obligation and a text back."""
            form = await signed_form(request, reception)
            [call] = needed(form, "CallSid")
            ended = form.get("DialCallStatus") or form.get("CallStatus", "")
            if ended in MISSED:
                await reception.hear(
                    Heard(
                        channel="call",
                        kind="missed_call",
                        address_kind="phone",
                        address=_caller(form),
                        text="",
                        provider="twilio",
                        provider_id=call,
                        event="missed",
                        session=call,
                    )  # fmt: skip
                )
            return Response('<?xml version="1.0" encoding="UTF-8"?><Response/>', media_type="text/xml")

        async def _answer(got: Receipted, n: int, moment: int) -> Response:
            words = await reception.collect(got, WAIT_S)
            if words is not None:
                return _spoken([w.text for w in words] or ["How else can I help?"], listen=n + 1)
            if moment > MOMENTS:
                return _spoken(["I am sorry, this takes too long. Somebody will call you back. Goodbye."], listen=None)
            path = f"/twilio/call/wait?n={n}&w={moment}&m={got.message}&c={got.contact}"
            return _spoken(["One moment, please."], listen=None, redirect=path)

        return router

    async def deliver(_permit: Permit, _words: Words) -> Delivery:
        return Refused("words on a call go into the call's own response", "not_in_call")

    return Channel(name="call", style="answer", routes=routes, deliver=deliver)


def _spoken(lines: list[str], *, listen: int | None, redirect: str | None = None) -> Response:
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    if listen is not None:
        path = f"/twilio/call/heard?n={listen}"
        gather = Gather(
            input="speech dtmf", action=path, method="POST", speech_timeout="auto", action_on_empty_result=True
        )
        for line in lines:
            gather.say(line[:4096])
        response.append(gather)
    else:
        for line in lines:
            response.say(line[:4096])
        if redirect:
            response.redirect(redirect, method="POST")
        else:
            response.hangup()
    return Response(str(response), media_type="text/xml")


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdigit() and len(given) < 6 else 1


def _caller(form: dict[str, str]) -> str:
    """The caller's number; callers without one are kept apart by their call."""
    caller = form.get("From", "")
    return caller if is_e164(caller) and caller not in NOBODY else f"anonymous:{form['CallSid']}"
