"""Two web processes of one salon on one PostgreSQL and one Redis-protocol server; what customers and staff do there.

The `front` serves pages and webhooks only; the `back` does that too, and works.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shlex
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import httpx
import uvicorn
from program import ROOT, Program, free_port
from shop import OURS

from channels.fake.api import api_app
from channels.fake.calls import Handset
from channels.fake.company import Company
from domain.clock import SystemClock
from records.keys import open_keys

WAIT_S = 20.0


@dataclass(kw_only=True)
class Side:
    """One of the processes, as the outside reaches it."""

    base: str
    desk: str
    http: httpx.AsyncClient

    async def health(self) -> dict[str, Any]:
        """What it says of itself."""
        found: dict[str, Any] = (await self.http.get("/health")).json()
        return found


@dataclass(kw_only=True)
class Pair:
    """Both processes, and the phone company that reaches them by one public address."""

    front: Side
    back: Side
    company: Company
    handset: Handset
    home: Path

    async def until_health(self, status: str) -> list[dict[str, Any]]:
        """Wait until both say the same of themselves."""
        return await until(self._healths, lambda found: all(h["status"] == status for h in found))

    async def _healths(self) -> list[dict[str, Any]]:
        return [await side.health() for side in (self.front, self.back)]

    def texts(self, number: str) -> list[str]:
        """What a phone got."""
        return [t.body for t in self.company.texts if t.to == number]


@dataclass
class Page:
    """A visitor's chat, open on one side."""

    side: Side
    frames: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    cookie: dict[str, str] = field(default_factory=dict)

    async def follow(self) -> None:
        """Read the stream until cancelled."""
        async with self.side.http.stream("GET", "/chat/events", headers=self.cookie, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: ") and "text" in (data := json.loads(line[6:])):
                    self.frames.append(data)
                    self.news.set()

    async def says(self, text: str, answer: str, *, by: Side | None = None) -> str:
        """Write a message and wait for words in what comes after it."""
        before = len(self.frames)
        body = {"id": secrets.token_hex(8), "text": text}
        posted = await (by or self.side).http.post("/chat/messages", json=body, headers=self.cookie)
        assert posted.status_code == 202, posted.text
        return await self.hears(answer, after=before)

    async def hears(self, answer: str, *, after: int = 0) -> str:
        """Wait for words of ours."""
        async with asyncio.timeout(WAIT_S):
            while True:
                found = [f["text"] for f in self.frames[after:] if f["from"] != "customer" and answer in f["text"]]
                if found:
                    return str(found[0])
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def chatting(side: Side) -> AsyncIterator[Page]:
    """Open the chat of a new visitor on one side."""
    opened = await side.http.get("/chat")
    side.http.cookies.clear()
    page = Page(side, cookie={"Cookie": opened.headers["set-cookie"].partition(";")[0]})
    following = asyncio.create_task(page.follow())
    try:
        yield page
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def approve(side: Side) -> None:
    """Open the desk with the printed address and approve the card that waits."""
    async with httpx.AsyncClient(base_url=side.base, follow_redirects=True) as staff:
        board = (await staff.get(side.desk)).text
        action = re.findall(r'action="(/desk/cards/[^"]+/approve)"', board)[0]
        form = board.split(f'action="{action}"')[1].split("</form>")[0]
        hidden = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form))
        done = await staff.post(action, data=hidden, headers={"Origin": side.base})
        assert done.status_code == 200, done.text


async def until(ask: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    """Ask again and again until it is so."""
    async with asyncio.timeout(WAIT_S):
        while not enough(found := await ask()):
            await _moment()
    return found


async def _moment() -> None:
    try:
        async with asyncio.timeout(0.05):
            await asyncio.Event().wait()
    except TimeoutError:
        return


def shown(name: str) -> str:
    """A fence of the page about several processes."""
    page = (ROOT / "docs" / "scale-out.md").read_text("utf-8")
    return re.findall(rf"^```sh {name}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[0]


def shown_command(name: str, known: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """What the page sets for a process, and the command's words before its home."""
    words = shlex.split(Template(shown(name)).substitute(known))
    at = words.index("qotbot")
    assert words[-2:] == ["--home", name]
    return dict(word.split("=", 1) for word in words[:at]), words[at + 1 : -2]


def _make_keys(folder: Path) -> None:
    open_keys(folder / "front" / "keys")
    subprocess.run(["/bin/sh", "-e", "-c", shown("keys")], cwd=folder, check=True)


@asynccontextmanager
async def opened_pair(folder: Path, database: str, redis: str) -> AsyncIterator[Pair]:
    """Start both at the same time, on an empty database, and a phone company."""
    homes, ports = (folder / "front", folder / "back"), (free_port(), free_port())
    _make_keys(folder)
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        public = f"http://127.0.0.1:{ports[0]}"
        company = Company("AC" + secrets.token_hex(16), secrets.token_hex(16), OURS, public, SystemClock())
        api = uvicorn.Server(uvicorn.Config(api_app(company), log_level="error"))
        serving = asyncio.create_task(api.serve(sockets=[listening]))
        known = {"DATABASE": database, "REDIS": redis, "PUBLIC": public}
        carrier = {
            "QOTBOT_VOICE": "relay", "TWILIO_ACCOUNT_SID": company.sid, "TWILIO_AUTH_TOKEN": company.token,
            "QOTBOT_TWILIO_API_BASE": f"http://127.0.0.1:{listening.getsockname()[1]}",
        }  # fmt: skip
        programs = []
        for home, port in zip(homes, ports, strict=True):
            env, command = shown_command(home.name, known)
            programs.append(Program(home, port, env={**env, **carrier}, command=command))
        loop = asyncio.get_running_loop()
        starts = [loop.run_in_executor(pool, stack.enter_context, program.running()) for program in programs]
        desks = [desk for _, desk in await asyncio.gather(*starts)]
        sides = [
            Side(base=p.address, desk=d, http=httpx.AsyncClient(base_url=p.address, timeout=WAIT_S))
            for p, d in zip(programs, desks, strict=True)
        ]
        try:
            yield Pair(front=sides[0], back=sides[1], company=company, handset=Handset(company), home=homes[0])
        finally:
            for side in sides:
                await side.http.aclose()
            await company.close()
            api.should_exit = True
            await serving
