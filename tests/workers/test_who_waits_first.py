"""Who waits comes first: hearing before other writes, and turns that only compute one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

from rehearsal import PHONE, Salon, opened

from domain.reading import Listening, Reading
from graphs.readers.reader import ReadBy
from records.database import Scope, Tx
from records.jobs import Job
from workers.handlers import Graphs, Sending, handlers

JO = "+12025550177"


async def test_hearing_comes_before_what_asked_earlier(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        database, scope = salon.app.database, Scope(salon.app.pack.business.id)
        holds, go = Event(), Event()

        def hold(_: Tx) -> None:
            holds.set()
            go.wait(10)

        def count(tx: Tx) -> int:
            return int(tx.exec_driver_sql("SELECT count(*) FROM message").scalar_one())

        held = asyncio.create_task(database.write(scope, hold))
        await asyncio.to_thread(holds.wait, 10)
        earlier = asyncio.create_task(database.write(scope, count))
        await asyncio.sleep(0)
        hearing = asyncio.create_task(salon.hear("are you open on Saturday?"))
        for _ in range(20):  # until it has asked for the writer, too
            await asyncio.sleep(0)
        go.set()
        assert await earlier == 1, "what was heard stood there before"
        await asyncio.gather(held, hearing)


async def both_turns(salon: Salon, *, asks_model: bool, reads: Callable[[], Awaitable[None]]) -> list[str]:
    """Two people's turns at once; when the reading of each began and ended."""
    told: list[str] = []

    async def understand(_: str, __: Listening) -> ReadBy:
        told.append("begins")
        await reads()
        told.append("ends")
        return ReadBy(Reading(said=[]), "test")

    deps, people = replace(salon.app.deps, understand=understand), []
    for phone in (PHONE, JO):
        people.append((await salon.hear("hello", address=phone)).contact)
    work = handlers(deps, Graphs(salon.app.graph, {}, asks_model=asks_model), Sending())["turn"]
    jobs = [Job(n, "salon", f"contact:{who}", "turn", who, 1, 1) for n, who in enumerate(people)]
    async with asyncio.timeout(20):
        await asyncio.gather(*(work(job) for job in jobs))
    return told


async def test_turns_that_only_compute_run_one_after_the_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:

        async def reads() -> None:
            await salon.app.database.read(lambda _: None)

        assert await both_turns(salon, asks_model=False, reads=reads) == ["begins", "ends"] * 2


async def test_turns_that_wait_for_a_model_wait_beside_each_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        both = asyncio.Barrier(2)

        async def reads() -> None:
            await both.wait()

        assert (await both_turns(salon, asks_model=True, reads=reads))[:2] == ["begins", "begins"]


async def test_the_steps_of_a_turn_wake_nobody_who_waits_for_its_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        got = await salon.hear("I'd like a haircut with Ana on Friday at 3pm")
        deps, live = salon.app.deps, salon.app.database.live
        turn = handlers(deps, Graphs(salon.app.graph, {}, asks_model=False), Sending())["turn"]
        before = live.news
        await turn(Job(1, "salon", f"contact:{got.contact}", "turn", got.contact, 1, 1))
        assert live.news - before == 2, "that it begins, and what is answered"
