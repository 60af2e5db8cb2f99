"""Putting a caller through to staff: a whispered "press 1", so that nobody's voicemail counts as a person, then a
message after the tone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from channels.caller import caller_of, ring_seconds
from channels.queue import ROUNDS, Queue
from channels.reception import Reception
from channels.twilio_api import say_and_hang_up
from channels.twiml import asked_to_accept, last_words, nothing, record_message, ring, spoken
from channels.webhook import needed, signed_form
from domain.message import Heard
from records import calls, obligations
from records.database import Scope, Tx
from records.obligations import Ending, Owed

T = TypeVar("T")
SHORT_S = 3  # a call that ends so soon and was never put through was given up
MISSED = {"no-answer": "no_answer", "busy": "busy", "failed": "failed", "canceled": "canceled"}
ROUNDS_LEFT = tuple(map(str, range(ROUNDS)))
MACHINES = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax")


@dataclass(frozen=True, slots=True)
class Staff:
    """What happens between a caller who wants a person and the people."""

    reception: Reception
    listen: str  # where a caller who stays with the assistant is heard

    def routes(self) -> APIRouter:
        """What Twilio asks while it rings, after that, and when a message was left."""
        router = APIRouter()
        hooks = {
            "/dialed": self.dialed, "/whisper": self.whisper, "/accept": self.accept, "/machine": self.machine,
            "/recorded": self.recorded, "/transcribed": self.transcribed,
        }  # fmt: skip
        for path, hook in hooks.items():
            router.add_api_route("/twilio/call" + path, hook, methods=["POST"], response_model=None)
        router.include_router(self.queue.routes())
        return router

    @property
    def queue(self) -> Queue:
        """Where a caller waits while staff are on the phone."""
        return Queue(self.reception, self._ring)

    async def put_through(self, form: dict[str, str], lines: Sequence[str], *, action: str) -> Response:
        """Say the lines and ring the staff's telephone."""
        call = form["CallSid"]
        if self.reception.pack.business.transfer_to is None:
            return record_message([*lines, self.reception.line("call.nobody")])
        await self._note(call, "transferring", action=action)
        return await self._ring(form, 0, lines)

    async def _ring(self, form: dict[str, str], round_: int, lines: Sequence[str] = ()) -> Response:
        """Ring staff, for the first time or for somebody who waited."""
        business, query = self.reception.pack.business, f"?call={quote(form['CallSid'])}"
        hooks = {n: self.reception.address(f"/twilio/call/{n}{query}") for n in ("whisper", "machine")}
        action, seconds = f"/twilio/call/dialed?r={round_}", ring_seconds(business)
        return ring(lines, number=business.transfer_to or "", hooks=hooks, action=action, seconds=seconds)

    async def whisper(self, request: Request) -> Response:
        """Staff picked up, or their voicemail did: only a key proves a person."""
        await signed_form(request, self.reception)
        call = request.query_params.get("call", "")
        return asked_to_accept(self.reception.line("call.whisper"), f"/twilio/call/accept?call={quote(call)}")

    async def accept(self, request: Request) -> Response:
        """Somebody pressed a key: with 1 the caller is theirs, and the follow-up is done."""
        form = await signed_form(request, self.reception)
        call = request.query_params.get("call", "")
        if form.get("Digits") != "1":
            return spoken([])
        await self._write(partial(_accepted, reception=self.reception, call=call))
        return nothing()

    async def machine(self, request: Request) -> Response:
        """What Twilio thinks picked up: a voicemail gets a few words once, anything unsure counts as a person."""
        form = await signed_form(request, self.reception)
        [leg], by = needed(form, "CallSid"), form.get("AnsweredBy", "")
        if by in MACHINES:
            new = await self._note(request.query_params.get("call", ""), "machine", by=by)
            if new and by.startswith("machine_end") and self.reception.account:
                await say_and_hang_up(self.reception.account, leg, last_words(self.reception.line("call.to_machine")))
        return nothing()

    async def dialed(self, request: Request) -> Response:
        """The ringing is over: somebody took the call, or is on the phone and waited for, or a message is left."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        if form.get("DialCallStatus") == "failed":
            await self._write(partial(_bad_number, reception=self.reception, call=call))
        if "accepted" in await self._known(call) or form.get("CallStatus") == "completed":
            return spoken([])
        round_ = request.query_params.get("r", "")
        if form.get("DialCallStatus") == "busy" and round_ in ROUNDS_LEFT:
            return self.queue.join(int(round_))
        return record_message([self.reception.line("call.nobody")])

    async def recorded(self, request: Request) -> Response:
        """The message is kept, and staff owe an answer to it from now on, whether it can be transcribed or not."""
        form = await signed_form(request, self.reception)
        if form.get("RecordingSid"):
            await self.reception.hear(self._message(form, "recorded"))
        return spoken([self.reception.line("call.message_kept")])

    async def transcribed(self, request: Request) -> Response:
        """The message as text, where the carrier could read it."""
        form = await signed_form(request, self.reception)
        needed(form, "CallSid", "RecordingSid")
        await self.reception.hear(self._message(form, "transcribed"))
        return nothing()

    def _message(self, form: dict[str, str], event: str) -> Heard:
        call, recording = needed(form, "CallSid", "RecordingSid")
        return Heard(
            channel="call", kind="voicemail", address_kind="phone", address=self._caller(form),
            text=form.get("TranscriptionText", ""), provider="twilio", provider_id=recording, event=event,
            session=call, media=tuple(u for u in (form.get("RecordingUrl"),) if u),
        )  # fmt: skip

    def _caller(self, form: dict[str, str]) -> str:
        return caller_of(form.get("From", ""), form["CallSid"], self.reception.pack.business)

    async def ended(self, form: dict[str, str]) -> None:
        """How a call ended; one that nobody answered, or that was left in the middle, is owed something."""
        call, status = form["CallSid"], form.get("DialCallStatus") or form.get("CallStatus", "")
        seen = await self._known(call)
        outcome = MISSED.get(status) or await self._unfinished(form, seen)
        if form.get("DialCallStatus") == "failed":
            await self._write(partial(_bad_number, reception=self.reception, call=call))
        if outcome is not None and "accepted" not in seen:
            missed = Heard(
                channel="call", kind="missed_call", address_kind="phone", address=self._caller(form), text="",
                provider="twilio", provider_id=call, event="missed", session=call,
                outcome="unverified" if seen.get("began", {}).get("vouched") == "failed" else outcome,
            )  # fmt: skip
            await self.reception.hear(missed)
        if form.get("CallStatus") == "completed" or status in MISSED:
            await self._note(call, "ended", outcome=outcome or "answered")

    async def _unfinished(self, form: dict[str, str], seen: dict[str, dict[str, Any]]) -> str | None:
        """What a call lacks that was answered by us, or by a staff's voicemail; None where it lacks nothing."""
        if form.get("AnsweredBy") in MACHINES:
            return "voicemail"
        short = form.get("CallDuration", "").isdecimal() and int(form["CallDuration"][:9]) <= SHORT_S
        if form.get("CallStatus") != "completed" or "DialCallStatus" in form or not ("began" in seen or short):
            return None
        business, call = self.reception.pack.business.id, form["CallSid"]

        def look(tx: Tx) -> str | None:
            said = calls.said_on(tx, business, call)
            if not said:
                return "abandoned"
            return "left_open" if calls.asks_still(tx, said[-1]) else None

        return await self.reception.database.read(look)

    async def promise(self, call: str) -> None:
        """The caller is told that somebody will call back."""
        if call:
            await self._note(call, "promised")

    async def _known(self, call: str) -> dict[str, dict[str, Any]]:
        business = self.reception.pack.business.id
        return await self.reception.database.read(lambda tx: calls.known(tx, business, call))

    async def _note(self, call: str, what: str, **more: str) -> bool:
        business, now = self.reception.pack.business.id, self.reception.clock.now()
        return await self._write(lambda tx: calls.note(tx, business, what, body={"call": call, **more}, now=now))

    async def _write(self, work: Callable[[Tx], T]) -> T:
        return await self.reception.database.write(Scope(self.reception.pack.business.id), work)


def _accepted(tx: Tx, reception: Reception, *, call: str) -> None:
    """A person took the call: what the hand-over opened is closed by it."""
    business, now = reception.pack.business.id, reception.clock.now()
    action = calls.known(tx, business, call).get("transferring", {}).get("action")
    if calls.note(tx, business, "accepted", body={"call": call}, now=now) and action:
        obligations.close_kind(tx, "callback", action, ending=Ending("taken on the call", call), now=now)


def _bad_number(tx: Tx, reception: Reception, *, call: str) -> None:
    now = reception.clock.now()
    detail = "The number in transfer_to could not be rung; look at business.yaml."
    owed = Owed(kind="bad_number", cause=call, contact=None, due=now, detail=detail)
    obligations.open_one(tx, reception.pack.business.id, owed, now=now)
