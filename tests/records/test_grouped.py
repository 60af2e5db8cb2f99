"""Group commit: works that wait together share a transaction, and none of them knows the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

import records.contacts
from domain.errors import Unavailable
from records import schema
from records.database import Database, Scope, Tx
from records.grouped import MOST

SCOPE = Scope(BUSINESS)


def names(tx: Tx) -> list[str]:
    return list(tx.execute(sa.select(schema.business.c.id).order_by(sa.text("rowid"))).scalars())


def named(name: str) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        records.contacts.ensure_business(tx, name, name.title(), now=NOW)
        return name

    return work


class Together:
    """Works that all wait behind one that holds the writer until `go`; each transaction's commit is counted."""

    def __init__(self, database: Database) -> None:
        self.database, self._go, self._holds = database, Event(), Event()
        self.commits = 0
        event.listen(database.writer, "commit", self._committed)

    def _committed(self, _: Any) -> None:
        self.commits += 1

    async def run(self, *works: Callable[[Tx], Any], urgent: Callable[[Tx], Any] | None = None) -> list[Any]:
        def hold(_: Tx) -> None:
            self._holds.set()
            self._go.wait(10)

        held = asyncio.create_task(self.database.write(SCOPE, hold))
        await asyncio.to_thread(self._holds.wait, 10)
        waiting = [asyncio.create_task(self.database.write(SCOPE, work)) for work in works]
        if urgent is not None:
            waiting.append(asyncio.create_task(self.database.write(SCOPE, urgent, urgent=True)))
        await asyncio.sleep(0)  # all have asked by now
        self.commits = 0
        self._go.set()
        await held
        return await asyncio.gather(*waiting, return_exceptions=True)


async def test_works_that_wait_share_a_commit_and_keep_their_order(sqlite: Database) -> None:
    together = Together(sqlite)
    assert await together.run(*(named(f"b{k}") for k in range(MOST))) == [f"b{k}" for k in range(MOST)]
    assert together.commits == 2  # the one that was waited for, and all the others
    assert sqlite.read_now(names) == [BUSINESS, *(f"b{k}" for k in range(MOST))]


async def test_more_than_fit_take_another_commit(sqlite: Database) -> None:
    together = Together(sqlite)
    await together.run(*(named(f"b{k}") for k in range(MOST + 1)))
    assert together.commits == 3


async def test_a_work_that_raises_undoes_itself_alone(sqlite: Database) -> None:
    def half(tx: Tx) -> None:
        named("half")(tx)
        raise LookupError("half way")

    def twice(tx: Tx) -> None:
        tx.execute(sa.insert(schema.business), [{"id": BUSINESS, "name": "Other", "created_at": 1}])

    first, second, third, fourth = await Together(sqlite).run(named("one"), half, twice, named("two"))
    assert (first, fourth) == ("one", "two")
    assert isinstance(second, LookupError)
    assert isinstance(third, IntegrityError)
    assert sqlite.read_now(names) == [BUSINESS, "one", "two"]


async def test_where_the_database_fails_nobody_has_done_anything(sqlite: Database) -> None:
    with sqlite.writer.connect() as alone:
        pages = alone.exec_driver_sql("PRAGMA page_count").scalar_one()
        alone.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")

    def full(tx: Tx) -> None:
        named("x" * 1_000_000)(tx)

    found = await Together(sqlite).run(named("one"), full, named("two"))
    assert [type(one) for one in found] == [Unavailable] * 3
    assert sqlite.read_now(names) == [BUSINESS]
    assert await sqlite.write(SCOPE, named("three")) == "three"


async def test_nobody_hears_of_a_result_before_it_is_committed(sqlite: Database) -> None:
    seen: list[list[str]] = []

    async def told(name: str) -> None:
        await sqlite.write(SCOPE, named(name))
        seen.append(sqlite.read_now(names))

    await asyncio.gather(*(told(f"b{k}") for k in range(5)))
    assert all(f"b{k}" in now for k, now in enumerate(seen))


async def test_urgent_work_comes_first(sqlite: Database) -> None:
    order: list[str] = []
    together = Together(sqlite)
    await together.run(
        lambda _: order.append("other"), lambda _: order.append("late"), urgent=lambda _: order.append("urgent")
    )
    assert order == ["urgent", "other", "late"]
    assert together.commits == 3  # the one that was waited for, the urgent one with one other beside it, the rest


async def test_what_nobody_waits_for_any_more_is_not_done(sqlite: Database) -> None:
    holds, go = Event(), Event()

    def hold(_: Tx) -> None:
        holds.set()
        go.wait(10)

    held = asyncio.create_task(sqlite.write(SCOPE, hold))
    await asyncio.to_thread(holds.wait, 10)
    given_up = asyncio.create_task(sqlite.write(SCOPE, named("given up")))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    go.set()
    await held
    await sqlite.write(SCOPE, named("other"))
    assert sqlite.read_now(names) == [BUSINESS, "other"]


def test_an_event_loop_that_ended_holds_up_nobody_else(sqlite: Database) -> None:
    holds, go = Event(), Event()

    def hold(tx: Tx) -> None:
        holds.set()
        go.wait(10)
        named("one")(tx)

    async def give_up() -> None:
        waiting = asyncio.create_task(sqlite.write(SCOPE, hold))
        await asyncio.to_thread(holds.wait, 10)
        waiting.cancel()

    asyncio.run(give_up())
    go.set()
    assert asyncio.run(asyncio.wait_for(sqlite.write(SCOPE, named("two")), 10)) == "two"
    assert sqlite.read_now(names) == [BUSINESS, "one", "two"]
