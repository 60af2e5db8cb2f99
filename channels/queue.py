"""Waiting in line while all are on the phone: staff are rung again for who is first, until a key or time ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from channels.reception import Reception
from channels.twiml import leave_queue, nothing, queued, record_message, spoken, waiting
from channels.webhook import needed, signed_form
from records import calls
from records.database import Scope

AGAIN_S = 20  # so long the first in line waits before staff are rung again
ROUNDS = 6
LONGEST_S = 600
KEYS = {"1": "wants_callback", "2": "wants_message"}
Ring = Callable[[dict[str, str], int], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Queue:
    """The line of callers; `ring` rings staff once more."""

    reception: Reception
    ring: Ring

    def routes(self) -> APIRouter:
        """What Twilio asks while somebody waits, and when they wait no more."""
        router = APIRouter()
        for path, hook in {"/waiting": self.waiting, "/key": self.key, "/left": self.left}.items():
            router.add_api_route("/twilio/call/queue" + path, hook, methods=["POST"], response_model=None)
        return router

    def join(self, round_: int) -> Response:
        """Wait for the next try."""
        name, line = self.reception.pack.business.id, self.reception.line("call.queue")
        left = f"/twilio/call/queue/left?r={round_}"
        return queued(line, name=name, wait="/twilio/call/queue/waiting", action=left)

    async def waiting(self, request: Request) -> Response:
        """What is heard in line; whoever is first for long enough, or anybody after ten minutes, leaves it."""
        form = await signed_form(request, self.reception)
        needed(form, "CallSid")
        position, seconds = _whole(form, "QueuePosition", 1), _whole(form, "QueueTime", 0)
        if (position == 1 and seconds >= AGAIN_S) or seconds >= LONGEST_S:
            return leave_queue()
        return waiting(self.reception.line("call.queue_wait"), action="/twilio/call/queue/key", seconds=AGAIN_S // 2)

    async def key(self, request: Request) -> Response:
        """A key ends the waiting with a call back or a message; any other, or none, goes on with it."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        if wish := KEYS.get(form.get("Digits", "")):
            business, now = self.reception.pack.business.id, self.reception.clock.now()
            await self.reception.database.write(
                Scope(business), lambda tx: calls.note(tx, business, wish, body={"call": call}, now=now)
            )
            return leave_queue()
        return nothing()  # Twilio asks `waiting` again

    async def left(self, request: Request) -> Response:
        """Out of the line: taken, given up, a call back, a message, or the next try."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        result, business = form.get("QueueResult", ""), self.reception.pack.business.id
        if result == "hangup" or form.get("CallStatus") == "completed":
            return nothing()  # the follow-up of the request for a person stays open
        seen = await self.reception.database.read(lambda tx: calls.known(tx, business, call))
        if "accepted" in seen or result == "bridged":
            return spoken([])
        if "wants_callback" in seen:
            return spoken([self.reception.line("call.will_call_back")])
        round_ = _whole({"r": request.query_params.get("r", "")}, "r", ROUNDS)
        if result == "leave" and "wants_message" not in seen and round_ < ROUNDS:
            return await self.ring(form, round_ + 1)
        return record_message([self.reception.line("call.nobody")])


def _whole(form: dict[str, str], name: str, default: int) -> int:
    given = form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 6 else default
