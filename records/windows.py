"""Rate limits in sliding windows, by the library limits: in memory, or over Redis."""

from __future__ import annotations

from time import time

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from domain.live import Limit

SOONEST_S = 0.1


class Windows:
    """Counts by name, in a storage of the library; in memory by this process's clock."""

    def __init__(self, storage: Storage | None = None) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(storage or MemoryStorage())

    async def allow(self, name: str, limit: Limit) -> float:
        """Count one more: 0.0 where the limit allows it, else in how many seconds to ask again."""
        item = RateLimitItemPerSecond(limit.units, limit.seconds, namespace="limit")
        if await self._limiter.hit(item, name):
            return 0.0
        free = await self._limiter.get_window_stats(item, name)
        return max(SOONEST_S, free.reset_time - time())
