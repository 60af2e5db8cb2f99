"""Live state: one suite over both adapters of the port, one of them against a real Redis-protocol server.

`one` and `other` are two processes of a business; a third belongs to another business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import monotonic

import pytest
from redis.asyncio import Redis

from domain.errors import ConfigurationError
from domain.live import Limit, Live, Rate
from records.live import RedisLive
from records.local import LocalLive

QUICK = Rate(per_s=50, burst=10)
Pair = tuple[Live, Live]


@pytest.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    """Yield the live state of two processes of one business."""
    if request.param == "memory":
        one: Live = LocalLive()
        other: Live = LocalLive(beside=one) if isinstance(one, LocalLive) else one
    else:
        url = request.getfixturevalue("redis_url")
        one, other = RedisLive(url, "willow"), RedisLive(url, "willow")
    for live in (one, other):
        await live.open()
    await until(lambda: _true(not one.health().lost and not other.health().lost), one)
    if request.param == "redis":  # each tells the other that it is there
        for live in (one, other):
            await until(partial(_quiet, live), live)
    yield one, other
    for live in (one, other):
        await live.close()


async def _quiet(live: Live) -> bool:
    seen = live.news
    return await live.wait(seen, 0.1) == seen


async def until(asked: Callable[[], Awaitable[bool]], live: Live, seconds: float = 10) -> None:
    """Ask again and again until it is so."""
    async with asyncio.timeout(seconds):
        while not await asked():
            await live.wait(live.news, 0.02)


async def test_who_waits_in_the_other_process_is_woken(pair: Pair) -> None:
    one, other = pair
    seen = [one.news, other.news]
    one.notify("mia")
    assert one.news == seen[0] + 1
    assert await other.wait(seen[1], 10) > seen[1]
    assert await other.wait(seen[1], 10, about="mia") > seen[1]


async def test_news_about_somebody_else_wake_nobody_in_either(pair: Pair) -> None:
    one, other = pair
    waiting = [asyncio.create_task(live.wait(live.news, 60, about="mia")) for live in pair]
    await asyncio.sleep(0)
    for who in ("jo", "ana", "jo"):
        one.notify(who)
    seen = other.news
    one.notify("end")
    await until(lambda: _true(other.news > seen or one is other), other)
    assert not any(task.done() for task in waiting)
    other.notify()
    assert all(count > 0 for count in await asyncio.gather(*waiting))


async def test_many_news_come_as_few_and_none_is_lost(pair: Pair) -> None:
    one, other = pair
    seen = other.news
    for n in range(300):
        one.notify(f"contact {n}")
    for n in (0, 150, 299):
        assert await other.wait(seen, 10, about=f"contact {n}") > seen


async def test_a_bucket_is_shared_and_fills_again(pair: Pair) -> None:
    one, other = pair
    slow = Rate.per(10, 3600)
    assert [await live.take("visitor", 1, slow) for live in pair * 5] == [0.0] * 10
    waits = [await live.take("visitor", 1, slow) for live in pair]
    assert all(300 < wait <= 360 for wait in waits), "the eleventh in the hour comes six minutes later"
    assert await one.take("another visitor", 1, slow) == 0.0
    await other.take("quick", 10, QUICK)
    assert 0 < await one.take("quick", 5, QUICK) <= 0.1
    await until(lambda: _taken(one, "quick", 5), one)


async def test_over_time_no_more_goes_out_than_the_rate_allows(pair: Pair) -> None:
    """Two processes that both want as much as they can get for half a second."""
    taken, began = 0, monotonic()

    async def greedy(live: Live) -> None:
        nonlocal taken
        while monotonic() - began < 0.5:
            if wait := await live.take("sender", 2, QUICK):
                await live.wait(live.news, wait)
            else:
                taken += 2

    await asyncio.gather(*(greedy(live) for live in pair))
    assert QUICK.burst <= taken <= QUICK.burst + QUICK.per_s * (monotonic() - began)


async def test_what_is_urgent_goes_first(pair: Pair) -> None:
    one, other = pair
    slow = Rate.per(10, 3600)
    marketing = [await one.take("sender", 1, slow, urgent=False) for _ in range(10)]
    assert marketing[:5] == [0.0] * 5 and all(wait > 0 for wait in marketing[5:])
    assert [await other.take("sender", 1, slow) for _ in range(5)] == [0.0] * 5, "a half is left to what is urgent"
    assert await other.take("sender", 1, slow) < await one.take("sender", 1, slow, urgent=False)


@pytest.mark.parametrize("urgent", [True, False])
async def test_a_text_longer_than_the_burst_goes_out_and_is_paid_for(pair: Pair, urgent: bool) -> None:
    one, other = pair
    slow = Rate.per(4, 3600)
    assert await one.take("sender", 12, slow, urgent=urgent) == 0.0
    assert await other.take("sender", 1, slow) > 2 * 3600, "twelve from four: eight are owed"


async def test_a_limit_is_shared_and_says_when_to_ask_again(pair: Pair) -> None:
    one, other = pair
    hourly = Limit(10, 3600)
    assert [await live.allow("visitor", hourly) for live in pair * 5] == [0.0] * 10
    waits = [await live.allow("visitor", hourly) for live in (*pair, *pair)]
    assert sum(wait == 0 for wait in waits) <= 1, "a window of the library that begins just now forgets one at most"
    assert all(0 < wait <= 3600 for wait in waits[1:])
    assert await one.allow("another visitor", hourly) == 0.0
    assert await other.allow("visitor", Limit(10, 60)) == 0.0, "another limit is another count"


async def test_a_window_passes(pair: Pair) -> None:
    one, other = pair
    brief = Limit(2, 1)
    assert [await live.allow("visitor", brief) for live in pair] == [0.0, 0.0]
    await until(lambda: _allowed(other, "visitor", brief), one)


async def test_the_newest_holds_and_the_one_before_is_told(pair: Pair) -> None:
    one, other = pair
    await one.hold("call:CA1")
    assert (await one.holds("call:CA1"), await other.holds("call:CA1")) == (True, False)
    seen = one.news
    await other.hold("call:CA1")
    assert await one.wait(seen, 10, about="call:CA1") > seen
    assert (await one.holds("call:CA1"), await other.holds("call:CA1")) == (False, True)
    await one.release("call:CA1")
    assert await other.holds("call:CA1"), "only the holder lets go"
    await other.release("call:CA1")
    assert not await other.holds("call:CA1") and not await one.holds("call:CA1")


async def test_all_is_well(pair: Pair) -> None:
    assert [live.health().lost for live in pair] == ["", ""]


async def test_another_business_shares_nothing(redis_url: str) -> None:
    ours, theirs = RedisLive(redis_url, "willow"), RedisLive(redis_url, "oak")
    for live in (ours, theirs):
        await live.open()
    once, seen = Rate.per(1, 3600), theirs.news
    assert [await live.take("sender", 1, once) for live in (ours, theirs)] == [0.0, 0.0]
    await ours.hold("call:CA1")
    assert not await theirs.holds("call:CA1")
    await theirs.hold("call:CA1")
    assert await ours.holds("call:CA1")
    assert theirs.news == seen + 1, "its own hold, and nothing of ours"
    for live in (ours, theirs):
        await live.close()


async def test_nothing_stays_in_redis_for_ever_and_rubbish_is_passed_over(redis_url: str) -> None:
    one, other = RedisLive(redis_url, "willow"), RedisLive(redis_url, "willow")
    for live in (one, other):
        await live.open()
    await one.take("sender", 1, QUICK)
    await one.allow("visitor", Limit(5, 60))
    await one.hold("call:CA1")
    async with Redis.from_url(redis_url) as client:
        keys = await client.keys("*")
        assert (
            len(keys) == 3
            and all(str(key).removeprefix("b'").startswith("qotbot:willow:") for key in keys)
            and all([await client.pttl(key) > 0 for key in keys])
        )
        for rubbish in (b"\xff\x00", b"[]", b"{}", b'{"from": 1, "about": 2}', b"null"):
            await client.publish("qotbot:willow:news", rubbish)
    seen = other.news
    one.notify("after the rubbish")
    assert await other.wait(seen, 10, about="after the rubbish") > seen
    assert [live.health().lost for live in (one, other)] == ["", ""]
    await one.close()
    async with Redis.from_url(redis_url) as client:
        assert await client.keys("*holder*") == [], "who leaves lets go"
    await other.close()


async def test_a_server_that_was_never_there_is_no_error() -> None:
    live = RedisLive("redis://127.0.0.1:1/0", "willow")
    await live.open()
    live.notify("mia")
    assert await live.take("sender", 1, QUICK) == 0.0
    await live.hold("call:CA1")
    assert await live.holds("call:CA1")
    assert live.health().kind == "redis" and "not" not in live.health().kind and live.health().lost
    await live.close()


def test_an_address_that_is_none_is_said_at_start() -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL: .*write redis://host"):
        RedisLive("http://redis.example", "willow")


async def test_full_buckets_are_forgotten() -> None:
    time = 0.0
    live = LocalLive(now=lambda: time)
    for n in range(10_001):
        await live.take(f"visitor {n}", 1, QUICK)
    time = 60.0
    await live.take("one more", 1, QUICK)
    assert len(live._common.buckets) == 1


async def _true(fact: bool) -> bool:
    return fact


async def _allowed(live: Live, name: str, limit: Limit) -> bool:
    return await live.allow(name, limit) == 0.0


async def _taken(live: Live, bucket: str, units: float) -> bool:
    return await live.take(bucket, units, QUICK) == 0.0


@pytest.mark.parametrize("rounds", range(12))
async def test_it_ends_when_it_is_told_to(redis_url: str, rounds: int) -> None:
    """Redis's client swallows a cancellation at certain moments; our tasks and a turn's end all the same."""
    live = RedisLive(redis_url, "willow")
    await live.open()
    asking = asyncio.create_task(live.take("sender", 1, QUICK))
    live.notify("mia")
    for _ in range(rounds):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking], timeout=5)
    assert asking.cancelled() or (asking.done() and not asking.cancelling())
    async with asyncio.timeout(5):
        await live.close()
