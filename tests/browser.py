"""Pages tried in a real browser: a server in a thread, a feed of events that tests push to, and Chromium."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1360, "height": 850}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"


class Feed:
    """Numbered server-sent events: replays what came after a number, then follows; any thread may publish."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.past: list[tuple[int, str, Any]] = []
        self.followers: set[asyncio.Queue[tuple[int, str, Any] | None]] = set()
        self.asked: list[int] = []

    def publish(self, name: str, data: dict[str, Any], *, number: int = 0) -> None:
        """Send an event; one with a number is kept and replayed."""
        if number:
            self.past.append((number, name, data))
        self._tell((number, name, data))

    def cut(self) -> None:
        """End every connection, as a restart would."""
        self._tell(None)

    async def stream(self, after: int) -> AsyncIterator[str]:
        """Yield the frames after a number for as long as the client stays."""
        yield ": hello\n\n"
        async for number, name, data in self.items(after):
            yield (f"id: {number}\n" if number else "") + f"event: {name}\ndata: {json.dumps(data)}\n\n"

    async def items(self, after: int) -> AsyncIterator[tuple[int, str, Any]]:
        """Yield number, name and data of the events after a number, until cut."""
        self.loop = asyncio.get_running_loop()
        self.asked.append(after)
        queue: asyncio.Queue[tuple[int, str, Any] | None] = asyncio.Queue()
        self.followers.add(queue)
        for item in [item for item in self.past if item[0] > after]:
            queue.put_nowait(item)
        try:
            while found := await queue.get():
                yield found
        finally:
            self.followers.discard(queue)

    def _tell(self, item: tuple[int, str, Any] | None) -> None:
        if self.loop is not None:
            self.loop.call_soon_threadsafe(lambda: [queue.put_nowait(item) for queue in self.followers])


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve the app on a free port of this machine and yield its address."""
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    ready = threading.Event()
    startup = server.startup

    async def started(sockets: Any = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = started  # type: ignore[method-assign]
    thread.start()
    if not ready.wait(20):
        raise RuntimeError("the server did not start")
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """Start the browser and yield it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def page_at(browser: Browser, address: str, *, size: dict[str, int] = DESKTOP, dark: bool = False) -> Iterator[Page]:
    """Open an address in a fresh profile; fails if the page logged an error or broke its content policy."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, timezone_id="America/New_York", locale="en-US")  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(address)
    yield page
    context.close()
    assert not wrong, wrong
