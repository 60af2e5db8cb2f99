"""A process that has imported everything: for each order (a JSON line) it forks a child that plays it, or dies."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, TypedDict

import tripwire
from rehearsal import PACK, START, opened
from scenarios import SCENARIOS, Fuse, lay, outcome, play

import compose
from domain.clock import SteppingClock


class Order(TypedDict):
    """What a child is to do; `minute` is when its clock starts, `before` plays what precedes the scenario."""

    home: str
    url: str | None
    scenario: str
    before: bool
    minute: int
    die_at: int | None


async def obey(order: Order) -> dict[str, Any]:
    """Play the order's steps; the points passed and what is true in the end."""
    home, fuse = Path(order["home"]), Fuse(order["die_at"])
    clock = SteppingClock(START + timedelta(minutes=order["minute"]))
    async with opened(home, clock=clock, url=order["url"], point=fuse.point) as salon:
        lay(fuse, salon)
        scenario = SCENARIOS[order["scenario"]]
        steps = scenario.before if order["before"] else scenario.steps
        await play(salon, steps, acknowledged=home / "acknowledged")
        passed = list(fuse.passed)
        return {"points": passed, **outcome(salon)}


def report(work: Callable[[], Coroutine[Any, Any, Any]], pipe: int) -> NoReturn:
    """Do the work, say through the pipe what came of it, and end."""
    try:
        said = asyncio.run(work())
    except Exception:  # noqa: BLE001  whatever it was, the test wants to read it
        said = {"error": traceback.format_exc()}
    os.write(pipe, json.dumps(said).encode())
    os._exit(0)


def main() -> None:
    """Serve orders until the input ends."""
    tripwire.arm()
    build_once()
    for line in sys.stdin:
        ours, theirs = os.pipe()
        if (pid := os.fork()) == 0:
            order = json.loads(line)
            report(lambda: obey(order), theirs)  # noqa: B023  the child never comes back to the loop
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            said = pipe.read()
        status = os.waitpid(pid, 0)[1]
        answer = json.loads(said) if said else {"killed": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def build_once() -> None:
    """Read the salon's folder and compose once here: what is built once a process, the children share."""
    pack, read = compose.load_pack(PACK), compose.load_pack
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(composed(Path(home)))
    compose.load_pack = lambda folder: pack if folder == PACK else read(folder)


async def composed(home: Path) -> None:
    """Compose, and have a conversation, which imports what is imported at first use."""
    async with opened(home) as salon:
        await salon.says("Can I get a haircut with Ana tomorrow at 10:30?")


if __name__ == "__main__":
    main()
