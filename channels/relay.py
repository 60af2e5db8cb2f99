"""Calls over Twilio's ConversationRelay: speech comes and goes as text over one WebSocket a call.

The address that Twilio connects to carries no query, and what it may say is bound twice: the upgrade is signed, and the
first message brings back a token that was made for this call. The token opens it within two minutes, and after that
only while the call lasts, because a lost connection is made again with the same one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from fastapi import APIRouter, Request, Response, WebSocket, WebSocketDisconnect
from itsdangerous import BadSignature, Signer

from channels import frames, holding
from channels.caller import caller_of
from channels.frames import Setup
from channels.greeting import Greeting
from channels.line import Line
from channels.reception import Reception
from channels.staff import Staff
from channels.twiml import connected, nothing, spoken
from channels.webhook import needed, signed_form, signed_upgrade
from domain.clock import from_ms, to_ms
from domain.message import Receipted
from records import calls
from records.database import Scope, Tx

log = structlog.get_logger()
SETUP_S = 5.0
FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=4)  # until a token is used; Twilio ends every call after four
MOST_LINES = 500
POLICY, AGAIN, BROKEN = 1008, 1012, 1011  # RFC 6455 7.4.1: refused; use the newer connection; our failure
SOCKET, AFTER = "/twilio/relay", "/twilio/call/relayed"


@dataclass(frozen=True, slots=True)
class Relay:
    """The calls that this process holds a socket of, or will again."""

    reception: Reception
    staff: Staff
    signer: Signer
    lines: dict[str, Line] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=partial(itertools.count, 1))

    def routes(self) -> APIRouter:
        """The socket, and what Twilio asks when it is over."""
        router = APIRouter()
        router.add_api_websocket_route(SOCKET, self.socket)
        router.add_api_route(AFTER, self.after, methods=["POST"], response_model=None)
        return router

    def welcome(self, call: str, first: Greeting) -> Response:
        """The TwiML that connects a call; the greeting discloses, so it cannot be spoken over."""
        url = self.reception.address(SOCKET).replace("http", "ws", 1)
        token = self.signer.sign(f"{call}/{to_ms(self.reception.clock.now())}").decode()
        return connected(url, greeting=first.words, token=token, action=AFTER, record=first.record)

    async def socket(self, socket: WebSocket) -> None:
        """One connection of one call."""
        if not signed_upgrade(socket, self.reception):
            await socket.close(POLICY)
            return
        await socket.accept()
        number = next(self.numbers)
        line = await self._line(socket)
        if line is None:
            await _close(socket, POLICY)
            return
        if number < line.newest:  # it was lost, and made again, before it was let in
            await _close(socket, AGAIN)
            return
        line.newest = number
        older, line.socket = line.socket, socket
        if older is not None:
            await _close(older, AGAIN)
        code = 1000
        try:
            if await line.talk(socket):
                code = AGAIN
                self._forget(line, socket)
        except WebSocketDisconnect:
            pass
        except Exception as problem:  # noqa: BLE001  the call goes on over <Gather>: Twilio asks our `action`
            log.error("relay.failed", call=line.call, error=type(problem).__name__)
            await _close(socket, BROKEN)
        finally:
            if line.socket is socket:
                line.socket = None
        await _close(socket, code)

    async def after(self, request: Request) -> Response:
        """The session is over: put through, go on over <Gather>, or note how the call ended."""
        form = await signed_form(request, self.reception)
        [call] = needed(form, "CallSid")
        line, status = self.lines.pop(call, None), form.get("SessionStatus", "")
        log.info("relay.over", call=call, status=status, error=form.get("ErrorCode", ""))
        if status == "ended":
            return await self._handed_over(form)
        if form.get("CallStatus") == "completed" or status == "completed":
            if line:
                await line.left()
            await self.staff.ended({**form, "CallStatus": "completed"})
            return nothing()
        lines = [self.reception.line("call.again")]
        for got in line.waiting if line else await self._unspoken(call):
            lines += [w.text for w in await self.reception.collect(got, 0.0) or ()]
        return spoken(lines if len(lines) > 1 else [*lines, self.reception.line("call.next")], listen=self.staff.listen)

    async def _unspoken(self, call: str) -> list[Receipted]:
        """What a caller waits for an answer to whose socket another process held."""
        business = self.reception.pack.business.id
        found = await self.reception.database.read(lambda tx: calls.unanswered(tx, business, call))
        return [Receipted(m.id, m.contact, new=False) for m in found]

    async def _handed_over(self, form: dict[str, str]) -> Response:
        try:
            data = json.loads(form.get("HandoffData", ""))
        except ValueError:
            data = None
        handed = data if isinstance(data, dict) else {}
        if handed.get("reason") in ("transfer", "parting"):
            about = Receipted(str(handed.get("message", "")), str(handed.get("contact", "")), new=False)
            words = await self.reception.collect(about, 0.0) or ()
            if handed["reason"] == "parting":
                return spoken([w.text for w in words])
            action = str(handed.get("action", ""))
            return await self.staff.put_through(form, [w.text for w in words], action=action)
        await self.staff.promise(form["CallSid"])
        return spoken([self.reception.line("call.too_long")])

    async def _line(self, socket: WebSocket) -> Line | None:
        """The call that the first message names, where its token fits and it is not over."""
        try:
            async with asyncio.timeout(SETUP_S):
                message = await socket.receive()
        except TimeoutError:
            return None
        setup = frames.read(message.get("text") or "")
        made_at = self._made_at(setup) if isinstance(setup, Setup) else None
        if not isinstance(setup, Setup) or made_at is None:
            log.warning("relay.refused")
            return None
        business = self.reception.pack.business.id
        opened = partial(_opened, business=business, setup=setup, made_at=made_at, now=self.reception.clock.now())
        if not await self.reception.database.write(Scope(business, about=setup.callSid), opened):
            log.warning("relay.refused", call=setup.callSid)
            return None
        if setup.callSid not in self.lines and len(self.lines) >= MOST_LINES:
            self.lines.pop(next(k for k, known in self.lines.items()))
        caller = caller_of(setup.caller, setup.callSid, self.reception.pack.business)
        made = Line(reception=self.reception, call=setup.callSid, caller=caller)
        line = self.lines.setdefault(setup.callSid, made)
        if await holding.waits(self.reception, setup.callSid):
            line.holds.set()
        return None if line.over else line

    def _forget(self, line: Line, socket: WebSocket) -> None:
        """The call is another process's; should it come back, it begins from the records."""
        if line.socket is socket:
            self.lines.pop(line.call, None)

    def _made_at(self, setup: Setup) -> int | None:
        """When the token was made (ms UTC); None where it is not ours, or another call's."""
        try:
            call, _, made_at = self.signer.unsign(setup.customParameters.get("token", "")).decode().rpartition("/")
        except BadSignature:
            return None
        return int(made_at) if call == setup.callSid else None


def _opened(tx: Tx, business: str, setup: Setup, *, made_at: int, now: datetime) -> bool:
    """Whether a token opens its call: once soon after it was made, and again while the call goes on."""
    seen, age = calls.known(tx, business, setup.callSid), now - from_ms(made_at)
    if "began" not in seen or "ended" in seen or age > (LONGEST if "connected" in seen else FIRST):
        return False
    calls.note(tx, business, "connected", body={"call": setup.callSid}, now=now)
    return True


async def _close(socket: WebSocket, code: int) -> None:
    """Close a connection that may be closed already."""
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return
