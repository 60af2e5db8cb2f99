"""The web process: channels, desk and the workers in one place, on one address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from compose import App
from desk.board import Board
from desk.cards import House, Link
from desk.pages import desk_router, index_page
from domain.errors import BadInput, Unavailable
from records import jobs

log = structlog.get_logger()
LINKS = (
    Link("/chat", "Web chat", "Talk to the assistant as a visitor of the website."),
    Link("/phone", "Fake phone", "Text or call as any number; nothing leaves this machine."),
    Link("/desk", "Desk", "Decide what waits for a person, and follow the ledger live."),
)


@dataclass(frozen=True, slots=True)
class Serving:
    """What the web process needs besides the app: the desk's one-time token and further routes.

    One that does not `work` leaves turns, deliveries and timers to the other processes of the business.
    """

    token: str
    routes: Sequence[APIRouter] = ()
    offline: bool = True
    works: bool = True


def web(app: App, serving: Serving) -> FastAPI:
    """The ASGI application; its lifespan runs the workers."""
    stop = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(app.runner.run(stop)) if serving.works else None
        try:
            yield
        finally:
            stop.set()
            app.database.live.notify()
            if working:
                await working
            await app.close()

    site = FastAPI(title="QotBot", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    for router in (*app.routes(), *serving.routes):
        site.include_router(router)
    business = app.pack.business
    house = House(business.name, business.tz, app.settings.reader_name)
    board = Board(app.deps, app.submit)
    site.include_router(desk_router(board, serving.token, secret=app.keys.secret, house=house, clock=app.deps.clock))
    site.add_api_route("/", _index(app, offline=serving.offline), methods=["GET"], response_model=None)
    site.add_api_route("/health", _health(app), methods=["GET"], response_model=None)
    # A foreign page can make a browser ask this machine under a name of its own (DNS rebinding); only our names answer.
    ours = {"127.0.0.1", "localhost", "::1", urlsplit(app.settings.public_base_url).hostname or "localhost"}
    site.add_middleware(TrustedHostMiddleware, allowed_hosts=sorted(ours), www_redirect=False)
    site.add_exception_handler(BadInput, _bad_input)
    site.add_exception_handler(Unavailable, _unavailable)
    return site


def _index(app: App, *, offline: bool) -> Callable[[], Response]:
    links = [link for link in LINKS if offline or link.href != "/phone"]

    def index() -> Response:
        return index_page(app.pack.business.name, app.settings.reader_name, links)

    return index


def _health(app: App) -> Callable[[], object]:
    async def health() -> JSONResponse:
        live, stops = app.database.live.health(), len(app.deps.spool.waiting())
        try:
            waiting = await app.database.read(jobs.waiting)
        except Unavailable:
            waiting = None
        status = "down" if waiting is None else "degraded" if live.lost or stops else "ok"
        told = {
            "status": status, "reader": app.settings.reader_name, "database": app.database.dialect,
            "live": live.lost or live.kind, "jobs": waiting, "stops_waiting": stops,
        }  # fmt: skip
        return JSONResponse(told, status_code=503 if waiting is None else 200)

    return health


async def _bad_input(_: Request, problem: Exception) -> JSONResponse:
    return JSONResponse({"error": str(problem)}, status_code=422)


async def _unavailable(_: Request, problem: Exception) -> JSONResponse:
    log.error("request.unavailable", error=type(problem).__name__)
    return JSONResponse({"error": str(problem)}, status_code=503)
