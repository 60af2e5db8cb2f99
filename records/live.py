"""The port of live state over Redis, which may go away at any time: then every process looks and counts by itself.

News go over one channel a business; buckets, windows and holders are keys that expire. Nothing here is the truth about
anything: the database is.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import structlog
from limits.aio.storage import RedisStorage
from redis import Redis as SyncRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from domain.errors import ConfigurationError
from domain.live import Health, Limit, Rate
from records.local import LocalLive
from records.windows import Windows

T = TypeVar("T")
log = structlog.get_logger()
LIMIT_S = 0.5  # so long a command may take; a turn waits no longer for what it can do without
LOOK_S = 1.0  # so often a quiet connection is tried, and one that was lost
LEASE_S, RENEW_S = 30.0, 10.0
CONNECTIONS = 8
LOST = (RedisError, OSError, TimeoutError)

# The arithmetic of records/local.py, in one step and by Redis's own clock.
TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local units, per_s, burst, needed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
level = math.min(burst, level + math.max(0, now - at) * per_s)
local wait = 0
if needed - level > 0.000000001 then wait = (needed - level) / per_s else level = level - units end
redis.call('HSET', KEYS[1], 'level', string.format('%.17g', level), 'at', string.format('%.17g', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - level) / per_s * 1000) + 1000)
return string.format('%.17g', wait)
"""
HOLDS = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"


class RedisLive:
    """Live state that the processes of a business share; `open` and `close` on the event loop."""

    def __init__(self, url: str, business: str) -> None:
        try:
            pool: Any = BlockingConnectionPool.from_url(
                url, max_connections=CONNECTIONS, timeout=LIMIT_S, socket_timeout=LIMIT_S,
                socket_connect_timeout=LIMIT_S, retry=Retry(NoBackoff(), 1),
            )  # fmt: skip
        except ValueError as problem:
            raise ConfigurationError(f"REDIS_URL: {problem}; write redis://host:port/0") from problem
        self._redis = Redis(connection_pool=pool)
        self._prefix, self._me = f"qotbot:{business}:", secrets.token_hex(8)
        self._here = LocalLive()
        self._held: set[str] = set()
        self._untold: dict[str | None, None] = {}
        self._wake = asyncio.Event()
        self._away: tuple[float, str] | None = (monotonic(), "not connected yet")
        self._tasks: list[asyncio.Task[None]] = []
        storage = RedisStorage(  # the address is not looked at: the pool is ours
            "async+redis://", implementation="redispy", key_prefix=self._prefix + "window", connection_pool=pool
        )
        self._windows = Windows(storage)
        self._take, self._holds, self._release = (self._redis.register_script(s) for s in (TAKE, HOLDS, RELEASE))

    async def open(self) -> None:
        """Begin to listen and to tell; that the server does not answer yet is no error, `health` says so."""
        self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._tell, self._renew)]
        await self.wait(0, LIMIT_S)

    @property
    def news(self) -> int:
        """How many news this process has seen, its own and the others'."""
        return self._here.news

    def notify(self, about: str | None = None) -> None:
        """Tell this process at once and the others as soon as the loop is free."""
        self._here.notify(about)
        if self._away is None:
            self._untold[about] = None
            self._wake.set()

    async def wait(self, seen: int, timeout_s: float, *, about: str | None = None) -> int:
        """Return when there are news after `seen`, at the latest after `timeout_s`."""
        return await self._here.wait(seen, timeout_s, about=about)

    async def take(self, bucket: str, units: float, rate: Rate, *, urgent: bool = True) -> float:
        """Take units; without Redis out of a bucket of this process, at half the rate."""
        needed = rate.needed(units, urgent=urgent)
        args = [units, rate.per_s, rate.burst, needed]
        wait = await self._ask(lambda: self._take(keys=[f"{self._prefix}bucket:{bucket}"], args=args), None)
        if wait is None:
            return await self._here.take(bucket, units, rate.halved, urgent=urgent)
        return float(wait)

    async def allow(self, name: str, limit: Limit) -> float:
        """Count one more; without Redis by this process alone, and only half as many."""
        wait = await self._ask(lambda: self._windows.allow(name, limit), None)
        return await self._here.allow(name, limit.halved) if wait is None else wait

    async def hold(self, name: str) -> None:
        """Hold a name from now on, for as long as this process lives."""
        self._held.add(name)
        await self._ask(lambda: self._redis.set(self._key(name), self._me, px=int(LEASE_S * 1000)), None)
        self.notify(name)

    async def holds(self, name: str) -> bool:
        """Whether this process still holds it; without Redis, as far as it knows."""
        if name in self._held and not await self._ask(lambda: self._still(name), True):
            self._held.discard(name)
        return name in self._held

    async def release(self, name: str) -> None:
        """Let go of a name."""
        self._held.discard(name)
        await self._ask(lambda: self._release(keys=[self._key(name)], args=[self._me]), None)

    def health(self) -> Health:
        """Whether Redis answers; if not, since when and what that means."""
        if self._away is None:
            return Health("redis")
        since, why = self._away
        lost = f"Redis is away for {monotonic() - since:.0f} s ({why}): processes look by themselves, rates are halved"
        return Health("redis", lost)

    async def close(self) -> None:
        """Stop listening, let go of what is held and of the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for name in list(self._held):
            await self.release(name)
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    def _key(self, name: str) -> str:
        return f"{self._prefix}holder:{name}"

    def _still(self, name: str) -> Awaitable[Any]:
        return self._holds(keys=[self._key(name)], args=[self._me, int(LEASE_S * 1000)])

    async def _ask(self, ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """What Redis says; `otherwise` while it is away, which is tried again by the listener and by nobody else."""
        if self._away is not None:
            return otherwise
        before = _cancelled()
        try:
            async with asyncio.timeout(LIMIT_S):
                answer = await ask()
        except LOST as problem:
            self._lose(problem)
            answer = otherwise
        if _cancelled() > before:
            raise asyncio.CancelledError  # which a time limit inside the client can swallow (redis 8.1, Python 3.11)
        return answer

    def _lose(self, problem: BaseException) -> None:
        if self._away is None:
            log.warning("live.lost", error=type(problem).__name__)
            self._away = (monotonic(), type(problem).__name__)
            self._untold.clear()
            self._here.notify()  # whoever waits for news from others looks by themselves from now on
        else:
            self._away = (self._away[0], type(problem).__name__)

    def _find(self) -> None:
        """Redis answers: whoever waits looks at once, because news may have been missed."""
        if self._away is not None:
            log.info("live.found", away_s=round(monotonic() - self._away[0], 1))
            self._away = None
            self.notify()

    async def _listen(self) -> None:
        """Take up the others' news; notice when Redis goes and when it comes back."""
        while not _cancelled():
            try:
                async with self._redis.pubsub() as ears:
                    await ears.subscribe(self._prefix + "news")
                    self._find()
                    await self._check_held()
                    while not _cancelled():
                        message = await ears.get_message(ignore_subscribe_messages=True, timeout=LOOK_S)
                        if message is not None:
                            self._hear(message["data"])
                        if message is None or self._away is not None:
                            await self._redis.ping()
                            self._find()
            except LOST as problem:
                self._lose(problem)
            await asyncio.sleep(LOOK_S)

    def _hear(self, raw: bytes) -> None:
        try:
            told = json.loads(raw)
            sender, abouts = told["from"], list(told["about"])
        except (ValueError, TypeError, KeyError):
            return  # no process of ours said that
        if sender != self._me:
            for about in abouts:
                self._here.notify(about if isinstance(about, str) else None)

    async def _tell(self) -> None:
        """Publish what came together since the last time, in one message."""
        while not _cancelled():
            await self._wake.wait()
            self._wake.clear()
            abouts, self._untold = list(self._untold), {}
            if abouts:
                await self._ask(partial(self._redis.publish, self._prefix + "news", self._told(abouts)), 0)

    def _told(self, abouts: list[str | None]) -> str:
        return json.dumps({"from": self._me, "about": abouts})

    async def _renew(self) -> None:
        """Keep what this process holds from expiring, and drop what another took over."""
        while not _cancelled():
            await asyncio.sleep(RENEW_S)
            await self._check_held()

    async def _check_held(self) -> None:
        for name in list(self._held):
            await self.holds(name)


def _cancelled() -> int:
    """How often this task was asked to end."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def unreachable(url: str) -> str:
    """Why a Redis server does not answer; empty where it does."""
    try:
        with SyncRedis.from_url(url, socket_timeout=LIMIT_S, socket_connect_timeout=LIMIT_S) as client:
            client.ping()
    except (*LOST, ValueError) as problem:
        return type(problem).__name__
    return ""
