"""A visitor of the web chat: a browser with its signed cookie."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
from itsdangerous import URLSafeSerializer
from shop import Person, Shop
from streaming import Stream, following

import records.contacts
from records import messages

FRIDAY = "Friday 27 November"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with the chat's page open."""

    shop: Shop
    cookie: str

    @property
    def session(self) -> str:
        """The session inside the cookie."""
        return self.cookie.partition("=")[2].rpartition(".")[0]

    @property
    def headers(self) -> dict[str, str]:
        """What the browser says who it is with."""
        return {"Cookie": self.cookie}

    async def post(self, body: bytes | str, path: str = "/chat/messages", **headers: str) -> httpx.Response:
        """Post any body as this visitor."""
        return await self.shop.http.post(path, content=body, headers={**self.headers, **headers})

    async def send(self, text: str, *, own_id: str = "") -> httpx.Response:
        """Post a message as the page does."""
        return await self.post(json.dumps({"id": own_id or secrets.token_hex(8), "text": text}))

    async def says(self, text: str) -> list[str]:
        """Write a message; what was answered in this chat once all is quiet."""
        before = await self.thread()
        assert (await self.send(text)).status_code == 202
        await self.shop.app.run_until_idle()
        seen = {shown["id"] for shown in before}
        return [m["text"] for m in await self.thread() if m["id"] not in seen and m["from"] != "customer"]

    async def thread(self) -> list[dict[str, Any]]:
        """All that the page shows when it is opened now."""
        wanted = await self.shop.app.database.read(self.visible)
        async with self.follow() as stream:
            frames = await stream.until(lambda got: len(got) >= wanted)
        return [data for _, data in frames]

    def follow(self, after: int = 0, *, last: str | None = None) -> AbstractAsyncContextManager[Stream]:
        """Follow the thread as the page does; `last` is what a browser remembers of the stream."""
        headers = self.headers | ({"Last-Event-ID": last} if last is not None else {})
        return following(self.shop.site, "/chat/events", headers, after=after)

    def visible(self, tx: Any) -> int:
        """How many messages the page shows."""
        contact = records.contacts.find(tx, self.shop.app.pack.business.id, kind="web", value=self.session)
        return len(messages.thread(tx, contact, visible=True)) if contact else 0


@dataclass(frozen=True, slots=True)
class Guest(Visitor):
    """A page of another site with the chat on it: `cookie` stays empty, a token says who asks."""

    token: str = ""
    origin: str = ""

    @property
    def session(self) -> str:
        """The session inside the token."""
        return str(URLSafeSerializer(self.shop.app.keys.secret, salt="visitor-token").loads(self.token)["session"])

    @property
    def headers(self) -> dict[str, str]:
        """The token, and what the browser adds."""
        return {"Authorization": f"Bearer {self.token}", "Origin": self.origin}


async def ask_session(
    shop: Shop, origin: str, *, token: str = "", identity: dict[str, Any] | None = None
) -> httpx.Response:
    """Ask for a token as a page of an origin does."""
    headers = {"Origin": origin} | ({"Authorization": f"Bearer {token}"} if token else {})
    return await shop.http.post("/chat/session", json={"identity": identity} if identity else {}, headers=headers)


async def open_widget(shop: Shop, origin: str, *, identity: dict[str, Any] | None = None) -> Guest:
    """Open the chat on another site's page for the first time."""
    answer = await ask_session(shop, origin, identity=identity)
    assert answer.status_code == 200, answer.text
    return Guest(shop, "", answer.json()["token"], origin)


async def open_page(shop: Shop) -> Visitor:
    """Open the page for the first time."""
    answer = await shop.http.get("/chat")
    shop.http.cookies.clear()
    return Visitor(shop, answer.headers["set-cookie"].partition(";")[0])


async def book_by_text(person: Person, when: str) -> None:
    """Book a haircut with Ana by text."""
    assert "Shall I book it" in (await person.says(f"book a haircut with Ana on {FRIDAY} at {when}"))[0]
    assert "You're booked" in (await person.says("yes"))[0]


async def joined(shop: Shop, person: Person) -> Visitor:
    """A visitor who has proved to hold a person's number."""
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    await visitor.says(person.number)
    await visitor.says(person.inbox[-1][:6])
    return visitor


async def until(shop: Shop, true: Callable[[], bool]) -> None:
    """Wait until the workers have brought something about."""
    async with asyncio.timeout(5):
        while not true():
            await shop.app.database.live.wait(shop.app.database.live.news, 0.05)
