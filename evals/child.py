"""A child process that plays turns it is told on standard input, or dies where it is told to.

One JSON object a line comes in (`Order`); one goes out when all is quiet again: {"now": …, "code": …, "heard": …,
"wrong": …}. What is logged goes into a file of the home, line by line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel

from domain.message import Heard
from evals.carrier import Carrier
from evals.case import Case, Turn
from evals.performing import Performance
from evals.readers import Lineup
from evals.venue import open_venue, scene_of
from records.local import LocalLive

LOG = "child.log.jsonl"


class Start(BaseModel):
    """What a child is told first: the case, where its files lie, its home, its clock, and what was heard before."""

    case: dict[str, Any]
    folder: str
    home: str
    key: str
    now: str
    fresh: bool
    heard: int = 0
    code: str = ""


class Order(BaseModel):
    """One turn, and after which commit of it the process dies."""

    turn: dict[str, Any]
    die_after: int | None = None


@dataclass(slots=True)
class Fuse:
    """Counts commits; after the one it is set to, the process is gone."""

    left: int | None = None

    def burn(self) -> None:
        """A commit has happened."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Fused(LocalLive):
    """News of commits that a fuse burns on."""

    def __init__(self, burn: Callable[[], None]) -> None:
        super().__init__()
        self._burn = burn

    def notify(self, about: str | None = None) -> None:
        """Tell everybody, if the process lives."""
        self._burn()
        super().notify(about)


async def serve() -> None:
    """Play what is told until the input ends."""
    start = Start.model_validate_json(sys.stdin.readline())
    case, home, fuse = Case.model_validate(start.case), Path(start.home), Fuse()
    _log_into(home / LOG)
    venue = await open_venue(
        scene_of(case, Path(start.folder), modelled=Lineup().modelled(case)),
        home,
        carrier=Carrier(home / "carrier.jsonl"),
    )
    try:
        venue.clock.set(datetime.fromisoformat(start.now))
        venue.app.database.live = Fused(fuse.burn)
        reader = Lineup().stand(venue, case, Path(start.folder))
        show = Performance(venue, case, start.key, heard=start.heard, code=start.code)
        if start.fresh:
            await show.seed()
        await venue.app.run_until_idle()
        _say(show)
        for line in sys.stdin:
            order = Order.model_validate_json(line)
            turn = Turn.model_validate(order.turn)
            reader.turn(turn)
            fuse.left = order.die_after
            wrong = await show.perform(turn)
            fuse.left = None
            reader.check()
            _say(show, wrong)
    finally:
        await venue.app.close()


def _log_into(file: Path) -> None:
    """Write what is logged as JSON lines at once: the process may be gone with the next commit."""
    lines = file.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer(default=str)],
        logger_factory=structlog.WriteLoggerFactory(lines), cache_logger_on_first_use=False,
    )  # fmt: skip


def _say(show: Performance, wrong: str | None = None) -> None:
    now = show.venue.clock.now().isoformat()
    last: Heard | None = show.last
    said = {"now": now, "heard": show.heard, "code": show.code, "last": last.provider_id if last else None,
            "wrong": wrong}  # fmt: skip
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve on standard input and output."""
    asyncio.run(serve())
