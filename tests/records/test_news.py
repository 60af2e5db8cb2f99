"""News: who waits is woken by a commit, and by the clock at the latest."""

from __future__ import annotations

import asyncio

from records import news
from records.news import News


async def test_who_waits_is_woken() -> None:
    told = News()
    waiting = [asyncio.create_task(told.wait(0, 60)) for _ in range(3)]
    await asyncio.sleep(0)
    told.add()
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_what_happened_meanwhile_is_not_waited_for() -> None:
    told = News()
    told.add()
    told.add("mia")
    assert await told.wait(0, 60) == 2
    assert await told.wait(0, 60, about="mia") == 2
    assert await told.wait(0, 60, about="jo") == 2, "news about nothing in particular are for everybody"


async def test_nobody_waits_for_ever() -> None:
    told = News()
    assert await told.wait(0, 0.001) == 0
    assert await told.wait(0, 0.001) == told.count


async def test_news_about_somebody_else_wake_nobody() -> None:
    told = News()
    mia, jo, anybody = (asyncio.create_task(told.wait(0, 60, about=who)) for who in ("mia", "jo", None))
    await asyncio.sleep(0)
    told.add("jo")
    assert await asyncio.gather(jo, anybody) == [1, 1]
    assert not mia.done()
    told.add("mia")
    assert await mia == 2


async def test_what_is_forgotten_counts_as_about_everybody() -> None:
    told = News()
    for n in range(news.REMEMBERED + 1):
        told.add(f"contact {n}")
    assert await told.wait(0, 60, about="contact 0") == told.count
    assert await told.wait(0, 60, about="somebody new") == told.count
    before = told.count
    assert await told.wait(before, 0.001, about="contact 0") == before
