"""News: who waits is woken by a commit, and by the clock at the latest."""

from __future__ import annotations

import asyncio

from records.live import Live


async def test_who_waits_is_woken() -> None:
    live = Live()
    waiting = [asyncio.create_task(live.wait(0, 60)) for _ in range(3)]
    await asyncio.sleep(0)
    live.notify()
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_what_happened_meanwhile_is_not_waited_for() -> None:
    live = Live()
    live.notify()
    live.notify()
    assert await live.wait(0, 60) == 2


async def test_nobody_waits_for_ever() -> None:
    live = Live()
    assert await live.wait(0, 0.001) == 0
    assert await live.wait(0, 0.001) == live.news
