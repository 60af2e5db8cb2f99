"""News between the parts of one process: something was committed, look again."""

from __future__ import annotations

import asyncio


class Live:
    """A counter that grows with every commit and wakes those who wait for it to grow.

    News may be missed across processes, so waiters also look by themselves after their timeout.
    """

    def __init__(self) -> None:
        self._news = 0
        self._waiting: set[asyncio.Event] = set()

    @property
    def news(self) -> int:
        """How many commits this process has seen."""
        return self._news

    def notify(self) -> None:
        """Tell everybody that something changed; to be called on the event loop."""
        self._news += 1
        for waiting in self._waiting:
            waiting.set()

    async def wait(self, seen: int, timeout_s: float) -> int:
        """Return when there is news after `seen`, at the latest after `timeout_s`."""
        if self._news > seen:
            return self._news
        waiting = asyncio.Event()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(timeout_s):
                await waiting.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(waiting)
        return self._news
