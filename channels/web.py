"""Web chat: messages are posted, answers become visible rows that the page follows (pull)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, ValidationError

from channels.following import follow
from channels.origins import OURS, Origins, origins
from channels.pages import ANYWHERE, page, static_routes
from channels.posted import Left, Opened, Posted
from channels.reception import Reception
from channels.transcript import transcript
from channels.turnstile import too_fast
from channels.visitors import COOKIE, Forged, Visitor, Visitors, until
from domain.channel import Channel
from domain.clock import iso, to_ms
from domain.errors import BadInput
from domain.message import Delivery, Form, Heard, Refused, Words
from domain.permit import Permit
from domain.phone import country, e164
from records import contacts, ended_sessions
from records.database import Scope
from tools.wording import long_time

MAX_BODY = 32 * 1024
COOKIE_S = 60 * 86400
NO_FILES = "Files cannot be sent here. Describe it in words, or text a picture to {phone}."
Body = TypeVar("Body", bound=BaseModel)
Work = Callable[[Request, Visitor], Awaitable[Response]]


class Refusal(Exception):
    """A request that is answered with a reason and a status."""

    def __init__(self, why: str, status: int, **more: Any) -> None:
        super().__init__(why)
        self.answer = {"error": why, **more}
        self.status = status


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's secret and records."""
    theirs = origins(reception.public_base_url, reception.pack.business.chat.origins)
    visitors = Visitors(reception.keys.secret, reception.clock, reception.identity_secret)
    return Channel(name="web", style="pull", routes=Chat(reception, theirs, visitors).routes, deliver=_deliver)


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat's pages and what they call."""

    reception: Reception
    origins: Origins
    visitors: Visitors

    def routes(self, _: Any) -> APIRouter:
        """The pages, their files, and the visitor's own thread."""
        router = APIRouter()
        router.include_router(static_routes("/chat/static", "channels", "chat_static", headers=ANYWHERE))
        router.add_api_route("/chat", self.page, methods=["GET"], response_model=None)
        router.add_api_route("/chat/frame", self.frame, methods=["GET"], response_model=None)
        router.add_api_route("/chat/embed.js", self.embed, methods=["GET"], response_model=None)
        calls = {
            ("GET", "/chat/about"): self._shared(self.about),
            ("POST", "/chat/session"): self._shared(self.session),
            ("POST", "/chat/messages"): self._shared(self._known(self.post)),
            ("POST", "/chat/form"): self._shared(self._known(self.form)),
            ("GET", "/chat/events"): self._shared(self._known(self.events)),
            ("GET", "/chat/transcript"): self._shared(self._known(self.transcript)),
            ("POST", "/chat/end"): self._shared(self._known(self.end)),
            ("POST", "/chat/forget"): self._shared(self._known(self.forget)),
        }
        for (method, path), work in calls.items():
            router.add_api_route(path, work, methods=[method], response_model=None)
            router.add_api_route(path, self.origins.preflight, methods=["OPTIONS"], response_model=None)
        return router

    async def page(self, request: Request) -> Response:
        """The page; a new visitor gets their cookie here."""
        response = page(_file("chat.html"))
        if self.visitors.of(request, OURS) is None:
            self._set_cookie(response)
        return response

    async def frame(self) -> Response:
        """The page for a frame on an allowed site, where cookies do not reach: it keeps a token."""
        html = _file("chat.html").replace('data-mode="page"', 'data-mode="frame"')
        return page(html, self.reception.pack.business.chat.origins)

    async def embed(self) -> Response:
        """The launcher that a site loads with one line."""
        headers = {**ANYWHERE, "Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(_file("embed.js"), media_type="text/javascript", headers=headers)

    async def about(self, _: Request, __: str) -> Response:
        """Who answers here, that it is no person, whether we are open, and the wording beside the number."""
        business, now = self.reception.pack.business, self.reception.clock.now()
        opens = None if business.open_at(now) else business.opens_after(now)
        notice = f"You are chatting with the automated assistant of {business.name}. You can ask for a person any time."
        told = {
            "business": business.name, "assistant": f"{business.name} assistant", "notice": notice,
            "reader": self.reception.reader_name, "phone": business.phone, "open": business.open_at(now),
            "opens": long_time(business, to_ms(opens)) if opens else "", "consent": self._consent(),
        }  # fmt: skip
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def session(self, request: Request, origin: str) -> Response:
        """A token for a page: renewed where it brings one, a new visitor's else."""
        await self._slow(request, None)
        opened = await _read(request, Opened, "Send {identity: {user, phone, expires, signature}}, or nothing.")
        before = request.headers.get("authorization", "").partition(" ")[2]
        if before and await self._over(self.visitors.of(request, origin)):
            before = ""
        try:
            token, kept = self.visitors.token(origin, before=before or None, identity=opened.identity)
        except Forged as problem:
            raise Refusal(problem.why, 403) from problem
        told = {"token": token, "thread": kept.key, "until": iso(until(kept)), "known": bool(kept.user)}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def post(self, request: Request, visitor: Visitor) -> Response:
        """A message of the visitor."""
        posted = await self._body(
            request, Posted, "Send {id, text}: an id of 8 to 64 letters and digits, text up to 4000."
        )
        await self.reception.hear(_heard(visitor, posted.id, posted.text))
        return JSONResponse({"id": posted.id}, status_code=202)

    async def form(self, request: Request, visitor: Visitor) -> Response:
        """Details left for a call or text back; consent counts only for the wording that stands now."""
        left = await self._body(request, Left, "Send {id, name, phone, text, consent}: each filled in, text up to 400.")
        shown = self._consent()
        if left.consent not in ("", shown["sha256"]):
            raise Refusal("The wording beside the number has changed; please read it again.", 409, consent=shown)
        try:
            phone = e164(left.phone, country(self.reception.pack.business.phone[:5]) or "US")
        except BadInput as problem:
            raise Refusal(str(problem), 422, field="phone") from problem
        site = request.headers.get("origin", "")
        form = Form(name=left.name, phone=phone, consent=shown["text"] if left.consent else "", page=site)
        await self.reception.hear(_heard(visitor, left.id, left.text, form=form))
        return JSONResponse({"id": left.id}, status_code=202)

    async def events(self, request: Request, visitor: Visitor) -> Response:
        """The visitor's thread as it grows."""
        stream = follow(self.reception, visitor, _cursor(request))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def transcript(self, _: Request, visitor: Visitor) -> Response:
        """The conversation as a file."""
        text = await self.reception.database.read(lambda tx: transcript(tx, self.reception, visitor.session))
        headers = {"Content-Disposition": 'attachment; filename="conversation.txt"', "Cache-Control": "no-store"}
        return PlainTextResponse(text, headers=headers)

    async def end(self, _: Request, visitor: Visitor) -> Response:
        """End the session: its token or cookie is worth nothing from now on, in every tab."""
        business, now = self.reception.pack.business.id, self.reception.clock.now()
        await self.reception.database.write(
            Scope(business), lambda tx: ended_sessions.end(tx, business, visitor.key, now=now)
        )
        response = Response(status_code=204)
        if visitor.until is None:
            self._set_cookie(response)
        return response

    async def forget(self, request: Request, visitor: Visitor) -> Response:
        """Forget the visitor at once (204), or ask staff to where a number was proved (202)."""
        business = self.reception.pack.business.id
        once = f"forget-{self.reception.clock.now():%Y-%m-%d}"
        await self.reception.hear(replace(_heard(visitor, once, ""), kind="forget"))
        known = await self.reception.database.read(
            lambda tx: contacts.find(tx, business, kind="web", value=visitor.session)
        )
        return JSONResponse({"asked": True}, status_code=202) if known else await self.end(request, visitor)

    def _shared(self, work: Callable[[Request, str], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Let only our own and the allowed sites' pages in, and let those read what is answered."""

        async def answer(request: Request) -> Response:
            origin = self.origins.of(request)
            try:
                if origin is None:
                    raise Refusal("This site may not use the chat; name it in business.yaml (chat: origins:).", 403)
                response = await work(request, origin)
            except Refusal as refusal:
                wait = {"Retry-After": str(refusal.answer["seconds"])} if refusal.status == 429 else {}
                response = JSONResponse(refusal.answer, status_code=refusal.status, headers=wait)
            response.headers.update(self.origins.shared(origin))
            return response

        return answer

    def _known(self, work: Work) -> Callable[[Request, str], Awaitable[Response]]:
        """Let only visitors in whose session goes on."""

        async def answer(request: Request, origin: str) -> Response:
            visitor = self.visitors.of(request, origin)
            await self._slow(request, visitor)
            if visitor is None or await self._over(visitor):
                raise Refusal("Open the chat first.", 401)
            return await work(request, visitor)

        return answer

    async def _slow(self, request: Request, visitor: Visitor | None) -> None:
        if seconds := await too_fast(self.reception.database.live, request, visitor):
            raise Refusal(f"Too much at once; try again in {seconds} s.", 429, seconds=seconds)

    async def _over(self, visitor: Visitor | None) -> bool:
        if visitor is None:
            return False
        business = self.reception.pack.business.id
        return await self.reception.database.read(lambda tx: ended_sessions.ended(tx, business, visitor.key))

    async def _body(self, request: Request, model: type[Body], how: str) -> Body:
        if request.headers.get("content-type", "").startswith("multipart/"):
            raise Refusal(NO_FILES.format(phone=self.reception.pack.business.phone), 415)
        return await _read(request, model, how)

    def _consent(self) -> dict[str, str]:
        text = self.reception.line("consent.form")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return {"text": text, "sha256": sha256, "version": sha256[:8]}

    def _set_cookie(self, response: Response) -> None:
        secure = self.reception.public_base_url.startswith("https:")
        response.set_cookie(
            COOKIE, self.visitors.cookie(), httponly=True, secure=secure, samesite="lax", max_age=COOKIE_S, path="/chat"
        )


async def _read(request: Request, model: type[Body], how: str) -> Body:
    """The JSON body of a request; one that is too long, or does not say how long it is, is not read at all."""
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not length.isdecimal():
        raise Refusal("Say how long the body is (Content-Length).", 411)
    if int(length[:9]) > MAX_BODY:
        raise Refusal("That message is too long; send at most 4000 characters.", 413)
    raw = await request.body()
    try:
        return model.model_validate(json.loads(raw or b"{}"))
    except (ValidationError, ValueError, RecursionError) as problem:
        raise Refusal(how, 422) from problem


def _heard(visitor: Visitor, own_id: str, text: str, *, form: Form | None = None) -> Heard:
    return Heard(
        channel="web", kind="form" if form else "text", address_kind="web", address=visitor.session, text=text,
        provider="web", provider_id=f"{visitor.session}:{own_id}", session=visitor.session, form=form,
    )  # fmt: skip


def _file(name: str) -> str:
    return resources.files("channels").joinpath(f"chat_static/{name}").read_text("utf-8")


def _cursor(request: Request) -> int:
    given = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    return int(given) if given.isdecimal() and len(given) < 16 else 0


async def _deliver(_permit: Permit, _words: Words) -> Delivery:
    return Refused("a chat message is visible once it is recorded", "not_pushed")
