"""The port of live state in memory: for one process, or for several apps in one (tests)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from domain.live import Health, Limit, Rate
from records.news import News

if TYPE_CHECKING:
    from records.windows import Windows

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    level: float
    at: float

    def fill(self, now: float) -> None:
        self.level = min(self.rate.burst, self.level + max(0.0, now - self.at) * self.rate.per_s)
        self.at = now


@dataclass(slots=True)
class _Common:
    """What the apps of one process share."""

    buckets: dict[str, _Bucket] = field(default_factory=dict)
    windows: Windows | None = None
    holders: dict[str, LocalLive] = field(default_factory=dict)
    members: list[LocalLive] = field(default_factory=list)

    def others(self, than: LocalLive) -> list[LocalLive]:
        return [member for member in self.members if member is not than]


class LocalLive:
    """Live state in memory; `beside` joins what another one has, as processes are joined by Redis."""

    def __init__(self, *, beside: LocalLive | None = None, now: Callable[[], float] = monotonic) -> None:
        self._news, self._now = News(), now
        self._common: _Common = beside._common if beside else _Common()
        self._common.members.append(self)

    @property
    def news(self) -> int:
        """How many news were seen."""
        return self._news.count

    def notify(self, about: str | None = None) -> None:
        """Tell everybody that something changed; to be called on the event loop."""
        self._news.add(about)
        for other in self._common.others(self):
            other._news.add(about)

    async def wait(self, seen: int, timeout_s: float, *, about: str | None = None) -> int:
        """Return when there are news after `seen`, at the latest after `timeout_s`."""
        return await self._news.wait(seen, timeout_s, about=about)

    async def take(self, bucket: str, units: float, rate: Rate, *, urgent: bool = True) -> float:
        """Take units: 0.0 when they were there, else in how many seconds to ask again."""
        now, buckets = self._now(), self._common.buckets
        found = buckets.setdefault(bucket, _Bucket(rate, rate.burst, now))
        found.rate = rate
        found.fill(now)
        missing = rate.needed(units, urgent=urgent) - found.level
        if missing > 1e-9:
            return missing / rate.per_s
        found.level -= units
        if len(buckets) > MOST_BUCKETS:
            self._forget(now)
        return 0.0

    async def allow(self, name: str, limit: Limit) -> float:
        """Count one more: 0.0 where the limit allows it, else in how many seconds to ask again."""
        if self._common.windows is None:
            from records.windows import Windows  # takes a tenth of a second to import, and commands limit nobody

            self._common.windows = Windows()
        return await self._common.windows.allow(name, limit)

    def _forget(self, now: float) -> None:
        """Full buckets are as good as none."""
        for name, bucket in list(self._common.buckets.items()):
            bucket.fill(now)
            if bucket.level >= bucket.rate.burst:
                del self._common.buckets[name]

    async def hold(self, name: str) -> None:
        """Hold a name from now on."""
        self._common.holders[name] = self
        self.notify(name)

    async def holds(self, name: str) -> bool:
        """Whether it is still held here."""
        return self._common.holders.get(name) is self

    async def release(self, name: str) -> None:
        """Let go of a name."""
        if await self.holds(name):
            del self._common.holders[name]

    def health(self) -> Health:
        """Nothing can be away."""
        return Health("this process")

    async def open(self) -> None:
        """There is nothing to connect."""

    async def close(self) -> None:
        """Leave the others."""
        self._common.members = self._common.others(self)
