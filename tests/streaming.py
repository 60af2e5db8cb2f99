"""An event stream of the site, followed by a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI


@dataclass(slots=True)
class Stream:
    """The frames of an event stream, as they come: pairs of id and data."""

    frames: list[tuple[str, Any]] = field(default_factory=list)
    typing: list[bool] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def ended(self, seconds: float) -> None:
        """Wait until the site ends the stream."""
        async with asyncio.timeout(seconds):
            await self.closed.wait()

    async def until(self, enough: Callable[[list[tuple[str, Any]]], bool]) -> list[tuple[str, Any]]:
        """Wait until enough has come, at most five seconds."""
        async with asyncio.timeout(5):
            while not enough(self.frames):
                self.came.clear()
                await self.came.wait()
        return self.frames

    def take(self, chunk: str) -> None:
        """Take up one or more whole frames."""
        for frame in filter(None, chunk.split("\n\n")):
            lines = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
            if lines.get("event") == "typing":
                self.typing.append(json.loads(lines["data"])["on"])
            elif "data" in lines:
                self.frames.append((lines.get("id", ""), json.loads(lines["data"])))
        self.came.set()


@asynccontextmanager
async def following(site: FastAPI, path: str, headers: Mapping[str, str], **query: str | int) -> AsyncIterator[Stream]:
    """Follow an event stream of the site until the block ends; httpx's own transport waits for streams to end."""
    stream, left = Stream(), asyncio.Event()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": urlencode(query).encode(), "root_path": "",
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in {"Host": "salon.example", **headers}.items()],
        "server": ("salon.example", 443), "client": ("127.0.0.1", 1), "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, "there is no stream to follow"
        elif message["type"] == "http.response.body":
            stream.take(message.get("body", b"").decode())
            if not message.get("more_body"):
                stream.closed.set()

    running = asyncio.ensure_future(site(scope, receive, send))  # type: ignore[arg-type]
    try:
        yield stream
    finally:
        left.set()
        await running
