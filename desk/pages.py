"""The staff's screens over HTTP: thin routes that read a request, ask the desk and render what it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from desk import assets, live
from desk.answers import LONGEST, Unreadable, read_answer
from desk.cards import (
    Accepted, Answer, AnswerKind, Card, Changed, Conflict, Desk, Gone, House, Invalid, LedgerEvent, Link, Outcome,
)  # fmt: skip
from desk.render import HEADERS, Renderer, environment
from desk.session import COOKIE, FORM_MARK, LASTS, PATH, Entrance, Session
from domain.clock import Clock

EVENTS_SHOWN = 100
FORM_LIMIT = 64 * 1024  # bytes
MODES = ("", "edit", "reject", "answer")
DONE = {"approve": "Approved", "edit": "Approved with your changes", "reject": "Rejected", "answer": "Answered"}
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
    screens = _Screens(desk, house, entrance, renderer)
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
    def __init__(self, desk: Desk, house: House, entrance: Entrance, renderer: Renderer) -> None:
        self._desk = desk
        self._house = house
        self._entrance = entrance
        self._renderer = renderer

    # -- the door

    async def home(self, request: Request) -> Response:
        session = self._entrance.session(request)
        given = request.query_params.get("token")
        if given is None:
            return await self._board(request, session) if session else self._door(request, 401)
        if session is None:
            session = self._entrance.redeem(given)
        if session is None:
            return self._door(request, 403)
        entered = RedirectResponse(PATH, 303, headers=HEADERS)
        secure = request.url.scheme == "https"
        cookie = self._entrance.seal(session)
        entered.set_cookie(COOKIE, cookie, LASTS, path=PATH, secure=secure, httponly=True, samesite="strict")
        return entered

    def behind_door(self, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            session = self._entrance.session(request)
            return await screen(request, session) if session else self._door(request, 401)

        return endpoint

    def _door(self, request: Request, status: int) -> Response:
        response = self._renderer.page("door.html", {"status": status}, status)
        if _is_fragment(request):
            response.headers["HX-Redirect"] = PATH
        return response

    async def leave(self, request: Request, session: Session) -> Response:
        if await self._form(request, session) is None:
            return self._door(request, 403)
        response = RedirectResponse(PATH, 303, headers=HEADERS)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    async def _form(self, request: Request, session: Session) -> Mapping[str, str] | None:
        if not (size := request.headers.get("content-length", "")).isdigit() or int(size) > FORM_LIMIT:
            return None
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return form if self._entrance.is_from_our_page(request, session, form.get(FORM_MARK, "")) else None

    # -- approvals

    async def _board(self, request: Request, session: Session) -> Response:
        chosen, mode = request.query_params.get("card", ""), _mode(request)
        done = DONE.get(request.query_params.get("done", ""), "")
        cursor = await self._cursor()
        cards = await self._desk.cards()
        card = await self._desk.card(chosen) if chosen else next(iter(cards), None)
        state = "done" if done and not chosen else "gone" if chosen and not card else "card" if card else "empty"
        view = self._view(session) | {
            "page": "approvals", "cursor": cursor, "cards": cards, "chosen": bool(chosen), "card": card, "mode": mode,
            "state": state, "done": done, "after": next(iter(cards), None),
        }  # fmt: skip
        return await self._full("board.html", view)

    async def queue(self, request: Request, session: Session) -> Response:
        cards = await self._desk.cards()
        current = request.query_params.get("card", "")
        card = next((card for card in cards if card.id == current), None)
        view = self._view(session) | {"cards": cards, "card": card, "followup_count": len(await self._desk.followups())}
        return self._renderer.page("_queue.html", view)

    async def card(self, request: Request, session: Session) -> Response:
        card = await self._desk.card(request.path_params["card"])
        view: View = {"card": card, "mode": _mode(request), "state": "card" if card else "gone"}
        return await self._shown(request, session, view)

    async def decide(self, request: Request, session: Session) -> Response:
        form = await self._form(request, session)
        action, kind = request.path_params["card"], request.path_params["kind"]
        if form is None or kind not in get_args(AnswerKind):
            return self._door(request, 403)
        card = await self._desk.card(action)
        try:
            answer = read_answer(cast(AnswerKind, kind), form, card, by=session.who, zone=self._house.zone)
            outcome = await self._desk.decide(action, answer)
        except Unreadable as wrong:
            answer, outcome = None, Invalid(wrong.errors)
        if isinstance(outcome, Accepted) and not _is_fragment(request):
            done = answer.kind if answer else kind
            return RedirectResponse(f"{PATH}?done={done}", 303, headers=HEADERS)
        view = await self._after(outcome, answer, card, kind=kind)
        return await self._shown(request, session, view | {"form": form})

    async def _after(self, outcome: Outcome, answer: Answer | None, card: Card | None, *, kind: str) -> View:
        match outcome:
            case Accepted():
                return {"state": "done", "card": card, "done": DONE[answer.kind if answer else kind], "status": 200}
            case Conflict():
                return {"state": "conflict", "card": card, "conflict": outcome, "status": 409}
            case Changed():
                fresh = await self._desk.card(card.id) if card else None
                return {"state": "card" if fresh else "gone", "card": fresh, "alert": "changed", "status": 409}
            case Invalid(errors) if card:
                mode = "" if kind == "approve" else kind
                return {"state": "card", "card": card, "mode": mode, "errors": errors, "status": 422}
            case _:
                return {"state": "gone", "card": card, "status": 410}

    async def _shown(self, request: Request, session: Session, view: View) -> Response:
        cards = await self._desk.cards()
        after = next((card for card in cards if not isinstance(view["card"], Card) or card.id != view["card"].id), None)
        status = cast(int, view.get("status", 200))
        full = self._view(session) | {"page": "approvals", "chosen": True, "cards": cards, "after": after} | view
        if _is_fragment(request):
            counts: View = {"followup_count": len(await self._desk.followups())}
            return self._renderer.page("_detail_and_queue.html", full | counts, status)
        return await self._full("board.html", full | {"cursor": await self._cursor()}, status)

    # -- follow-ups

    async def followups(self, request: Request, session: Session) -> Response:
        return await self._followups(request, session, {})

    async def close_followup(self, request: Request, session: Session) -> Response:
        form = await self._form(request, session)
        if form is None:
            return self._door(request, 403)
        followup, note = request.path_params["followup"], form.get("note", "").strip()
        if not note or len(note) > LONGEST:
            wrong = f"Write what came of it, in at most {LONGEST} characters."
            return await self._followups(request, session, {"wrong": {followup: wrong}, "status": 422})
        outcome = await self._desk.close_followup(followup, note, by=session.who)
        if isinstance(outcome, Accepted) and not _is_fragment(request):
            return RedirectResponse("/desk/followups", 303, headers=HEADERS)
        said: View = {"said": "Closed. It is on the ledger."}
        if isinstance(outcome, Conflict):
            said = {"said": f"Already closed by {outcome.by}.", "status": 409}
        elif not isinstance(outcome, Accepted):
            said = {"said": "It is no longer open.", "status": 410}
        return await self._followups(request, session, said)

    async def _followups(self, request: Request, session: Session, view: View) -> Response:
        cursor = await self._cursor()
        followups = await self._desk.followups()
        full = self._view(session) | {"page": "followups", "cursor": cursor, "followups": followups} | view
        if _is_fragment(request):
            counts: View = {"cards": await self._desk.cards(), "followup_count": len(followups)}
            return self._renderer.page("_followups.html", full | counts, cast(int, view.get("status", 200)))
        return await self._full("followups.html", full, cast(int, view.get("status", 200)))

    # -- the ledger

    async def ledger(self, request: Request, session: Session) -> Response:
        events = await self._desk.recent_events(EVENTS_SHOWN)
        cursor = max((event.seq for event in events), default=0)
        view = self._view(session) | {"page": "ledger", "events": events, "cursor": cursor}
        return await self._full("ledger.html", view)

    async def events(self, request: Request, session: Session) -> Response:
        frame = self._row if "rows" in request.query_params else live.signal
        events = self._desk.events_after(live.resume_from(request))
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(live.frames(events, frame), media_type="text/event-stream", headers=headers)

    def _row(self, event: LedgerEvent) -> str:
        html = self._renderer.text("_event.html", {"event": event})
        return f"id: {event.seq}\n{live.data(html)}\n"

    # -- every page

    async def _cursor(self) -> int:
        # Read before what the page shows: whatever changes after it makes the page ask again.
        return max((event.seq for event in await self._desk.recent_events(1)), default=0)

    def _view(self, session: Session) -> View:
        return {
            "session": session, "mark": self._entrance.mark(session), "errors": {}, "form": {}, "alert": "", "mode": "",
            "said": "", "wrong": {}, "done": "", "after": None,
        }  # fmt: skip

    async def _full(self, name: str, view: View, status: int = 200) -> Response:
        counts: View = {}
        if "cards" not in view:
            counts["cards"] = await self._desk.cards()
        followups = view.get("followups")
        known = isinstance(followups, Sequence)
        counts["followup_count"] = len(followups) if known else len(await self._desk.followups())
        return self._renderer.page(name, view | counts, status)


def _is_fragment(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _mode(request: Request) -> str:
    mode = request.query_params.get("mode", "")
    return mode if mode in MODES else ""
