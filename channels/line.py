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

import records.messages
from channels import frames, holding, keypad, objection
from channels.caller import heard_on
from channels.frames import Info, Interrupt, Message, Noted, Pressed, Prompt, Trouble
from channels.reception import Reception
from channels.remedies import alarm
from domain.message import Receipted, Words
from records import calls
from records.database import Scope

log = structlog.get_logger()
FILLER_S = 1.2  # a pause that callers take for a broken line
WAIT_S = 6.0
MOMENTS = 3
KEYS_PAUSE_S = 1.5  # so long after a key the number is complete
MOST_KEYS = 20
SPOKEN_PER_S = 12.0  # characters; speech is seldom slower
GRACE_S = 2.0  # so long after it should have been played, a sentence that nobody heard is said again
LAST_S = 1.0  # so long what came before the line was lost is still taken up
LOOK_S = 10.0  # so often a process looks whether it still holds the call, without having been told
SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(slots=True, kw_only=True)
class Line:
    """A call's state between its connections; `waiting` holds what was heard and not yet answered aloud."""

    reception: Reception
    call: str
    caller: str
    socket: WebSocket | None = None
    newest: int = 0  # the number of its newest connection at this process
    contact: str | None = None
    count: int = 0
    waiting: deque[Receipted] = field(default_factory=deque)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    partial: str = ""
    keys: str = ""
    said: list[Words] = field(default_factory=list)
    saying: list[Words] = field(default_factory=list)  # what the mouth was opened for last, fillers too
    broken: bool = False  # it was not shut again
    played: str = ""
    tells: bool = True  # whether the relay says what it has played
    barged: int = 0
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    spoken: set[str] = field(default_factory=set)  # the rows that were spoken to their end
    over: bool = False
    holds: asyncio.Event = field(default_factory=asyncio.Event)  # the caller waits for what staff decide
    mouth: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        """What the processes know this call's socket by."""
        return f"call:{self.call}"

    async def talk(self, socket: WebSocket) -> bool:
        """Serve one connection until it ends, alone; what is unanswered then is spoken on the next one.

        True where another process took the call over.
        """
        async with self.alone:
            live, business = self.reception.database.live, self.reception.pack.business.id
            await live.hold(self.name)
            try:
                self._catch_up(*await self.reception.database.read(lambda tx: calls.progress(tx, business, self.call)))
                await self._talk(socket)
                return not await live.holds(self.name)
            finally:
                await live.release(self.name)

    def _catch_up(self, count: int, unspoken: Sequence[records.messages.Message]) -> None:
        """Go on from the records where more was said than this process heard: another one held the call meanwhile."""
        if count > self.count:
            self.waiting = deque(Receipted(m.id, m.contact, new=False) for m in unspoken)
            self.count, self.said = count, []

    async def _talk(self, socket: WebSocket) -> None:
        works = (self._answer_all(socket), self._tell_news(socket), self._held())
        listening = asyncio.create_task(self._listen(socket))
        tasks = {listening, *(asyncio.create_task(work) for work in works)}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if any(task.exception() for task in done):
                await asyncio.wait({listening}, timeout=LAST_S)  # what came before the line was lost was said
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _held(self) -> None:
        """Return when the call is another process's: the newest connection wins."""
        live = self.reception.database.live
        while True:
            seen = live.news
            if not await live.holds(self.name):
                return
            await live.wait(seen, LOOK_S, about=self.name)

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
            case Info(name="tokensPlayed", value=value):
                self.played, self.tells = frames.joined(self.played, value), True
                self.more.set()
            case Trouble():
                await self.reception.report(alarm("64107", f"{self.call}:{self.reception.clock.now():%Y-%m-%d}"))
            case Info(name=name):
                log.info("relay.noted", call=self.call, kind=name)
            case Noted(kind):
                log.info("relay.noted", call=self.call, kind=kind)
            case _:
                log.info("relay.noted", call=self.call, kind="second setup on one connection")

    async def _prompt(self, prompt: Prompt) -> None:
        """Speech that goes on is kept until it ends; a longer version of it takes its place."""
        whole = frames.joined(self.partial, prompt.voicePrompt)
        self.partial = "" if prompt.last else whole
        if prompt.last and whole:
            await self._hear(whole, "speech")

    async def _number(self) -> None:
        pressed, self.keys = self.keys.rstrip("#"), ""
        if pressed:
            await self._hear(await keypad.meant(self.reception, self.call, pressed), "keys")

    async def _hear(self, text: str, kind: str) -> None:
        self.count += 1
        self.tells = self.tells and bool(self.played or not self.said)
        heard = heard_on(self.call, f"r{self.count}", caller=self.caller, text=text, keys=kind == "keys")
        got = await objection.heard(self.reception, heard)
        self.contact = got.contact
        self.waiting.append(got)
        self.more.set()

    async def _interrupted(self, heard: str) -> None:
        """Stop speaking and remember only what was heard; what has been done stays done."""
        self.barged += 1
        words, self.said, self.saying, self.played = self.said, [], [], ""
        if words:
            business, now = self.reception.pack.business.id, self.reception.clock.now()
            shorten = partial(calls.cut, business=business, words=words, heard=heard, now=now)
            await self.reception.database.write(Scope(business, self.contact), shorten)

    async def left(self) -> None:
        """The caller hung up: where the relay said how much it had played, the rest was not said."""
        whole = " ".join(" ".join(w.text for w in self.said).split()).casefold()
        heard = " ".join(self.played.split())
        if heard and len(heard) < len(whole) and whole.startswith(heard.casefold()):
            await self._interrupted(heard)

    async def _answer_all(self, socket: WebSocket) -> None:
        await self._finish(socket)
        while True:
            while not self.waiting:
                self.more.clear()
                await self.more.wait()
            if await self._answer(socket, self.waiting[0]):
                return
            self.waiting.popleft()

    async def _finish(self, socket: WebSocket) -> None:
        """Say again what went down with the last connection: what was sent, and by now should have been played.

        A caller who speaks first has heard enough of it.
        """
        while self.tells and not self.waiting and (rest := self._unplayed()):
            self.more.clear()
            try:
                async with asyncio.timeout(len(rest[0]) / SPOKEN_PER_S + GRACE_S):
                    await self.more.wait()
            except TimeoutError:
                self.broken = True
                await self._speak(socket, self.saying)
                return

    def _unplayed(self) -> list[str]:
        """The sentences of what was spoken last that were not played whole."""
        sentences = [s for w in self.saying for s in SENTENCE.split(w.text)]
        return sentences[frames.whole(sentences, self.played) :]

    async def _answer(self, socket: WebSocket, got: Receipted) -> bool:
        """Speak the answer to what was heard; True where the session ends with it."""
        words = await self._collected(got, FILLER_S)
        for _ in range(MOMENTS):
            if words is not None:
                break
            await self._speak(socket, [Words(self.reception.line("call.moment"))])
            words = await self._collected(got, WAIT_S)
        if words is None:
            return await self._leave(socket, {"reason": "too_long"})
        action = await self.reception.database.read(lambda tx: calls.connects(tx, got.message))
        about = {"message": got.message, "contact": got.contact}
        if action:
            return await self._leave(socket, {"reason": "transfer", "action": action, **about})
        if await self.reception.database.read(lambda tx: calls.parts(tx, got.message)):
            return await self._leave(socket, {"reason": "parting", **about})
        if words and all(w.message in self.spoken for w in words):
            return False  # the answer to what was said before answered this too
        self.said = list(words)
        spoken = list(words) or [Words(self.reception.line("call.next"))]
        if self.broken and self.saying[: len(spoken)] == spoken:
            spoken = self.saying  # what was cut, with what was said besides
        elif await holding.offered(self.reception, got, self.call):
            spoken.append(Words(self.reception.line("call.hold")))
            self.holds.set()
        await self._speak(socket, spoken)
        self.spoken.update(w.message for w in words if w.message)
        return False

    async def _tell_news(self, socket: WebSocket) -> None:
        """Speak what staff decided as soon as they have, to who waits for it; nobody waits for longer than they may."""
        while True:
            await self.holds.wait()
            news = await holding.news(self.reception, self.call, seconds=None)
            if not isinstance(news, Receipted):
                self.holds.clear()
                await self._speak(socket, [Words(self.reception.line("call.not_decided"))])
            elif words := await self._collected(news, WAIT_S):
                self.holds.clear()
                await holding.told(self.reception, self.call)
                self.said = list(words)
                await self._speak(socket, words)

    async def _collected(self, got: Receipted, seconds: float) -> Sequence[Words] | None:
        return await self.reception.collect(got, seconds)

    async def _speak(self, socket: WebSocket, words: Sequence[Words]) -> None:
        """Sentence by sentence, until the caller interrupts; the turn is closed either way.

        Words that a lost connection cut go on with the first sentence that was not played whole.
        """
        async with self.mouth:
            if not self.broken or self.saying != words:
                self.saying, self.played = list(words), ""
            begun, self.broken = self.barged, True
            for sentence in self._unplayed():
                if self.barged == begun:
                    await socket.send_text(frames.text(sentence + " "))
            await socket.send_text(frames.text("", last=True))
            self.broken = False

    async def _leave(self, socket: WebSocket, handed: dict[str, str]) -> bool:
        """End the session; what is handed over comes back with Twilio's next request, to whichever process."""
        self.over = True
        await socket.send_text(frames.end(handed))
        return True
