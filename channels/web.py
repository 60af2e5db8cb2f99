"""Web chat: messages are posted, answers become visible rows that the page follows (pull)."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import resources
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from itsdangerous import BadSignature, Signer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import records.contacts
from channels.pages import page, static_routes
from channels.reception import Reception
from domain.channel import Channel
from domain.clock import from_ms, iso
from domain.message import Delivery, Heard, Refused, Words
from domain.permit import Permit
from records import messages
from records.database import Tx
from records.messages import Message

COOKIE = "qotbot_visitor"
MAX_BODY = 32 * 1024
BEAT_S = 15.0
LOOK_S = 1.0
ON_ITS_WAY = timedelta(seconds=30)  # after that a text is left out until the page is opened again


class Posted(BaseModel):
    """A message from the page; `id` is the page's own and makes sending again harmless."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")
    text: str = Field(max_length=4000, pattern=r"\S")


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's secret and records."""
    chat = Chat(reception, Signer(reception.keys.secret, salt="visitor"))
    return Channel(name="web", style="pull", routes=chat.routes, deliver=_deliver)


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat page and what it calls; a signed cookie says which visitor asks."""

    reception: Reception
    signer: Signer

    def routes(self, _: Any) -> APIRouter:
        """The page, its files, and the visitor's own thread."""
        router = APIRouter()
        router.include_router(static_routes("/chat/static", "channels", "chat_static"))
        router.add_api_route("/chat", self.page, methods=["GET"], response_model=None)
        router.add_api_route("/chat/about", self.about, methods=["GET"], response_model=None)
        router.add_api_route("/chat/messages", self.post, methods=["POST"], response_model=None)
        router.add_api_route("/chat/events", self.events, methods=["GET"], response_model=None)
        return router

    async def page(self, request: Request) -> Response:
        """The page; a new visitor gets their cookie here."""
        response = page(resources.files("channels").joinpath("chat_static/chat.html").read_text("utf-8"))
        if self._visitor(request) is None:
            signed = self.signer.sign(f"web-{secrets.token_urlsafe(18)}").decode()
            response.set_cookie(COOKIE, signed, httponly=True, samesite="lax", max_age=60 * 86400, path="/chat")
        return response

    async def about(self) -> JSONResponse:
        """Who answers here, and that it is no person."""
        name = self.reception.pack.business.name
        notice = f"You are chatting with the automated assistant of {name}. You can ask for a person any time."
        reader = self.reception.reader_name
        return JSONResponse({"business": name, "assistant": f"{name} assistant", "reader": reader, "notice": notice})

    async def post(self, request: Request) -> JSONResponse:
        """A message of the visitor."""
        session = self._visitor(request)
        if session is None:
            return _refused("Open /chat first.", 401)
        raw = await request.body()
        if len(raw) > MAX_BODY:
            return _refused("That message is too long; send at most 4000 characters.", 413)
        try:
            posted = Posted.model_validate(json.loads(raw))
        except (ValidationError, ValueError, RecursionError):
            return _refused("Send {id, text}: an id of 8 to 64 letters and digits, text up to 4000.", 422)
        message = Heard(
            channel="web", kind="text", address_kind="web", address=session, text=posted.text, provider="web",
            provider_id=f"{session}:{posted.id}", session=session,
        )  # fmt: skip
        await self.reception.hear(message)
        return JSONResponse({"id": posted.id}, status_code=202)

    async def events(self, request: Request) -> Response:
        """The visitor's thread as it grows."""
        session = self._visitor(request)
        if session is None:
            return _refused("Open /chat first.", 401)
        stream = _follow(self.reception, session, _cursor(request))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    def _visitor(self, request: Request) -> str | None:
        try:
            return self.signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None


async def _deliver(_permit: Permit, _words: Words) -> Delivery:
    return Refused("a chat message is visible once it is recorded", "not_pushed")


def _refused(why: str, status: int) -> JSONResponse:
    return JSONResponse({"error": why}, status_code=status)


def _cursor(request: Request) -> int:
    given = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    return int(given) if given.isdecimal() and len(given) < 16 else 0


async def _follow(reception: Reception, session: str, after: int) -> AsyncIterator[str]:
    """The visitor's thread from a cursor on, then whatever comes, with a heartbeat."""
    live, business, quiet = reception.database.live, reception.pack.business.id, 0.0
    while True:
        seen = live.news
        since = reception.clock.now() - ON_ITS_WAY
        news = partial(_news, business=business, session=session, after=after, since=since)
        fresh = await reception.database.read(news)
        for message in fresh:
            after = message.n
            yield _frame(message, session)
            quiet = 0.0
        await live.wait(seen, LOOK_S)
        quiet += LOOK_S
        if quiet >= BEAT_S:
            quiet = 0.0
            yield ": still here\n\n"


def _news(tx: Tx, *, business: str, session: str, after: int, since: datetime) -> list[Message]:
    """What is visible after the cursor; a text on its way holds back what follows it, else the cursor would pass it."""
    contact = records.contacts.find(tx, business, kind="web", value=session)
    if contact is None:
        return []
    first = messages.first_planned(tx, contact, "sms", since=since)
    return [m for m in messages.thread(tx, contact, after=after, visible=True) if first is None or m.n < first]


def _frame(message: Message, session: str) -> str:
    who = "customer" if message.direction == "in" else ("staff" if message.author == "staff" else "assistant")
    told = {
        "n": message.n, "id": _page_id(message, session), "from": who, "text": message.text,
        "at": iso(from_ms(message.at)), "options": list(message.options),
    }  # fmt: skip
    return f"id: {message.n}\nevent: message\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def _page_id(message: Message, session: str) -> str:
    return message.provider_id.removeprefix(f"{session}:") if message.provider_id else message.id
