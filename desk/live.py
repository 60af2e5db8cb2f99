"""The ledger as server-sent events: every frame carries its cursor, so a page that comes back has missed nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import Request

from desk.cards import LedgerEvent

BEAT = 15.0  # seconds between comments that keep proxies from closing a quiet stream
LASTS = 3600.0  # seconds: then the browser connects again, and its session is checked again
Frame = Callable[[LedgerEvent], str]


def resume_from(request: Request) -> int:
    """Return the cursor to go on from: the last event the browser had, else the one rendered into its page."""
    for given in (request.headers.get("last-event-id", ""), request.query_params.get("after", "")):
        if given.isascii() and given.isdigit() and len(given) < 19:
            return int(given)
    return 0


def signal(event: LedgerEvent) -> str:
    """A frame that only says that something changed; the page asks for what it shows."""
    return f"id: {event.seq}\nevent: changed\ndata: {event.seq}\n\n"


def row(event: LedgerEvent, html: str) -> str:
    """A frame whose HTML is put into the page."""
    return f"id: {event.seq}\n" + "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"


async def frames(events: AsyncIterator[LedgerEvent], frame: Frame, *, beat: float = BEAT) -> AsyncIterator[str]:
    """Yield a frame an event and a comment whenever it is quiet, for an hour at most."""
    ends = asyncio.get_running_loop().time() + LASTS
    coming: asyncio.Task[LedgerEvent | None] | None = None
    yield ": open\n\n"
    try:
        while asyncio.get_running_loop().time() < ends:
            coming = coming or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({coming}, timeout=beat)
            if not done:
                yield ": quiet\n\n"
                continue
            event, coming = coming.result(), None
            if event is None:
                return
            yield frame(event)
    finally:
        if coming is not None:
            coming.cancel()


async def _next(events: AsyncIterator[LedgerEvent]) -> LedgerEvent | None:
    return await anext(events, None)
