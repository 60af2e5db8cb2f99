"""Calls: over Twilio's <Gather>, where words go into the response to its own request, or over ConversationRelay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from itsdangerous import Signer

from channels import holding, keypad, objection, unsure
from channels.caller import caller_of, forwarded, heard_on, vouched
from channels.greeting import greeting, notice_to
from channels.reception import Reception
from channels.relay import Relay
from channels.staff import Staff
from channels.twiml import busy, nothing, record_message, spoken
from channels.webhook import needed, signed_form
from domain.channel import Channel
from domain.message import Delivery, Receipted, Refused, Words
from domain.permit import Permit
from guards.notices import Notice
from records import calls
from records.database import Scope, Tx

WAIT_S = 6.0
MOMENTS = 3
HOLD_S = 8.0
RECORDING = "/twilio/call/recording"
LONGEST_RING = timedelta(minutes=2)
SILENCES = 2  # so often silence is asked again before the caller may leave a message


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's Twilio account."""
    staff = Staff(reception, listen=_heard(1))
    relay = Relay(reception, staff, Signer(reception.keys.secret, salt="relay"))
    return Channel(name="call", style="answer", routes=Calls(reception, staff, relay).routes, deliver=_deliver)


@dataclass(frozen=True, slots=True)
class Calls:
    """What Twilio asks while a call goes on; each request is answered with what to say next."""

    reception: Reception
    staff: Staff
    relay: Relay

    def routes(self, _: Any) -> APIRouter:
        """The webhooks of calls."""
        router = APIRouter()
        hooks = {"": self.ringing, "/heard": self.heard, "/wait": self.wait, "/status": self.status}
        hooks |= {"/recording": self.recording}
        for path, hook in hooks.items():
            router.add_api_route("/twilio/call" + path, hook, methods=["POST"], response_model=None)
        router.include_router(self.relay.routes())
        router.include_router(self.staff.routes())
        return router

    async def ringing(self, request: Request) -> Response:
        """An inbound call: greet, disclose, listen."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        notice = await self._begun(form, call)
        if notice is None:
            return busy()
        first = greeting(self.reception, notice, callback=RECORDING)
        if self.reception.voice == "relay":
            return self.relay.welcome(call, first)
        return spoken([first.words], listen=_heard(1), record=first.record)

    async def _begun(self, form: dict[str, str], call: str) -> Notice | None:
        """Note that a call began, how it came and what must be said; None where our own ring was passed back to us."""
        pack, now = self.reception.pack, self.reception.clock.now()
        business, came = pack.business.id, forwarded(form, pack.business)
        caller = caller_of(form.get("From", ""), call, pack.business)

        def work(tx: Tx) -> Notice | None:
            if came and calls.being_put_through(tx, business, caller, since=now - LONGEST_RING):
                return None
            notice = notice_to(tx, pack, caller, vouched=vouched(form))
            body: dict[str, str | int] = {
                "call": call, "vouched": vouched(form), "notice": notice.because, "kept": int(notice.kept),
            }  # fmt: skip
            calls.note(tx, business, "began", body=body, now=now)
            if came:
                hides = form.get("From") in pack.business.own_numbers
                calls.note(tx, business, "forwarded", body={"call": call, "hides": int(hides)}, now=now)
            return notice

        return await self.reception.database.write(Scope(business), work)

    async def heard(self, request: Request) -> Response:
        """Something was said: answer it in this response, or ask for a moment."""
        form = await signed_form(request, self.reception)
        n, [call] = _number(request, "n"), needed(form, "CallSid")
        speech, keys = form.get("SpeechResult", "").strip(), form.get("Digits", "")
        if not speech and not keys:
            if await holding.waits(self.reception, call):
                return await self._hold(call, n)
            return self._silent(n, _number(request, "e", 0) + 1)
        text, asked = speech or await keypad.meant(self.reception, call, keys), _number(request, "u", 0)
        if asked and unsure.agrees(speech, keys):
            text = await unsure.recalled(self.reception, call, asked) or text
        elif asked and unsure.denies(speech, keys):
            return spoken([self.reception.line("call.say_again")], listen=f"{_heard(n + 1)}&u={n}")
        elif speech and not asked and unsure.doubtful(form.get("Confidence", "")):
            await unsure.keep(self.reception, call, n, text=speech)
            return spoken([self.reception.line("call.did_you_say", speech[:200])], listen=f"{_heard(n + 1)}&u={n}")
        caller = caller_of(form.get("From", ""), call, self.reception.pack.business)
        said = heard_on(call, str(n), caller=caller, text=text, keys=not speech)
        return await self._answer(await objection.heard(self.reception, said), form, n=n, moment=1)

    async def _hold(self, call: str, n: int) -> Response:
        """The caller waits for what staff decide: say it, or that they may go on waiting, or that the time is over."""
        news, line = await holding.news(self.reception, call, seconds=HOLD_S), self.reception.line
        if not isinstance(news, Receipted):
            return spoken([line("call.still_held" if news == "nothing" else "call.not_decided")], listen=_heard(n))
        words = await self.reception.collect(news, WAIT_S) or ()
        await holding.told(self.reception, call)
        return spoken([w.text for w in words] or [line("call.next")], listen=_heard(n))

    def _silent(self, n: int, times: int) -> Response:
        if times > SILENCES:
            return record_message([self.reception.line("call.nobody")])
        return spoken([self.reception.line("call.unheard")], listen=f"{_heard(n + 1)}&e={times}")

    async def wait(self, request: Request) -> Response:
        """The moment is over: answer now, wait again, or promise to call back."""
        form = await signed_form(request, self.reception)
        got = Receipted(request.query_params.get("m", ""), request.query_params.get("c", ""), new=False)
        n, moment = _number(request, "n"), _number(request, "w") + 1
        return await self._answer(got, form, n=n, moment=moment)

    async def status(self, request: Request) -> Response:
        """A call is over, or our own telephone was rung: one that nobody answered is owed something."""
        form = await signed_form(request, self.reception)
        needed(form, "CallSid")
        await self.staff.ended(form)
        return nothing()

    async def recording(self, request: Request) -> Response:
        """What became of a recording: its id is kept, so that it can be found and deleted."""
        form = await signed_form(request, self.reception)
        call, sid = needed(form, "CallSid", "RecordingSid")
        business, now = self.reception.pack.business.id, self.reception.clock.now()
        body = {"call": call, "recording": sid, "status": form.get("RecordingStatus", "")}
        await self.reception.database.write(
            Scope(business), lambda tx: calls.note(tx, business, "recorded", body=body, now=now)
        )
        return nothing()

    async def _answer(self, got: Receipted, form: dict[str, str], *, n: int, moment: int) -> Response:
        words = await self.reception.collect(got, WAIT_S)
        if words is not None:
            lines = [w.text for w in words] or [self.reception.line("call.next")]
            action = await self.reception.database.read(lambda tx: calls.connects(tx, got.message))
            if action and form.get("CallSid"):
                return await self.staff.put_through(form, lines, action=action)
            if await self.reception.database.read(lambda tx: calls.parts(tx, got.message)):
                return spoken(lines)
            call = form.get("CallSid", "")
            if call and await holding.offered(self.reception, got, call):
                lines.append(self.reception.line("call.hold"))
            return spoken(lines, listen=_heard(n + 1))
        if moment > MOMENTS:
            await self.staff.promise(form.get("CallSid", ""))
            return spoken([self.reception.line("call.too_long")])
        path = f"/twilio/call/wait?n={n}&w={moment}&m={got.message}&c={got.contact}"
        return spoken([self.reception.line("call.moment")], redirect=path)


async def _deliver(_permit: Permit, _words: Words) -> Delivery:
    return Refused("words on a call go into the call's own response", "not_in_call")


def _heard(n: int) -> str:
    return f"/twilio/call/heard?n={n}"


def _number(request: Request, name: str, default: int = 1) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 6 else default
