"""The fake phone: a page to text and call the business as any number; it plays the carrier over real HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from channels.fake.calls import MISSED, Call, Handset
from channels.fake.company import Company
from channels.fake.parameters import NUMBER
from channels.pages import page, static_routes

ODD_NUMBER = "Write your number like +12025550143."
KEYS = re.compile(r"[0-9*#]{1,20}")
OVER = "That call is over."


def handset_routes(handset: Handset, business: str) -> APIRouter:
    """The page `/phone` and what it calls."""
    phone, router = Phone(handset, business), APIRouter()
    router.include_router(static_routes("/phone/static", "channels.fake", "static"))
    reads: dict[str, Callable[..., Any]] = {"": phone.page, "/about": phone.about, "/events": phone.events}
    acts: dict[str, Callable[..., Any]] = {
        "/texts": phone.text,
        "/calls": phone.call,
        "/calls/{sid}/say": phone.say,
        "/calls/{sid}/press": phone.press,
        "/calls/{sid}/hangup": phone.hang_up,
    }
    for path, hook in reads.items():
        router.add_api_route("/phone" + path, hook, methods=["GET"], response_model=None)
    for path, hook in acts.items():
        router.add_api_route("/phone" + path, hook, methods=["POST"], response_model=None)
    return router


@dataclass(frozen=True, slots=True)
class Phone:
    """What the page asks: texts and calls as any number."""

    handset: Handset
    business: str

    async def page(self) -> Response:
        """The page itself."""
        return page(resources.files("channels.fake").joinpath("static/phone.html").read_text("utf-8"))

    async def about(self) -> JSONResponse:
        """Whom the phone reaches."""
        return JSONResponse({"business": self.business, "number": self.handset.company.number})

    async def text(self, request: Request) -> JSONResponse:
        """Send a text to the business."""
        asked = await _asked(request)
        sender, body = asked.get("from", ""), asked.get("text", "")
        if not NUMBER.match(sender):
            return _bad(ODD_NUMBER)
        if not body.strip() or len(body) > 1600:
            return _bad("Write a text of 1 to 1600 characters.")
        return await _carried(self.handset.company.text(sender, body), 202)

    async def events(self, request: Request) -> Response:
        """The texts of a number as they come and go."""
        number = request.query_params.get("number", "")
        given = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        after = int(given) if given.isdecimal() and len(given) < 12 else 0
        stream = _follow_texts(self.handset.company, number, after)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def call(self, request: Request) -> JSONResponse:
        """Call the business."""
        asked = await _asked(request)
        if not NUMBER.match(asked.get("from", "")):
            return _bad(ODD_NUMBER)
        outcome = asked.get("as", "answered")
        if outcome not in ("answered", *MISSED):
            return _bad("A call is answered, no-answer, busy or failed.")
        return await _carried(self.handset.call(asked["from"], outcome))

    async def say(self, sid: str, request: Request) -> JSONResponse:
        """Speak into a call."""
        speech = (await _asked(request)).get("speech", "")
        call = self.handset.calls.get(sid)
        return await _carried(self.handset.say(call, speech[:1000])) if call else _bad(OVER, 404)

    async def press(self, sid: str, request: Request) -> JSONResponse:
        """Press keys on a call."""
        keys = (await _asked(request)).get("keys", "")
        call = self.handset.calls.get(sid)
        if not KEYS.fullmatch(keys):
            return _bad("Keys are 1 to 20 of 0-9, * and #.")
        return await _carried(self.handset.press(call, keys)) if call else _bad(OVER, 404)

    async def hang_up(self, sid: str) -> JSONResponse:
        """End a call."""
        call = self.handset.calls.get(sid)
        if call is None:
            return _bad(OVER, 404)
        await self.handset.hang_up(call)
        return JSONResponse({"ended": True})


async def _carried(work: Awaitable[Call | str], status: int = 200) -> JSONResponse:
    """Do what the carrier does and show the result; a business that does not answer is a busy line."""
    try:
        done = await work
    except httpx.HTTPError as problem:
        return _bad(f"The business's server did not take it ({type(problem).__name__}).", 502)
    if isinstance(done, Call):
        listening = done.listening and not done.ended
        shown = {"call": done.sid, "says": done.says, "listening": listening, "ended": done.ended}
        return JSONResponse(shown, status)
    return JSONResponse({"sid": done}, status)


async def _asked(request: Request) -> dict[str, str]:
    raw = await request.body()
    try:
        asked = json.loads(raw[:20_000])
    except ValueError:
        return {}
    return {k: v for k, v in asked.items() if isinstance(v, str)} if isinstance(asked, dict) else {}


async def _follow_texts(company: Company, number: str, after: int) -> AsyncIterator[str]:
    while True:
        news = company.news
        for text in company.thread(number, after):
            after = text.n
            told = {
                "n": text.n, "direction": "out" if text.sender == number else "in", "body": text.body, "at": text.at,
                "status": text.status,
            }  # fmt: skip
            yield f"id: {text.n}\nevent: text\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"
        try:
            async with asyncio.timeout(15.0):
                await news.wait()
        except TimeoutError:
            yield ": still here\n\n"


def _bad(why: str, status: int = 422) -> JSONResponse:
    return JSONResponse({"error": why}, status_code=status)
