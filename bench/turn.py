"""CPU per turn, bytes per turn and the price of one pass through the guards."""

from __future__ import annotations

import gc
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from bench.ours import Ours
from bench.plain import Plain
from domain.action import Proposal
from guards.facts import load_facts
from guards.gate import ask
from records.database import Tx
from tools.book import TOOL as BOOK

RUNS = 5
PEOPLE = 4
AT_TURN = 10
STEPS = (10, 100)
PASSES = 400


class Contender(Protocol):
    """What is measured."""

    @property
    def name(self) -> str: ...
    async def turn(self, person: str, n: int) -> None: ...
    def check(self, turns: int) -> None: ...
    async def fsync(self) -> str: ...
    def files(self) -> list[Path]: ...
    async def close(self) -> None: ...


Opener = Callable[[Path], Awaitable[Contender]]
CONTENDERS: dict[str, Opener] = {
    "ours": Ours.open,
    "default": lambda home: Plain.open(home, None),
    "exit": lambda home: Plain.open(home, "exit"),
}


async def cpu() -> dict[str, Any]:
    """CPU milliseconds of the tenth turn, all threads: median of interleaved runs, each the mean over some people."""
    found: dict[str, list[float]] = {key: [] for key in CONTENDERS}
    about: dict[str, str] = {}
    for run in range(RUNS + 1):  # the first run warms up
        for key, open_one in CONTENDERS.items():
            with tempfile.TemporaryDirectory() as folder:
                contender = await open_one(Path(folder))
                try:
                    spent = await _tenth_turn(contender)
                    about[key] = f"{contender.name} ({await contender.fsync()})"
                    contender.check(PEOPLE * AT_TURN)
                finally:
                    await contender.close()
            if run:
                found[key].append(spent * 1000)
    return {key: {"about": about[key], "median_ms": median(runs), "runs_ms": runs} for key, runs in found.items()}


async def _tenth_turn(contender: Contender) -> float:
    people = [f"w-{k}" for k in range(PEOPLE)]
    for n in range(1, AT_TURN):
        for person in people:
            await contender.turn(person, n)
    gc.collect()
    start = time.process_time()
    for person in people:
        await contender.turn(person, AT_TURN)
    return (time.process_time() - start) / PEOPLE


async def sizes() -> dict[str, Any]:
    """Bytes in use per turn over the ten turns that end at each step, in database and checkpoints together."""
    found: dict[str, Any] = {}
    for key, open_one in CONTENDERS.items():
        with tempfile.TemporaryDirectory() as folder:
            contender = await open_one(Path(folder))
            try:
                found[key] = await _growth(contender)
                contender.check(STEPS[-1])
            finally:
                await contender.close()
    return found


async def _growth(contender: Contender) -> dict[str, Any]:
    used: dict[int, int] = {}
    for n in range(STEPS[-1] + 1):
        if n:
            await contender.turn("w-0", n)
        if n in (0, *STEPS, *(step - 10 for step in STEPS)):
            used[n] = sum(_used(file) for file in contender.files())
    grown = {str(step): (used[step] - used[step - 10]) / 10 for step in STEPS}
    return {"bytes_per_turn_at": grown, "files_bytes": sum(f.stat().st_size for f in contender.files())}


def _used(file: Path) -> int:
    """Bytes in use in a database, without the free room of its pages, after its log was folded in."""
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA busy_timeout=5000")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        used: int = db.execute("SELECT sum(pgsize - unused) FROM dbstat").fetchone()[0]
    db.close()
    return used


async def guard_pass() -> dict[str, float]:
    """CPU microseconds of one pass of all guards over a booking: with its facts loaded, and the rules alone."""
    with tempfile.TemporaryDirectory() as folder:
        ours = await Ours.open(Path(folder))
        await ours.turn("w-0", 1)
        deps = ours.app.deps

        def work(tx: Tx) -> dict[str, float]:
            contact, turn = tx.exec_driver_sql("SELECT contact, id FROM turn").one()
            args = {"service": "haircut", "staff": "ana", "start": 1_795_531_200_000, "price_cents": 4500, "name": None}
            proposal = Proposal(
                tool="book", args=args, tier=BOOK.tier, purpose=BOOK.purpose, assurance=BOOK.assurance,
                business=deps.pack.business.id, contact=contact, cause=turn, proposed_by="bench", turn=turn,
                channel="web", address="w-0", snapshot=deps.pack.snapshot,
            )  # fmt: skip
            clearance = deps.clearance()

            def once() -> Any:
                facts = load_facts(tx, proposal, clearance)
                return [ask(guard, proposal, facts) for guard in deps.guards]

            facts = load_facts(tx, proposal, clearance)
            words = {"text": f"{deps.pack.business.name}: autumn colors. Reply STOP to opt out.", "author": "assistant"}
            offer = replace(proposal, tool="message", args=words, purpose="marketing", tier=1, turn=None,
                            channel="sms", address="+12125550143")  # fmt: skip
            about = load_facts(tx, offer, clearance)
            return {
                "facts_and_guards_us": _per_call(once),
                "guards_us": _per_call(lambda: [ask(guard, proposal, facts) for guard in deps.guards]),
                "offer_us": _per_call(lambda: [ask(guard, offer, about) for guard in deps.guards]),
            }

        found = ours.app.database.read_now(work)
        await ours.close()
        return found


def _per_call(call: Callable[[], Any]) -> float:
    for _ in range(20):
        call()
    start = time.process_time()
    for _ in range(PASSES):
        call()
    return (time.process_time() - start) / PASSES * 1e6
