"""Cases with a restart run the real process as a child, which is killed with SIGKILL, and another one takes over."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from compose import embedded, load_pack
from domain.errors import BadInput
from evals.carrier import Carrier
from evals.case import Turn
from evals.child import LOG
from evals.finding import Result
from evals.recording import Recorder
from evals.venue import memory_folder, scene_of
from evals.watch import Playing, Watch
from records.database import open_database
from records.keys import open_keys

LIMIT_S = 120.0


@dataclass(slots=True, kw_only=True)
class Cast:
    """The child that plays now, and what its successor must know."""

    playing: Playing
    home: Path
    child: asyncio.subprocess.Process | None = None
    known: dict[str, Any] = field(default_factory=dict)
    dying: int | None = None

    async def perform(self, turn: Turn) -> str | None:
        """Have a turn played; a process that dies in it is followed, and what it was told is told once more.

        That is what a carrier does with a webhook that was not acknowledged.
        """
        if turn.restart is not None:
            if turn.restart.after_commit is None:
                await self.kill()
                await self.follow()
            self.dying = turn.restart.after_commit
            return None
        dying, self.dying = self.dying, None
        before = dict(self.known)
        if await self._told(turn, dying):
            return self._wrong()
        if dying is None:
            raise BadInput(f"case {self.playing.case.id}: the child process died by itself")
        self.known = {**before, "now": self.known.get("now", before.get("now"))}
        await self.follow()
        if not await self._told(turn, None):
            raise BadInput(f"case {self.playing.case.id}: the child process died by itself")
        return self._wrong()

    def _wrong(self) -> str | None:
        found = self.known.get("wrong")
        return str(found) if found else None

    async def _told(self, turn: Turn, dying: int | None) -> bool:
        child = self.child
        if child is None or child.stdin is None:
            raise BadInput("there is no child process")
        order = {"turn": turn.model_dump(mode="json", by_alias=True, exclude_unset=True), "die_after": dying}
        child.stdin.write((json.dumps(order) + "\n").encode())
        await child.stdin.drain()
        return await self._answered(child)

    async def _answered(self, child: asyncio.subprocess.Process) -> bool:
        assert child.stdout is not None  # noqa: S101  it was made with pipes
        async with asyncio.timeout(LIMIT_S):
            line = await child.stdout.readline()
        if not line:
            await child.wait()
            self.child = None
            return False
        self.known = json.loads(line)
        return True

    async def follow(self, *, fresh: bool = False) -> None:
        """Start the next process on the same home."""
        case, loaded = self.playing.case, self.playing.loaded
        start = {
            "case": case.as_json(), "folder": str(loaded.folder), "home": str(self.home), "fresh": fresh,
            "key": f"{case.id}:{self.playing.seed}", "now": self.known["now"], "heard": self.known.get("heard", 0),
            "code": self.known.get("code", ""),
        }  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "qotbot", "eval", "child", stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self.child = child
        assert child.stdin is not None  # noqa: S101  it was made with pipes
        child.stdin.write((json.dumps(start) + "\n").encode())
        await child.stdin.drain()
        if not await self._answered(child):
            raise BadInput(f"case {case.id}: the child process could not start; try 'qotbot doctor'")

    async def kill(self) -> None:
        """End the process as a power cut would."""
        if self.child is not None:
            self.child.kill()
            await self.child.wait()
            self.child = None


async def in_a_child(playing: Playing, result: Result) -> Result:
    """Play a case in child processes, one after the other; evidence is read from the home they share."""
    case = playing.case
    with memory_folder("child") as name:
        home = Path(name)
        scene = scene_of(case, playing.loaded.folder, modelled=False)
        pack = load_pack(scene.business)
        begin = datetime.fromisoformat(case.clock.now)
        now = begin if begin.tzinfo else begin.replace(tzinfo=pack.business.tz)
        async with _cast(playing, home, now) as cast:
            database = open_database(embedded(home), durable=False, threads=False)
            recorder = Recorder(database=database, pack=pack, case=case, public_hex=open_keys(home / "keys").public_hex)
            watch = Watch(playing=playing, recorder=recorder)
            try:
                for number, turn in enumerate(case.turns, 1):
                    await watch.turn(number, turn, perform=cast.perform)
                await cast.kill()  # what it logged last lies in its file now
                watch.logs = logged(home / LOG)
                return await watch.end(result, carried=Carrier(home / "carrier.jsonl").taken)
            finally:
                database.close()


def logged(file: Path) -> list[dict[str, Any]]:
    """What the children logged; the last line of one that was killed may be cut off."""
    found = []
    for line in file.read_text("utf-8", "replace").splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append({"event": line})
    return found


@asynccontextmanager
async def _cast(playing: Playing, home: Path, now: datetime) -> AsyncIterator[Cast]:
    cast = Cast(playing=playing, home=home, known={"now": now.isoformat()})
    await cast.follow(fresh=True)
    try:
        yield cast
    finally:
        await cast.kill()
