"""The fake phone: a page to text and call the business as any number; it plays the carrier over real HTTP."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from importlib import resources
from xml.etree import ElementTree

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from channels.fake.company import NUMBER, Company
from channels.pages import page, static_routes

MISSED = ("no-answer", "busy", "failed")
MOST_CALLS = 200


@dataclass(slots=True)
class Call:
    """A call in progress: who calls, and where the next words go."""

    sid: str
    caller: str
    action: str | None = None
    says: list[str] = field(default_factory=list)
    ended: bool = False


class Handset:
    """Calls in progress, played by following the business's TwiML."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.calls: dict[str, Call] = {}

    async def call(self, caller: str, outcome: str) -> Call:
        """Call the business; an outcome like `no-answer` ends it before anybody speaks."""
        call = Call("CA" + secrets.token_hex(16), caller)
        if len(self.calls) >= MOST_CALLS:
            self.calls.pop(next(iter(self.calls)))
        self.calls[call.sid] = call
        if outcome in MISSED:
            call.ended = True
            await self.company.post("/twilio/call/status", {**self._form(call), "CallStatus": outcome})
            return call
        await self._follow(call, await self.company.post("/twilio/call", {**self._form(call), "CallStatus": "ringing"}))
        return call

    async def say(self, call: Call, speech: str) -> Call:
        """The caller speaks."""
        call.says = []
        if call.action and not call.ended:
            form = {**self._form(call), "CallStatus": "in-progress", "SpeechResult": speech, "Confidence": "0.9"}
            await self._follow(call, await self.company.post(call.action, form))
        return call

    async def hang_up(self, call: Call) -> None:
        """The caller hangs up."""
        if not call.ended:
            call.ended = True
            await self.company.post("/twilio/call/status", {**self._form(call), "CallStatus": "completed"})

    async def _follow(self, call: Call, twiml: str) -> None:
        """Do what the TwiML says until it listens or ends."""
        for _ in range(10):
            call.action, redirect = None, None
            for verb in ElementTree.fromstring(twiml):  # noqa: S314 - our own server's answer
                match verb.tag:
                    case "Say":
                        call.says.append(verb.text or "")
                    case "Gather":
                        call.says += [said.text or "" for said in verb if said.tag == "Say"]
                        call.action = verb.get("action")
                    case "Redirect":
                        redirect = verb.text
                    case "Hangup":
                        call.ended = True
            if call.action or call.ended or not redirect:
                call.ended = call.ended or not call.action
                return
            twiml = await self.company.post(redirect, {**self._form(call), "CallStatus": "in-progress"})
        call.ended = True

    def _form(self, call: Call) -> dict[str, str]:
        return {
            "CallSid": call.sid, "AccountSid": self.company.sid, "From": call.caller, "To": self.company.number,
            "Direction": "inbound", "ApiVersion": "2010-04-01",
        }  # fmt: skip


def handset_routes(handset: Handset, business: str) -> APIRouter:
    """The page `/phone` and what it calls."""
    router, company = APIRouter(), handset.company
    router.include_router(static_routes("/phone/static", "channels.fake", "static"))

    @router.get("/phone")
    async def phone() -> Response:
        return page(resources.files("channels.fake").joinpath("static/phone.html").read_text("utf-8"))

    @router.get("/phone/about")
    async def about() -> JSONResponse:
        return JSONResponse({"business": business, "number": company.number})

    @router.post("/phone/texts")
    async def text(request: Request) -> JSONResponse:
        asked = await _asked(request)
        sender, body = asked.get("from", ""), asked.get("text", "")
        if not NUMBER.match(sender):
            return _bad("Write your number like +12025550143.")
        if not body.strip() or len(body) > 1600:
            return _bad("Write a text of 1 to 1600 characters.")
        return await _carried(company.text(sender, body), 202)

    @router.get("/phone/events")
    async def events(request: Request) -> Response:
        number = request.query_params.get("number", "")
        given = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        after = int(given) if given.isdigit() and len(given) < 12 else 0
        stream = _follow_texts(company, number, after)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @router.post("/phone/calls")
    async def call(request: Request) -> JSONResponse:
        asked = await _asked(request)
        if not NUMBER.match(asked.get("from", "")):
            return _bad("Write your number like +12025550143.")
        outcome = asked.get("as", "answered")
        if outcome not in ("answered", *MISSED):
            return _bad("A call is answered, no-answer, busy or failed.")
        return await _carried(handset.call(asked["from"], outcome))

    @router.post("/phone/calls/{sid}/say")
    async def say(sid: str, request: Request) -> JSONResponse:
        speech = (await _asked(request)).get("speech", "")
        if sid not in handset.calls:
            return _bad("That call is over.", 404)
        return await _carried(handset.say(handset.calls[sid], speech[:1000]))

    @router.post("/phone/calls/{sid}/hangup")
    async def hangup(sid: str) -> JSONResponse:
        if sid not in handset.calls:
            return _bad("That call is over.", 404)
        await handset.hang_up(handset.calls[sid])
        return JSONResponse({"ended": True})

    return router


async def _carried(work: Awaitable[Call | str], status: int = 200) -> JSONResponse:
    """Do what the carrier does and show the result; a business that does not answer is a busy line."""
    try:
        done = await work
    except httpx.HTTPError as problem:
        return _bad(f"The business's server did not take it ({type(problem).__name__}).", 502)
    if isinstance(done, Call):
        listening = bool(done.action) and not done.ended
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
