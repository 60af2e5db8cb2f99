"""The staff's screens over HTTP: thin routes that read a request, ask the desk and render what it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from desk import assets, live
from desk.answers import LONGEST, Unreadable, read_answer
from desk.cards import (
    Accepted,
    Answer,
    AnswerKind,
    Card,
    Changed,
    Conflict,
    Desk,
    House,
    Invalid,
    LedgerEvent,
    Link,
    Outcome,
)
from desk.render import HEADERS, Renderer, environment
from desk.session import COOKIE, FORM_MARK, LASTS, PATH, Entrance, Session
from domain.clock import Clock

EVENTS_SHOWN = 100
FORM_LIMIT = 64 * 1024  # bytes
MODES = ("", "edit", "reject", "answer")
DONE = {"approve": "Approved", "edit": "Approved with your changes", "reject": "Rejected", "answer": "Answered"}
EMPTY = {"errors": {}, "form": {}, "alert": "", "mode": "", "said": "", "wrong": {}, "done": "", "status": 200}
View = dict[str, object]
Screen = Callable[[Request, Session], Awaitable[Response]]


def index_page(business_name: str, reader_name: str, links: Sequence[Link]) -> HTMLResponse:
    """Return the product's first page: what runs here, and the ways in."""
    templates = environment(ZoneInfo("UTC"), lambda: datetime.now(UTC))
    view = {"business": business_name, "reader": reader_name, "links": links}
    return Renderer(templates, {}).page("index.html", view)


def desk_router(desk: Desk, token: str, *, secret: str, house: House, clock: Clock) -> APIRouter:
    """Return the routes below `/desk`.

    `token` opens one session, once, by `/desk?token=…`; `secret` signs cookies and forms (16 characters or more each).
    """
    entrance = Entrance(token, secret=secret, who=house.staff, clock=clock)
    renderer = Renderer(
        environment(house.zone, clock.now), {"house": house, "longest": LONGEST, "mark_name": FORM_MARK}
    )
    screens = _Screens(desk, house, entrance=entrance, renderer=renderer)
    router = APIRouter(include_in_schema=False)
    gets: dict[str, Screen] = {
        "/desk/queue": screens.queue,
        "/desk/cards/{card}": screens.card,
        "/desk/followups": screens.followups,
        "/desk/ledger": screens.ledger,
        "/desk/events": screens.events,
    }
    posts: dict[str, Screen] = {
        "/desk/cards/{card}/{kind}": screens.decide,
        "/desk/followups/{followup}": screens.close_followup,
        "/desk/leave": screens.leave,
    }
    router.add_api_route(PATH, screens.home, methods=["GET"], response_model=None)
    for path, screen in gets.items():
        router.add_api_route(path, screens.behind_door(screen), methods=["GET"], response_model=None)
    for path, screen in posts.items():
        router.add_api_route(path, screens.behind_door(screen), methods=["POST"], response_model=None)
    router.add_api_route("/desk/static/{name:path}", assets.serve, methods=["GET"], response_model=None)
    return router


class _Screens:
    def __init__(self, desk: Desk, house: House, *, entrance: Entrance, renderer: Renderer) -> None:
        self._desk = desk
        self._house = house
        self._entrance = entrance
        self._renderer = renderer

    # -- the door

    async def home(self, request: Request) -> Response:
        session = self._entrance.session(request)
        given = request.query_params.get("token")
        if given is None:
            return await self._board(request, session) if session else self._door(request, "session")
        if session is None:
            session = self._entrance.redeem(given)
        if session is None:
            return self._door(request, "token")
        entered = RedirectResponse(PATH, 303, headers=HEADERS)
        secure = request.url.scheme == "https"
        cookie = self._entrance.seal(session)
        entered.set_cookie(COOKIE, cookie, LASTS, path=PATH, secure=secure, httponly=True, samesite="strict")
        return entered

    def behind_door(self, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            session = self._entrance.session(request)
            return await screen(request, session) if session else self._door(request, "session")

        return endpoint

    def _door(self, request: Request, reason: Literal["session", "token", "form"]) -> Response:
        response = self._renderer.page("door.html", {"reason": reason}, 401 if reason == "session" else 403)
        if _is_fragment(request):
            response.headers["HX-Redirect"] = PATH
        return response

    async def leave(self, request: Request, session: Session) -> Response:
        if await self._form(request, session) is None:
            return self._door(request, "form")
        response = RedirectResponse(PATH, 303, headers=HEADERS)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    async def _form(self, request: Request, session: Session) -> Mapping[str, str] | None:
        if not (size := request.headers.get("content-length", "")).isdecimal() or int(size) > FORM_LIMIT:
            return None
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return form if self._entrance.is_from_our_page(request, session, form.get(FORM_MARK, "")) else None

    # -- approvals

    async def _board(self, request: Request, session: Session) -> Response:
        view = await self._view(session)
        cards = cast(list[Card], view["cards"])
        chosen, done = request.query_params.get("card", ""), DONE.get(request.query_params.get("done", ""), "")
        after = next(iter(cards), None)
        card = await self._desk.card(chosen) if chosen else None if done else after
        state = "card" if card else "gone" if chosen else "done" if done else "empty"
        view |= {
            "chosen": bool(chosen),
            "card": card,
            "mode": _mode(request),
            "state": state,
            "done": done,
            "after": after,
        }
        return self._renderer.page("board.html", view)

    async def queue(self, request: Request, session: Session) -> Response:
        view = await self._view(session)
        current = request.query_params.get("card", "")
        card = next((card for card in cast(list[Card], view["cards"]) if card.id == current), None)
        return self._renderer.page("_queue.html", view | {"card": card})

    async def card(self, request: Request, session: Session) -> Response:
        card = await self._desk.card(request.path_params["card"])
        state = "card" if card else "gone"
        return await self._shown(request, session, {"card": card, "mode": _mode(request), "state": state})

    async def decide(self, request: Request, session: Session) -> Response:
        form = await self._form(request, session)
        action, kind = request.path_params["card"], request.path_params["kind"]
        if form is None or kind not in get_args(AnswerKind):
            return self._door(request, "form")
        card = await self._desk.card(action)
        try:
            answer = read_answer(cast(AnswerKind, kind), form, card, by=session.who, zone=self._house.zone)
        except Unreadable as wrong:
            return await self._shown(request, session, _invalid(card, kind, wrong.errors) | {"form": form})
        outcome = await self._desk.decide(action, answer)
        if isinstance(outcome, Accepted) and not _is_fragment(request):
            return RedirectResponse(f"{PATH}?done={answer.kind}", 303, headers=HEADERS)
        view = await self._after(outcome, answer, card, kind=kind)
        return await self._shown(request, session, view | {"form": form})

    async def _after(self, outcome: Outcome, answer: Answer, card: Card | None, *, kind: str) -> View:
        match outcome:
            case Accepted():
                return {"state": "done", "card": card, "done": DONE[answer.kind]}
            case Conflict():
                return {"state": "conflict", "card": card, "conflict": outcome, "status": 409}
            case Changed():
                fresh = await self._desk.card(card.id) if card else None
                return {"state": "card" if fresh else "gone", "card": fresh, "alert": "changed", "status": 409}
            case Invalid(errors) if card:
                return _invalid(card, kind, errors)
        return {"state": "gone", "card": card, "status": 410}

    async def _shown(self, request: Request, session: Session, view: View) -> Response:
        full = await self._view(session) | {"chosen": True} | view
        here = view["card"].id if isinstance(view["card"], Card) else ""
        full["after"] = next((card for card in cast(list[Card], full["cards"]) if card.id != here), None)
        name = "_detail_and_queue.html" if _is_fragment(request) else "board.html"
        return self._renderer.page(name, full, cast(int, full["status"]))

    # -- follow-ups

    async def followups(self, request: Request, session: Session) -> Response:
        return await self._followups(request, session, {})

    async def close_followup(self, request: Request, session: Session) -> Response:
        form = await self._form(request, session)
        if form is None:
            return self._door(request, "form")
        followup, note = request.path_params["followup"], form.get("note", "").strip()
        if not note or len(note) > LONGEST:
            wrong = f"Write what came of it, in at most {LONGEST} characters."
            return await self._followups(request, session, {"wrong": {followup: wrong}, "form": form, "status": 422})
        match await self._desk.close_followup(followup, note, by=session.who):
            case Accepted() if not _is_fragment(request):
                return RedirectResponse("/desk/followups", 303, headers=HEADERS)
            case Accepted():
                return await self._followups(request, session, {"said": "Closed, and on the ledger."})
            case Conflict(by):
                return await self._followups(request, session, {"said": f"Already closed by {by}.", "status": 409})
        return await self._followups(request, session, {"said": "It is no longer open.", "status": 410})

    async def _followups(self, request: Request, session: Session, view: View) -> Response:
        full = await self._view(session) | {"page": "followups"} | view
        name = "_followups.html" if _is_fragment(request) else "followups.html"
        return self._renderer.page(name, full, cast(int, full["status"]))

    # -- the ledger

    async def ledger(self, request: Request, session: Session) -> Response:
        view = await self._view(session)
        events = await self._desk.recent_events(EVENTS_SHOWN)
        cursor = max((event.seq for event in events), default=0)
        return self._renderer.page("ledger.html", view | {"page": "ledger", "events": events, "cursor": cursor})

    async def events(self, request: Request, session: Session) -> Response:
        frame = self._row if "rows" in request.query_params else live.signal
        events = self._desk.events_after(live.resume_from(request))
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(live.frames(events, frame), media_type="text/event-stream", headers=headers)

    def _row(self, event: LedgerEvent) -> str:
        return live.row(event, self._renderer.text("_event.html", {"event": event}))

    async def _view(self, session: Session) -> View:
        """Return what every page shows, and what its templates may leave empty."""
        # The cursor is read before what the page shows: whatever happens after it makes the page ask again.
        cursor = max((event.seq for event in await self._desk.recent_events(1)), default=0)
        followups = await self._desk.followups()
        return {
            "page": "approvals",
            "cursor": cursor,
            "cards": list(await self._desk.cards()),
            "followups": followups,
            "mark": self._entrance.mark(session),
            **EMPTY,
        }


def _invalid(card: Card | None, kind: str, errors: Mapping[str, str]) -> View:
    mode = "" if kind == "approve" else kind
    return {"state": "card" if card else "gone", "card": card, "mode": mode, "errors": errors, "status": 422}


def _is_fragment(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _mode(request: Request) -> str:
    mode = request.query_params.get("mode", "")
    return mode if mode in MODES else ""
