"""The phone company's end of ConversationRelay: a real WebSocket to the business, its upgrade signed."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels.fake.company import Company
from channels.fake.grammar import Undocumented, frame

ANSWER_S = 20.0


@dataclass(slots=True, kw_only=True)
class Leg:
    """One call's session; `heard` are the turns that were spoken to the caller, whole."""

    company: Company
    call: str
    caller: str
    url: str
    parameters: Mapping[str, str]
    tells: bool = False  # what has been played, as the TwiML's `events` ask for
    session: str = field(default_factory=lambda: "VX" + secrets.token_hex(16))
    heard: list[str] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    handoff: str | None = None
    refused: str | None = None
    closed: int | None = None
    turns: int = 0
    cut: int = 0  # in which sentence of the next turn the line is lost; 0 for none
    news: asyncio.Event = field(default_factory=asyncio.Event)
    socket: ClientConnection | None = None
    reading: asyncio.Task[None] | None = None

    async def connect(self, *, signature: str | None = None) -> bool:
        """Open the socket and say who calls; False where the upgrade was refused."""
        from twilio.request_validator import RequestValidator

        signed = RequestValidator(self.company.token).compute_signature(self.url, {})
        headers = {"X-Twilio-Signature": signed if signature is None else signature}
        try:
            self.socket = await connect(self.url, additional_headers=headers, proxy=None)
        except InvalidStatus as refusal:
            self.closed = refusal.response.status_code
            return False
        self.closed = None
        self.reading = asyncio.create_task(self._read(self.socket))
        await self.send({
            "type": "setup", "sessionId": self.session, "accountSid": self.company.sid, "parentCallSid": "",
            "callSid": self.call, "from": self.caller, "to": self.company.number, "forwardedFrom": "",
            "callType": "PSTN", "callerName": "", "direction": "inbound", "callStatus": "RINGING",
            "customParameters": dict(self.parameters),
        })  # fmt: skip
        return True

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Send a message, or anything else that a wire can carry; a line that is cut carries nothing."""
        if self.socket is not None:
            try:
                await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
            except ConnectionClosed:
                return

    async def prompt(self, words: str, *, last: bool = True) -> None:
        """The caller speaks."""
        await self.send({"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": last})

    async def interrupt(self, heard: str, ms: int | str = 460) -> None:
        """The caller speaks over the assistant, having heard so much."""
        await self.send({"type": "interrupt", "utteranceUntilInterrupt": heard, "durationUntilInterruptMs": ms})

    async def press(self, keys: str) -> None:
        """The caller presses keys, one after the other."""
        for key in keys:
            await self.send({"type": "dtmf", "digit": key})

    async def answer(self, turns: int = 1) -> list[str]:
        """Wait for the next turns to be spoken to their end, or for the session's end; what was spoken."""
        wanted, before = self.turns + turns, len(self.heard)
        async with asyncio.timeout(ANSWER_S):
            while self.turns < wanted and self.handoff is None and self.closed is None:
                self.news.clear()
                await self.news.wait()
        return self.heard[before:]

    async def drop(self) -> None:
        """Cut the line without a word, as a network does."""
        if self.socket is not None:
            self.socket.transport.abort()
            await self._ended()

    async def leave(self) -> None:
        """Close the session, as when the caller hangs up."""
        if self.socket is not None:
            await self.socket.close()
            await self._ended()

    def _lose(self, socket: ClientConnection, saying: list[str]) -> None:
        """The line is lost in the middle of a sentence; what was spoken before it was heard."""
        self.cut = 0
        if saying:
            self.heard.append(" ".join("".join(saying).split()))
        socket.transport.abort()

    async def _ended(self) -> None:
        if self.reading is not None:
            await self.reading

    async def _read(self, socket: ClientConnection) -> None:
        saying: list[str] = []
        try:
            async for raw in socket:
                try:
                    found = frame(raw)
                except Undocumented as refusal:
                    self.refused = str(refusal)
                    continue
                self.frames.append(found)
                if found["type"] == "end":
                    self.handoff = found.get("handoffData", "")
                elif found["type"] == "text":
                    if found["token"] and len(saying) + 1 == self.cut:
                        self._lose(socket, saying)
                        break
                    saying.append(found["token"])
                    if self.tells and found["token"]:
                        await self.send({"type": "info", "name": "tokensPlayed", "value": found["token"]})
                    if found.get("last"):
                        self.heard.append(" ".join("".join(saying).split()))
                        self.turns, self.cut, saying = self.turns + 1, 0, []
                self.news.set()
        except ConnectionClosed:
            pass
        finally:
            self.closed = socket.close_code or 1006
            self.news.set()
