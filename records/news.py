"""News within one process: a count that grows, and those who wait for it to grow."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

REMEMBERED = 10_000


class News:
    """A counter; who waits for news about one thing is not woken by what is about another."""

    def __init__(self) -> None:
        self.count = 0
        self._last: OrderedDict[str, int] = OrderedDict()  # the newest about each thing
        self._general = 0  # the newest about nothing in particular, or about a thing that was forgotten
        self._waiting: dict[asyncio.Event, str | None] = {}

    def add(self, about: str | None = None) -> None:
        """One more."""
        self.count += 1
        if about is None:
            self._general = self.count
        else:
            self._last[about] = self.count
            self._last.move_to_end(about)
            if len(self._last) > REMEMBERED:
                self._general = max(self._general, self._last.popitem(last=False)[1])
        for waiting, wanted in self._waiting.items():
            if about is None or wanted is None or wanted == about:
                waiting.set()

    async def wait(self, seen: int, timeout_s: float, *, about: str | None = None) -> int:
        """Return the count when there are news after `seen`, at the latest after `timeout_s`."""
        newest = self.count if about is None else max(self._general, self._last.get(about, 0))
        if newest > seen:
            return self.count
        waiting = asyncio.Event()
        self._waiting[waiting] = about
        try:
            async with asyncio.timeout(timeout_s):
                await waiting.wait()
        except TimeoutError:
            pass
        finally:
            del self._waiting[waiting]
        return self.count
