"""A visitor's thread as server-sent events: what is there from a cursor on, then whatever comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import records.contacts
from channels.reception import Reception
from channels.visitors import Visitor
from domain.clock import from_ms, iso
from records import ended_sessions, messages
from records.database import Tx
from records.messages import Message

BEAT_S = 15.0
ON_ITS_WAY = timedelta(seconds=30)  # after that a text is left out until the page is opened again
WORKING = timedelta(seconds=60)  # so long an answer that does not come is shown as being written


@dataclass(frozen=True, slots=True)
class News:
    """What is new to a page; `over` says that its session was ended, `busy` that an answer is being made,
    `contact` whose thread it is now (a texted code may join it to another)."""

    fresh: list[Message] = field(default_factory=list)
    busy: bool = False
    over: bool = False
    contact: str | None = None


async def follow(reception: Reception, visitor: Visitor, after: int) -> AsyncIterator[str]:
    """The frames, with a heartbeat; ends with the session, and when the page's token does."""
    live, clock, time, busy = reception.database.live, reception.clock, asyncio.get_running_loop().time, False
    spoke = time()
    while visitor.until is None or clock.now() < visitor.until:
        seen = live.news
        news = await reception.database.read(partial(_news, reception=reception, visitor=visitor, after=after))
        if news.over:
            return
        for message in news.fresh:
            after = message.n
            yield frame(message, visitor.session)
            spoke = time()
        if news.busy != busy:
            busy = news.busy
            yield f"event: typing\ndata: {json.dumps({'on': busy})}\n\n"
        await live.wait(seen, reception.database.look_s, about=news.contact or visitor.session)
        if time() - spoke >= BEAT_S:
            spoke = time()
            yield ": still here\n\n"


def _news(tx: Tx, *, reception: Reception, visitor: Visitor, after: int) -> News:
    """What is visible after the cursor; a text on its way holds back what follows it, else the cursor would pass it."""
    business, now = reception.pack.business.id, reception.clock.now()
    if ended_sessions.ended(tx, business, visitor.key):
        return News(over=True)
    contact = records.contacts.find(tx, business, kind="web", value=visitor.session)
    if contact is None:
        return News()
    fresh = _visible(tx, contact, after=after, since=now - ON_ITS_WAY)
    busy = messages.awaits_answer(tx, contact, "web", since=now - WORKING)
    return News(fresh, busy=busy, contact=contact)


def _visible(tx: Tx, contact: str, *, after: int, since: datetime) -> list[Message]:
    first = messages.first_planned(tx, contact, "sms", since=since)
    return [m for m in messages.thread(tx, contact, after=after, visible=True) if first is None or m.n < first]


def frame(message: Message, session: str) -> str:
    """One message as the page shows it."""
    told = {
        "n": message.n, "id": page_id(message, session), "from": speaker(message), "text": message.text,
        "at": iso(from_ms(message.at)), "options": list(message.options),
    }  # fmt: skip
    return f"id: {message.n}\nevent: message\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def speaker(message: Message) -> str:
    """Who said it: customer, staff or assistant."""
    if message.direction == "in":
        return "customer"
    return "staff" if message.author == "staff" else "assistant"


def page_id(message: Message, session: str) -> str:
    """The id by which a page knows a message: its own, where it sent it."""
    return message.provider_id.removeprefix(f"{session}:") if message.provider_id else message.id
