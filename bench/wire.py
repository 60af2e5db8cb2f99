"""A generator of HTTP requests that costs little itself: keep-alive connections, bytes made beforehand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

CONNECTIONS = 64


@dataclass(slots=True)
class Answers:
    """What came back: status codes, and how long each took from when it was due, in ms."""

    statuses: dict[int, int] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)


def form_request(url: str, form: dict[str, str], headers: dict[str, str]) -> bytes:
    """A POST of a form as bytes."""
    parts, body = urlsplit(url), urlencode(form).encode()
    told = {
        "Host": parts.netloc, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)),
        **headers,
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def at_rate(url: str, requests: Sequence[bytes], per_s: float) -> Answers:
    """Send requests when they are due, whether those before were answered or not; wait for the last answer."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    parts, answers = urlsplit(url), Answers()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection(parts.hostname, parts.port))

    async def one(request: bytes, due: float) -> None:
        connection = await free.get()
        reader, writer = connection
        writer.write(request)
        status = await _answer(reader)
        answers.ms.append((time.perf_counter() - due) * 1000)
        answers.statuses[status] = answers.statuses.get(status, 0) + 1
        free.put_nowait(connection)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n, request in enumerate(requests):
            due = began + n / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(request, due))
    while not free.empty():
        free.get_nowait()[1].close()
    return answers


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one response to its end; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")), 0)
    await reader.readexactly(length)
    return int(lines[0].split()[1])


def percentile(values: Sequence[float], q: float) -> float:
    """The q-th of 100 parts of values, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q / 100))]
