"""Group commit: units of work that wait for the one writer share a transaction, each within a savepoint of its own.

A commit that is synced to the disk costs as much for many units as for one. Nobody hears of their result before the
commit. A unit that raises undoes itself alone; where the database itself fails, nobody in the group has done anything.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

T = TypeVar("T")
Work = Callable[[sa.Connection], Any]
MOST: Final = 16  # units in one transaction: the first of them waits for the last
BESIDE: Final = 1  # units that are not urgent beside urgent ones: those come first, and nothing stands still


@dataclass(frozen=True, slots=True)
class Unit:
    """Work that somebody waits for on an event loop."""

    work: Work
    awaited: asyncio.Future[Any]

    def tell(self, outcome: Any) -> None:
        """Wake who waits, on their own thread; an exception is raised there."""
        with suppress(RuntimeError):  # their event loop has ended, and who waited with it
            self.awaited.get_loop().call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: Any) -> None:
        if self.awaited.done():  # who waited was cancelled
            return
        if isinstance(outcome, Failed):
            self.awaited.set_exception(outcome.problem)
        else:
            self.awaited.set_result(outcome)


@dataclass(frozen=True, slots=True)
class Failed:
    """What a unit raised."""

    problem: BaseException


class GroupedWriter:
    """The one writer's thread; `begin` opens a transaction that is committed at its end."""

    def __init__(self, begin: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self.thread: Executor = ThreadPoolExecutor(1, "write")
        self._begin = begin
        self._lock = Lock()
        self._urgent: deque[Unit] = deque()
        self._others: deque[Unit] = deque()
        self._runs = False

    async def write(self, work: Callable[[sa.Connection], T], *, urgent: bool = False) -> T:
        """Do the work in a transaction, alone or with others; `urgent` work comes before all that is not."""
        unit = Unit(work, asyncio.get_running_loop().create_future())
        with self._lock:
            (self._urgent if urgent else self._others).append(unit)
            starts, self._runs = not self._runs, True
        if starts:
            self.thread.submit(self._run)
        result: T = await unit.awaited
        return result

    def _run(self) -> None:
        while units := self._next():
            for unit, outcome in self._done(units):
                unit.tell(outcome)

    def _next(self) -> list[Unit]:
        """The units of the next transaction; none when nothing waits."""
        with self._lock:
            units = _taken(self._urgent, MOST)
            units += _taken(self._others, BESIDE if units else MOST)
            self._runs = bool(units)
            return units

    def _done(self, units: list[Unit]) -> list[tuple[Unit, Any]]:
        """The units with what became of them, after the commit."""
        try:
            with self._begin() as tx:
                if len(units) == 1:
                    return [(units[0], units[0].work(tx))]
                return [(unit, _apart(tx, unit.work)) for unit in units]
        except BaseException as problem:  # noqa: BLE001  it is raised where the result is awaited
            return [(unit, Failed(problem)) for unit in units]


def _taken(waiting: deque[Unit], most: int) -> list[Unit]:
    """The first of those that wait, without those that nobody waits for any more."""
    units: list[Unit] = []
    while waiting and len(units) < most:
        unit = waiting.popleft()
        if not unit.awaited.cancelled():
            units.append(unit)
    return units


def _apart(tx: sa.Connection, work: Work) -> Any:
    """The work's result, or what it raised after it was undone.

    What the database could not do is raised: SQLite may have undone the whole transaction then, as it does when the
    disk is full or cannot be read or written (sqlite.org/lang_transaction.html).
    """
    try:
        with tx.begin_nested():
            return work(tx)
    except (OperationalError, sqlite3.OperationalError):
        raise
    except BaseException as problem:  # noqa: BLE001  it is raised where the result is awaited
        return Failed(problem)
