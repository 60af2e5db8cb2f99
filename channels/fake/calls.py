"""Calls to the business, played by following its TwiML: speech, keys, the relay, staff's telephone, messages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast
from xml.etree.ElementTree import Element

from channels.fake.company import Company
from channels.fake.grammar import parsed
from channels.fake.leg import Leg

MISSED = ("no-answer", "busy", "failed", "canceled")
MOST_CALLS = 200
Staff = Literal["accepts", "voicemail", "no-answer", "busy", "failed", "canceled"]


@dataclass(slots=True)
class Call:
    """A call in progress: who calls, and where the next words go; `staff` is what becomes of a ring at the staff's."""

    sid: str
    caller: str
    action: str | None = None
    says: list[str] = field(default_factory=list)
    ended: bool = False
    staff: Staff = "no-answer"
    leg: Leg | None = None
    after: str | None = None
    record: Mapping[str, str] | None = None
    rang: list[str] = field(default_factory=list)
    queue: Mapping[str, str] | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def listening(self) -> bool:
        """Whether anybody hears what the caller says now."""
        return bool(self.action or self.leg or self.record or self.queue)


class Handset:
    """Calls in progress, played by following the business's TwiML."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.calls: dict[str, Call] = {}
        self.called = 0
        self.said = 0

    async def call(
        self, caller: str, outcome: str, *, staff: Staff = "no-answer", form: Mapping[str, str] | None = None
    ) -> Call:
        """Call the business; an outcome like `no-answer` ends it before anybody speaks, `form` says more of it.

        Where the company's faults have it, a call ends so although it should be answered, and staff are not there.
        """
        faults, n = self.company.faults, self.called
        self.called += 1
        outcome, staff = faults.call(n) or outcome, cast("Staff", faults.staff(n) or staff)
        call = Call("CA" + secrets.token_hex(16), caller, staff=staff, form=form or {})
        if len(self.calls) >= MOST_CALLS:
            self.calls.pop(next(iter(self.calls)))
        self.calls[call.sid] = call
        if outcome in MISSED:
            call.ended = True
            await self._post(call, "/twilio/call/status", CallStatus=outcome)
            return call
        await self._follow(call, await self._post(call, "/twilio/call", CallStatus="ringing"))
        return call

    async def say(self, call: Call, speech: str, *, confidence: float = 0.9) -> Call:
        """The caller speaks, understood with some confidence, or leaves their message."""
        call.says = []
        if call.ended:
            return call
        if call.leg:
            await self._shake(call, call.leg)
        if call.leg:
            await call.leg.prompt(speech)
            await self.listen(call)
        elif call.record is not None:
            await self._leave_message(call, speech)
        elif call.action:
            await self._follow(
                call, await self._post(call, call.action, SpeechResult=speech, Confidence=str(confidence))
            )
        return call

    async def _shake(self, call: Call, leg: Leg) -> None:
        """Lose the relay's connection where the company's faults have it; it is made again, or the TwiML goes on."""
        fault = self.company.faults.line(self.said)
        self.said += 1
        if fault == "relay_cut":
            leg.cut = self.company.faults.cut(self.said - 1)
        if fault not in ("relay_drop", "relay_lost"):
            return
        await leg.drop()
        if fault == "relay_lost" or not await leg.connect():
            await self.relay_over(call, "failed", ErrorCode="39001", ErrorMessage="the socket was lost")
            call.says = []

    async def press(self, call: Call, keys: str) -> Call:
        """The caller presses keys."""
        call.says = []
        if call.leg:
            await call.leg.press(keys)
            await self.listen(call)
        elif call.action and not call.ended:
            await self._follow(call, await self._post(call, call.action, Digits=keys))
        return call

    async def wait(self, call: Call, *, seconds: int, position: int = 1, keys: str = "") -> Call:
        """The caller waits in line, at this place for so long, and may press a key."""
        call.says = []
        line = call.queue
        if line is None:
            return call
        place = {"QueuePosition": str(position), "QueueTime": str(seconds), "QueueSid": "QU" + "0" * 32}
        heard = parsed(await self._post(call, line.get("waitUrl", ""), **place))
        gather = heard.find("Gather")
        if gather is not None:
            call.says = [said.text or "" for said in gather if said.tag == "Say"]
            heard = parsed(await self._post(call, gather.get("action", ""), Digits=keys))
        if heard.find("Leave") is not None:
            call.queue = None
            over = {"QueueResult": "leave", "QueueTime": str(seconds)}
            await self._follow(call, await self._post(call, line.get("action", ""), **over))
        return call

    async def listen(self, call: Call) -> Call:
        """Hear the next turn over the relay; a session that the business ends goes on with its TwiML.

        A line that the faults cut in its middle is made again, and the rest is heard.
        """
        if call.leg:
            cut = call.leg.cut
            call.says = await call.leg.answer()
            if cut and call.leg.closed is not None and call.leg.handoff is None and await call.leg.connect():
                call.says = [*call.says, *await call.leg.answer()]
            if call.leg.handoff is not None:
                await self.relay_over(call, "ended", HandoffData=call.leg.handoff)
            elif call.leg.closed is not None:
                await self.relay_over(call, "failed", ErrorCode="39001", ErrorMessage="the socket was lost")
        return call

    async def relay_over(self, call: Call, status: str, **more: str) -> None:
        """The session is over: ask the business what to do now."""
        leg, call.leg = call.leg, None
        if leg is not None:
            await leg.leave()
            over = {"SessionId": leg.session, "SessionStatus": status, "SessionDuration": "12", **more}
            in_progress = "completed" if status == "completed" else "in-progress"
            await self._follow(call, await self._post(call, call.after or "", CallStatus=in_progress, **over))

    async def hang_up(self, call: Call) -> None:
        """The caller hangs up."""
        if not call.ended:
            if call.leg:
                await self.relay_over(call, "completed")
            call.ended = True
            await self._post(call, "/twilio/call/status", CallStatus="completed", CallDuration="42")

    async def _follow(self, call: Call, twiml: str) -> None:
        """Do what the TwiML says until it listens or ends."""
        for _ in range(10):
            call.action, redirect = None, None
            for verb in parsed(twiml):
                redirect = await self._do(call, verb) or redirect
                if verb.tag == "Dial":
                    return
            if call.listening or call.ended or not redirect:
                call.ended = call.ended or not call.listening
                return
            twiml = await self._post(call, redirect)
        call.ended = True

    async def _do(self, call: Call, verb: Element) -> str | None:
        match verb.tag:
            case "Say":
                call.says.append(verb.text or "")
            case "Gather":
                call.says += [said.text or "" for said in verb if said.tag == "Say"]
                call.action = verb.get("action")
            case "Connect":
                await self._connect(call, verb)
            case "Dial":
                await self._dial(call, verb)
            case "Enqueue":
                call.queue = dict(verb.attrib)
            case "Reject":
                call.ended = True
            case "Record":
                call.record = dict(verb.attrib)
            case "Hangup" if call.record is None:
                call.ended = True
            case "Redirect":
                return verb.text
        return None

    async def _connect(self, call: Call, verb: Element) -> None:
        relay = verb[0]
        parameters = {p.get("name", ""): p.get("value", "") for p in relay if p.tag == "Parameter"}
        leg = Leg(
            company=self.company, call=call.sid, caller=call.caller, url=relay.get("url", ""), parameters=parameters,
            tells="tokens-played" in relay.get("events", "").split(),
        )  # fmt: skip
        call.leg, call.after = leg, verb.get("action")
        call.says += [greeting] if (greeting := relay.get("welcomeGreeting")) else []
        if not await leg.connect():
            await self.relay_over(call, "failed", ErrorCode="64102", ErrorMessage="the upgrade was refused")

    async def _dial(self, call: Call, verb: Element) -> None:
        """Ring the staff; who picks up hears the whisper, and only a key makes a call of it."""
        number, leg = verb[0], {"CallSid": "CA" + secrets.token_hex(16)}
        call.rang.append(number.text or "")
        if call.staff in ("accepts", "voicemail"):
            whisper = parsed(await self._post(call, self._path(number.get("url", "")), **leg))
            gather = whisper.find("Gather")
            if call.staff == "voicemail":
                machine = self._path(number.get("amdStatusCallback", ""))
                await self._post(call, machine, AnsweredBy="machine_end_beep", **leg)
            elif gather is not None:
                await self._post(call, gather.get("action", ""), Digits="1", **leg)
        status = "completed" if call.staff in ("accepts", "voicemail") else call.staff
        await self._follow(call, await self._post(call, verb.get("action", ""), DialCallStatus=status))

    async def _leave_message(self, call: Call, words: str) -> None:
        record, call.record = call.record or {}, None
        sid = "RE" + secrets.token_hex(16)
        heard = {"RecordingSid": sid, "RecordingUrl": f"https://api.twilio.com/2010-04-01/{sid}"}
        await self._follow(call, await self._post(call, record.get("action", ""), **heard))
        text = {"TranscriptionText": words, "TranscriptionStatus": "completed"}
        await self._post(call, record.get("transcribeCallback", ""), **heard, **text)

    def _path(self, url: str) -> str:
        return url.removeprefix(self.company.webhooks.rstrip("/"))

    async def _post(self, call: Call, path: str, **more: str) -> str:
        form = {
            "CallSid": call.sid, "AccountSid": self.company.sid, "From": call.caller, "To": self.company.number,
            "Direction": "inbound", "ApiVersion": "2010-04-01", "CallStatus": "in-progress",
        }  # fmt: skip
        return await self.company.post(path, {**form, **call.form, **more})
