"""Calls over the relay: from the caller's last word to our first, many calls at a time."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.served import Served, serving
from bench.wire import percentile
from channels.fake.calls import Call, Handset
from channels.fake.company import Company
from domain.clock import SystemClock

CALLS, ROUNDS = 20, 6
AIM_MS = 150
PAUSE_S = (2.0, 6.0)  # between what a caller hears and says
ASKED = ("is there parking?", "where are you?", "what does a haircut cost?", "are you open on Saturday?")
ANSWER_S = 30.0


@dataclass(slots=True)
class Heard:
    """What was measured: ms from the prompt to the first frame, and each first frame's time of day by call."""

    first_ms: list[float] = field(default_factory=list)
    frames: dict[str, list[float]] = field(default_factory=dict)


async def measure() -> dict[str, Any]:
    """Twenty callers who talk as people do, then twenty who all speak at the same instant."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "home") as served:
        company = company_of(served)
        talked, together = Heard(), Heard()
        await _calls(company, talked, pauses=True)
        await _calls(company, together, pauses=False)
        await company.close()
        steps = _steps(served.home / "qotbot.db", talked)
    return {
        "calls": CALLS, "prompts_each": ROUNDS, "aim_ms": AIM_MS, "talking": _told(talked),
        "all_at_once": _told(together), "talking_steps": steps,
    }  # fmt: skip


def company_of(served: Served) -> Company:
    """The phone company in this process, with the account of the one beside the server."""
    return Company(served.account, served.token, "+15185550100", served.base, SystemClock())


async def _calls(company: Company, heard: Heard, *, pauses: bool) -> None:
    handset, chance = Handset(company), random.Random(7)
    calls = [await handset.call(f"+1202555{chance.randrange(10_000):04d}", "answered") for _ in range(CALLS)]
    if pauses:
        await asyncio.gather(*(_talk(call, heard, random.Random(n)) for n, call in enumerate(calls)))
    else:
        for n in range(ROUNDS):
            await asyncio.gather(*(_ask(call, ASKED[n % len(ASKED)], heard) for call in calls))
    for call in calls:
        await handset.hang_up(call)


async def _talk(call: Call, heard: Heard, chance: random.Random) -> None:
    for n in range(ROUNDS):
        await asyncio.sleep(chance.uniform(*PAUSE_S))
        await _ask(call, ASKED[n % len(ASKED)], heard)


async def _ask(call: Call, words: str, heard: Heard) -> None:
    """Say something; how long until the first frame of the answer."""
    leg = call.leg
    assert leg is not None, "the call is not on the relay"
    turns, frames = leg.turns, len(leg.frames)
    began = time.perf_counter()
    await leg.prompt(words)
    async with asyncio.timeout(ANSWER_S):
        while len(leg.frames) == frames:
            leg.news.clear()
            await leg.news.wait()
        heard.first_ms.append((time.perf_counter() - began) * 1000)
        heard.frames.setdefault(call.sid, []).append(time.time() * 1000)
        while leg.turns == turns:
            leg.news.clear()
            await leg.news.wait()


def _told(heard: Heard) -> dict[str, float]:
    return {
        "prompts": len(heard.first_ms), "p50_ms": percentile(heard.first_ms, 50),
        "p95_ms": percentile(heard.first_ms, 95), "worst_ms": max(heard.first_ms),
    }  # fmt: skip


def _steps(file: Path, heard: Heard) -> dict[str, dict[str, float]]:
    """Where the time went, by the records' own times: heard, turn begun, words committed (released), first frame."""
    steps: dict[str, list[float]] = {"heard_to_begun": [], "begun_to_released": [], "released_to_first_frame": []}
    query = (
        "SELECT min(m.at), t.opened_at, t.answered_at FROM turn t JOIN message m ON m.turn = t.id"
        " WHERE m.direction = 'in' AND t.session = ? GROUP BY t.id ORDER BY t.opened_at"
    )
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        for call, frames in heard.frames.items():
            for (at, opened, answered), first in zip(db.execute(query, (call,)).fetchall(), frames, strict=True):
                steps["heard_to_begun"].append(opened - at)
                steps["begun_to_released"].append(answered - opened)
                steps["released_to_first_frame"].append(first - answered)
    return {name: {"p50_ms": percentile(ms, 50), "p95_ms": percentile(ms, 95)} for name, ms in steps.items()}
