"""Many open connections in one process: what one more costs, what they cost while nobody says anything."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from bench.served import Served, serving
from bench.talking import company_of
from bench.wire import percentile
from channels.fake.calls import Handset

CHATS, CALLS = 500, 50
QUIET_S = 5.0
SPEAKERS = 20


async def measure() -> dict[str, Any]:
    """Memory a chat and a call, processor time while all are quiet, and how soon a visitor is answered then."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "home") as served:
        started, first = {"announced_s": served.start_s}, []
        async with httpx.AsyncClient(base_url=served.base, timeout=60) as http:
            for n in range(3):
                first.append(await _first_answer(http, n))
        started |= {f"chat_answer_{n + 1}_ms": ms for n, ms in enumerate(first)}
        async with AsyncExitStack() as stack:
            empty = served.memory_kb()
            limits = httpx.Limits(max_connections=CHATS + 50)
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=served.base, timeout=60, limits=limits))
            cookies = [await _visitor(http) for _ in range(CHATS)]
            for cookie in cookies:
                stream = http.stream("GET", "/chat/events", headers={"Cookie": cookie})
                assert (await stack.enter_async_context(stream)).status_code == 200
            chats = served.memory_kb()
            quiet_chats = await _quiet(served)
            handset = Handset(company_of(served))
            calls = [await handset.call(f"+1202556{n:04d}", "answered") for n in range(CALLS)]
            full, quiet = served.memory_kb(), await _quiet(served)
            answers = [await _first_answer(http, 100 + n) for n in range(SPEAKERS)]
            for call in calls:
                await handset.hang_up(call)
    return {
        "start": started, "chats": CHATS, "calls": CALLS, "memory_kb": {"empty": empty, "chats": chats, "both": full},
        "kb_per_chat": (chats - empty) / CHATS, "kb_per_call": (full - chats) / CALLS,
        "cpu_percent_quiet": {"chats": quiet_chats, "both": quiet},
        "chat_answer_ms": {"p50": percentile(answers, 50), "p95": percentile(answers, 95)},
    }  # fmt: skip


async def _visitor(http: httpx.AsyncClient) -> str:
    opened = await http.get("/chat")
    http.cookies.clear()
    return str(opened.headers["set-cookie"].partition(";")[0])


async def _first_answer(http: httpx.AsyncClient, n: int) -> float:
    """A new visitor asks something: ms until the answer is on the page."""
    headers = {"Cookie": await _visitor(http)}
    async with http.stream("GET", "/chat/events", headers=headers) as stream:
        began = time.perf_counter()
        body = {"id": f"question-{n:04d}", "text": "is there parking?"}
        assert (await http.post("/chat/messages", json=body, headers=headers)).status_code == 202
        async for line in stream.aiter_lines():
            if line.startswith("data: ") and '"assistant"' in line:
                return (time.perf_counter() - began) * 1000
    raise RuntimeError("the stream ended without an answer")


async def _quiet(served: Served) -> float:
    """Processor time of a while in which nobody says anything, in percent of one processor."""
    await asyncio.sleep(1)
    before, began = served.cpu_s(), time.perf_counter()
    await asyncio.sleep(QUIET_S)
    return (served.cpu_s() - before) / (time.perf_counter() - began) * 100
