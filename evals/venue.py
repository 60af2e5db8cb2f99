"""Where cases are played: one composition per business and reader, and fresh records for every case.

Composing takes a second, so it is done once per process; between cases the database file is put back as it was before
the first one. Nothing else of a case outlives it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from compose import App, Settings, compose, own_home, shipped_guards
from domain.action import Proposal
from domain.clock import SteppingClock
from domain.errors import BadInput
from domain.guard import Guard
from evals.carrier import Carrier
from evals.case import Case
from graphs import approval
from graphs.readers.standin import StandIn
from records import actions

PACKS = Path(__file__).resolve().parent.parent / "packs"
MEMORY = Path("/dev/shm")  # noqa: S108  a file system in memory, where there is one
KEPT = ("keys", "template.db", "checkpoints.db", "checkpoints.db-wal", "checkpoints.db-shm")


class PinnedClock(SteppingClock):
    """A clock that stands still, and that the next case may set back."""

    def set(self, moment: datetime) -> None:
        """Stand at another instant."""
        self._now = moment.astimezone(self._now.tzinfo)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a composition depends on: the business's folder, what is changed in it, whether a model stands in."""

    business: Path
    changes: str = "{}"
    modelled: bool = False
    without: str | None = None  # a guard that finds nothing
    extensions: Path | None = None


@dataclass(slots=True, kw_only=True)
class Venue:
    """A composed business that cases are played in, one after the other."""

    app: App
    clock: PinnedClock
    carrier: Carrier
    home: Path
    standin: StandIn | None = None
    played: int = 0

    async def begin(self, now: datetime) -> None:
        """Fresh records, a carrier that took nothing, and the clock at `now`."""
        app = self.app
        if self.played:
            held = await app.database.read(lambda tx: actions.in_state(tx, app.pack.business.id, ("held",)))
            for row in held:
                await approval.forget(app.action_graphs[row.tool], row.id)
        app.database.disconnect()
        for file in self.home.iterdir():
            if file.name not in KEPT:
                file.unlink()
        shutil.copyfile(self.home / "template.db", self.home / "qotbot.db")
        self.carrier.taken.clear()
        self.carrier.faults.clear()
        self.clock.set(now)
        self.played += 1


@dataclass(slots=True)
class Venues:
    """The venues of one process, each opened when a case needs it."""

    durable: bool = False
    opened: dict[Scene, Venue] = field(default_factory=dict)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def of(self, case: Case, folder: Path, *, modelled: bool, without: str | None = None) -> Venue:
        """The venue of a case; `BadInput` names a business that cannot be found."""
        scene = scene_of(case, folder, modelled=modelled, without=without)
        if scene not in self.opened:
            home = Path(self.stack.enter_context(memory_folder("venue")))
            venue = await open_venue(scene, home, durable=self.durable)
            self.stack.push_async_callback(venue.app.close)
            venue.app.database.disconnect()
            shutil.copyfile(home / "qotbot.db", home / "template.db")
            self.opened[scene] = venue
        return self.opened[scene]

    async def close(self) -> None:
        """Let go of all of them."""
        self.opened.clear()
        await self.stack.aclose()


def memory_folder(name: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes away, in memory where the machine has a file system there."""
    return tempfile.TemporaryDirectory(
        prefix=f"qotbot-{name}-", dir=MEMORY if MEMORY.is_dir() else None, ignore_cleanup_errors=True
    )


def scene_of(case: Case, folder: Path, *, modelled: bool, without: str | None = None) -> Scene:
    """What a case needs composed; `BadInput` where its business is nowhere."""
    own = (folder / case.extensions).resolve() if case.extensions else None
    if own is not None and not own.is_dir():
        raise BadInput(f"case {case.id}: the extensions folder {own} is missing")
    for place in (folder / case.business, PACKS / case.business):
        if (place / "business.yaml").exists():
            changes = json.dumps(case.overrides, sort_keys=True)
            return Scene(place.resolve(), changes, modelled, without, own)
    known = ", ".join(sorted(p.name for p in PACKS.iterdir() if p.is_dir()))
    raise BadInput(f"case {case.id}: there is no business {case.business!r}; name a pack ({known}) or a folder")


async def open_venue(scene: Scene, home: Path, *, durable: bool = False, carrier: Carrier | None = None) -> Venue:
    """Compose a scene on a home."""
    clock, carrier = PinnedClock(datetime.fromisoformat("2026-01-01T00:00:00+00:00")), carrier or Carrier()
    standin = StandIn() if scene.modelled else None
    overrides: dict[str, dict[str, Any]] = json.loads(scene.changes)
    folder = altered(scene.business, overrides, home / "business") if overrides else scene.business
    settings = Settings(home=home, business=folder, durable=durable, threads=durable, extensions=scene.extensions)
    guards = weakened(shipped_guards(scene.extensions), scene.without) if scene.without else None
    app = await compose(settings, clock, account=carrier.account, model=standin, guards=guards)
    own_home(app)
    if overrides:
        shutil.rmtree(home / "business")
    return Venue(app=app, clock=clock, carrier=carrier, home=home, standin=standin)


def weakened(guards: Sequence[Guard], name: str) -> list[Guard]:
    """The same guards, one of which finds nothing; `BadInput` where there is none of that name."""
    if name not in {guard.name for guard in guards}:
        raise BadInput(f"there is no guard {name!r}; there are {', '.join(g.name for g in guards)}")
    return [replace(g, judge=_nothing) if g.name == name else g for g in guards]


def _nothing(_action: Proposal, _facts: Any) -> None:
    """What a guard finds that is gone."""


def altered(business: Path, overrides: Mapping[str, Mapping[str, Any]], folder: Path) -> Path:
    """A copy of a business's folder with settings changed, mappings merged key by key."""
    shutil.copytree(business, folder, ignore=shutil.ignore_patterns("scenarios"))
    for name, changes in overrides.items():
        file = folder / f"{name}.yaml"
        yaml = YAML(typ="rt")
        data = yaml.load(file.read_text("utf-8"))
        _merge(data, changes)
        text = StringIO()
        yaml.dump(data, text)
        file.write_text(text.getvalue(), "utf-8")
    return folder


def _merge(data: Any, changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(data.get(key), dict):
            _merge(data[key], value)
        else:
            data[key] = value
