"""Recorded scenarios that a process may die in: what reaches it, in order, and what must be true in the end."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rehearsal import PHONE, Salon
from sqlalchemy import event

from domain.message import Delivery
from tools.payments import FilePayments

_WHEN = re.compile(r"by \w+ \d+ \w+ at \d+:\d+ [ap]m")  # how long staff may think: counted from when we came to ask


@dataclass(frozen=True, slots=True)
class Step:
    """Something from outside: a text, a call nobody took, or staff approving a tool's newest action."""

    kind: Literal["text", "call", "approve"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`before` has happened when the scenario begins; a process may die anywhere in `steps`."""

    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()


SCENARIOS = {
    "booking": Scenario((Step("text", "Can I get a haircut with Ana tomorrow at 10:30?"), Step("text", "yes"))),
    "refund": Scenario(
        (Step("text", "yes"), Step("approve", "refund_deposit")),
        before=(
            Step("text", "Can I book a colour with Ana tomorrow at 2pm?"),
            Step("text", "yes"),
            Step("text", "please refund my deposit"),
        ),
    ),
    "short_notice": Scenario(
        (Step("text", "yes"), Step("approve", "book")),
        before=(Step("text", "Can I get a haircut with Ana today at 11:30?"),),
    ),
    "missed_call": Scenario((Step("call"),)),
}


@dataclass
class Fuse:
    """Counts the points a process passes and kills it, as `kill -9` does, at the one it is told."""

    die_at: int | None = None
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        """Pass a point, or die there."""
        self.passed.append(name)
        if len(self.passed) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The same work between two points."""

        async def watched(*given: Any) -> Any:
            self.point(f"before {name}")
            done = await work(*given)
            self.point(f"after {name}")
            return done

        return watched


def lay(fuse: Fuse, salon: Salon) -> None:
    """Lead the fuse through every commit, checkpoint and payment; the carrier's requests pass it already."""
    database, mine = salon.app.database, threading.local()

    def committing(_connection: Any) -> None:
        mine.committed = True
        fuse.point("before commit")

    def returned(_connection: Any, _record: Any) -> None:
        if getattr(mine, "committed", False):
            mine.committed = False
            fuse.point("after commit")

    event.listen(database.writer, "commit", committing)
    event.listen(database.writer, "checkin", returned)
    saver: Any = salon.app.action_graphs["book"].checkpointer
    for name in ("aput", "aput_writes", "adelete_thread"):
        setattr(saver, name, fuse.around(name, getattr(saver, name)))
    pay = FilePayments.refund

    async def refund(self: FilePayments, *, key: str, charge: str, amount_cents: int) -> Delivery:
        fuse.point("before payment")
        outcome = await pay(self, key=key, charge=charge, amount_cents=amount_cents)
        fuse.point("after payment")
        return outcome

    FilePayments.refund = refund  # type: ignore[method-assign]


async def play(salon: Salon, steps: tuple[Step, ...], *, acknowledged: Path) -> None:
    """Do what is not acknowledged yet, each once all is quiet, as a carrier and patient staff would."""
    await salon.app.run_until_idle()
    for number, step in enumerate(steps):
        mark = f"{len(steps)}:{number}:{step.kind}"
        if acknowledged.exists() and mark in acknowledged.read_text().splitlines():
            continue
        await _do(salon, step, sid=mark)
        with acknowledged.open("a") as file:
            file.write(mark + "\n")
        await salon.app.run_until_idle()


async def _do(salon: Salon, step: Step, *, sid: str) -> None:
    match step.kind:
        case "text":
            await salon.hear(step.words, sid=sid)
        case "call":
            await salon.hear("", channel="call", sid=sid)
        case "approve":
            await salon.decide("approve", tool=step.words)


def outcome(salon: Salon) -> dict[str, Any]:
    """All that must be as though the process had never died."""
    return {
        "bookings": [list(r) for r in salon.rows("SELECT service, status, start_at, refunded_cents FROM booking")],
        "taken": [list(r) for r in salon.rows("SELECT resource, start_at, kind FROM allocation WHERE active")],
        "refunds": _lines(salon.app.settings.home / "payments.jsonl"),
        "texts": [_WHEN.sub("by then", body) for body in salon.carrier.bodies(PHONE)],
        "others": len(salon.carrier.bodies()) - len(salon.carrier.bodies(PHONE)),
        "loops": salon.open_loops(),
        "actions": sorted(list(r) for r in salon.rows("SELECT tool, state, count(*) FROM action GROUP BY tool, state")),
        "heard": salon.rows("SELECT count(*) FROM message WHERE direction = 'in'")[0][0],
        "turns": sorted(r[0] for r in salon.rows("SELECT status FROM turn")),
        "jobs": salon.rows("SELECT count(*) FROM job")[0][0],
        "sound": salon.sound(),
    }


def _lines(file: Path) -> list[int]:
    return [json.loads(line)["cents"] for line in file.read_text().splitlines()] if file.exists() else []
