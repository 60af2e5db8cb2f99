"""The example salon behind its real web server, and a phone company that calls it over real sockets."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import WebSocket
from shop import DESK, OURS, PACK, START, TOKEN, Line, Person, Shop

import compose
from channels.fake.calls import Call, Handset, Staff
from channels.fake.company import Company
from channels.fake.leg import Leg
from channels.reception import Account
from commands.serving import LONGEST_FRAME
from compose import Settings
from domain.channel import Voice
from domain.clock import SteppingClock
from records import ledger
from records.local import LocalLive
from server import Serving, web

STAFF = "+15185550190"


@dataclass(kw_only=True)
class Exchange(Shop):
    """A shop that is reached over the network, its workers running."""

    async def dial(self, person: Person, *, staff: Staff = "no-answer") -> tuple[Call, Leg]:
        """Call the shop over the relay."""
        call = await self.handset.call(person.number, "answered", staff=staff)
        assert call.leg is not None, "the call was not connected to the relay"
        return call, call.leg

    async def say_and_lose(self, leg: Leg, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Say something over the relay; the line is lost right after the first frame of the answer."""
        real, sent = WebSocket.send_text, itertools.count()

        async def cut(socket: WebSocket, data: str) -> None:
            await real(socket, data)
            if next(sent) == 0:
                await leg.drop()
                raise RuntimeError("the socket is gone")

        with monkeypatch.context() as patched:
            patched.setattr(WebSocket, "send_text", cut)
            await leg.prompt(words)
            await self.until(lambda: leg.closed is not None)

    def told(self, kind: str, call: str = "") -> list[dict[str, Any]]:
        """The bodies of the ledger's events of a kind, of one call where it is named."""
        found = self.app.database.read_now(lambda tx: ledger.events(tx, "salon", limit=5000))
        return [e.body for e in found if e.kind == kind and call in ("", e.body.get("call"))]

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait for something to be so, looking again with every commit."""
        live = self.app.database.live
        async with asyncio.timeout(20):
            while not there():
                await live.wait(live.news, 0.05)


@asynccontextmanager
async def opened_exchange(
    home: Path, *, voice: Voice = "relay", pack: Path = PACK, start: datetime = START, model: Any = None,
    beside: Exchange | None = None,
) -> AsyncIterator[Exchange]:  # fmt: skip
    """Serve the salon on a free port of this machine until the block ends; `beside` another one of the same home."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        clock = SteppingClock(start)
        company = Company("AC" + "0" * 32, TOKEN, OURS, base, clock)
        line = Line(company)
        account = Account(company.sid, TOKEN, OURS, "http://carrier.invalid", line)
        settings = Settings(home=home, business=pack, public_base_url=base, durable=False, voice=voice)
        app = await compose.compose(settings, clock, account=account, model=model)
        if beside is None:
            compose.own_home(app)
        elif isinstance(theirs := beside.app.database.live, LocalLive):
            app.database.live = LocalLive(beside=theirs)
        site = web(app, Serving(DESK))
        server = uvicorn.Server(
            uvicorn.Config(site, log_level="error", timeout_graceful_shutdown=2, ws_max_size=LONGEST_FRAME)
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with httpx.AsyncClient(base_url=base, timeout=20) as http:
                await http.get("/health")  # the socket listens already, so this waits until the server answers
                yield Exchange(
                    app=app, site=site, clock=clock, company=company, line=line, handset=Handset(company), http=http
                )
        finally:
            await company.close()
            server.should_exit = True
            await running
