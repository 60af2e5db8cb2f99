"""One call over ConversationRelay as this process holds it: listening, answering, and being interrupted."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from fastapi import WebSocket

from channels import frames, objection
from channels.caller import heard_on, meaning
from channels.frames import Interrupt, Message, Noted, Pressed, Prompt
from channels.reception import Reception
from domain.message import Receipted, Words
from records import calls
from records.database import Scope

log = structlog.get_logger()
WAIT_S = 6.0
MOMENTS = 3
KEYS_PAUSE_S = 1.5  # so long after a key the number is complete
MOST_KEYS = 20
SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(slots=True, kw_only=True)
class Line:
    """A call's state between its connections; `waiting` holds what was heard and not yet answered aloud."""

    reception: Reception
    call: str
    caller: str
    socket: WebSocket | None = None
    contact: str | None = None
    count: int = 0
    waiting: deque[Receipted] = field(default_factory=deque)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    partial: str = ""
    keys: str = ""
    said: list[Words] = field(default_factory=list)
    barged: int = 0
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    leaving: list[str] = field(default_factory=list)  # what the TwiML after the session says
    over: bool = False

    async def talk(self, socket: WebSocket) -> None:
        """Serve one connection until it ends, alone; what is unanswered then is spoken on the next one."""
        async with self.alone:
            await self._talk(socket)

    async def _talk(self, socket: WebSocket) -> None:
        both = {asyncio.create_task(self._listen(socket)), asyncio.create_task(self._answer_all(socket))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        for task in done:
            task.result()

    async def _listen(self, socket: WebSocket) -> None:
        while True:
            try:
                async with asyncio.timeout(KEYS_PAUSE_S if self.keys else None):
                    message = await socket.receive()
            except TimeoutError:
                await self._number()
                continue
            if message["type"] == "websocket.disconnect" or self.socket is not socket:
                return
            raw = message.get("text")
            await self._take(frames.read(raw) if raw is not None else Noted("binary"))

    async def _take(self, message: Message) -> None:
        match message:
            case Prompt():
                await self._prompt(message)
            case Interrupt(utteranceUntilInterrupt=heard):
                await self._interrupted(heard)
            case Pressed(digit=digit):
                self.keys = (self.keys + digit)[:MOST_KEYS]
                if digit == "#":
                    await self._number()
            case Noted(kind):
                log.info("relay.noted", call=self.call, kind=kind)
            case _:
                log.info("relay.noted", call=self.call, kind="second setup on one connection")

    async def _prompt(self, prompt: Prompt) -> None:
        """Speech that goes on is kept until it ends; a longer version of it takes its place."""
        new, before = prompt.voicePrompt.strip(), self.partial
        whole = new if new.startswith(before) else f"{before} {new}".strip()
        self.partial = "" if prompt.last else whole[: frames.LONGEST]
        if prompt.last and whole:
            await self._hear(whole, "speech")

    async def _number(self) -> None:
        pressed, self.keys = self.keys.rstrip("#"), ""
        if pressed:
            await self._hear(meaning(pressed), "keys")

    async def _hear(self, text: str, kind: str) -> None:
        self.count += 1
        heard = heard_on(self.call, f"r{self.count}", caller=self.caller, text=text, keys=kind == "keys")
        got = await objection.heard(self.reception, heard)
        self.contact = got.contact
        self.waiting.append(got)
        self.more.set()

    async def _interrupted(self, heard: str) -> None:
        """Stop speaking and remember only what was heard; what has been done stays done."""
        self.barged += 1
        words, self.said = self.said, []
        if words:
            business, now = self.reception.pack.business.id, self.reception.clock.now()
            shorten = partial(calls.cut, business=business, words=words, heard=heard, now=now)
            await self.reception.database.write(Scope(business, self.contact), shorten)

    async def _answer_all(self, socket: WebSocket) -> None:
        while True:
            while not self.waiting:
                self.more.clear()
                await self.more.wait()
            if await self._answer(socket, self.waiting[0]):
                return
            self.waiting.popleft()

    async def _answer(self, socket: WebSocket, got: Receipted) -> bool:
        """Speak the answer to what was heard; True where the session ends with it."""
        for _ in range(MOMENTS):
            words = await self._collected(got)
            if words is not None:
                break
            await self._speak(socket, [Words(self.reception.line("call.moment"))])
        else:
            return await self._leave(socket, [self.reception.line("call.too_long")], reason="too_long")
        action = await self.reception.database.read(lambda tx: calls.connects(tx, got.message))
        if action:
            return await self._leave(socket, [w.text for w in words], reason="transfer", action=action)
        self.said = list(words)
        await self._speak(socket, words or [Words(self.reception.line("call.next"))])
        return False

    async def _collected(self, got: Receipted) -> Sequence[Words] | None:
        return await self.reception.collect(got, WAIT_S)

    async def _speak(self, socket: WebSocket, words: Sequence[Words]) -> None:
        """Sentence by sentence, until the caller interrupts; the turn is closed either way."""
        begun = self.barged
        for sentence in (s for w in words for s in SENTENCE.split(w.text)):
            if self.barged == begun:
                await socket.send_text(frames.text(sentence + " "))
        await socket.send_text(frames.text("", last=True))

    async def _leave(self, socket: WebSocket, lines: list[str], *, reason: str, action: str = "") -> bool:
        self.leaving, self.over = lines, True
        await socket.send_text(frames.end({"reason": reason, "action": action}))
        return True
