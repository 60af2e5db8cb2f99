"""Running scenarios in processes that die: orders to a nursery, and what must hold after every death."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
APART = 3  # minutes between a death and the next start: longer than any lease
Fresh = Callable[[str], str]


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A process to fork from."""
    path = os.pathsep.join(str(ROOT / part) for part in (".", "tests", "tests/workers"))
    command = [sys.executable, str(ROOT / "tests" / "workers" / "nursery.py")]
    with (
        tempfile.TemporaryDirectory(prefix="qotbot-deaths-") as folder,
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
        ) as process,
    ):  # fmt: skip
        yield Nursery(process, Path(folder), complaints)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Nursery:
    """Plays scenarios from a fresh home each; `fresh(name)` makes a database, else each home has its own file."""

    process: subprocess.Popen[str]
    folder: Path
    complaints: Any
    fresh: Fresh | None = None
    urls: dict[Path, str | None] = field(default_factory=dict)
    count: int = 0

    def begun(self, scenario: str) -> Path:
        """A home where all that precedes the scenario has happened."""
        home = self.folder / f"{scenario}-begun"
        if not home.exists():
            home.mkdir()
            self.urls[home] = self.fresh("") if self.fresh else None
            self.order(home, scenario, before=True)
        return home

    def home(self, scenario: str) -> Path:
        """A copy of such a home to die in."""
        start = self.begun(scenario)
        self.count += 1
        copy = self.folder / f"{scenario}-{self.count}"
        shutil.copytree(start, copy)
        url = self.urls[start]
        self.urls[copy] = self.fresh(url) if self.fresh and url else None
        return copy

    def order(
        self, home: Path, scenario: str, *, before: bool = False, minute: int = 0, die_at: int | None = None
    ) -> dict[str, Any]:
        """Have a child play on; what it reports, or by which signal it died."""
        asked = {
            "home": str(home), "url": self.urls[home], "scenario": scenario, "before": before, "minute": minute,
            "die_at": die_at,
        }  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.complaints.seek(0)
            raise RuntimeError(f"the nursery ended:\n{self.complaints.read()[-4000:]}")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise AssertionError(said["error"])
        return said

    def undisturbed(self, scenario: str) -> tuple[list[str], dict[str, Any]]:
        """The points of a scenario that nobody dies in, and its outcome."""
        said = self.order(self.home(scenario), scenario, minute=1)
        return said.pop("points"), said

    def after_deaths(self, scenario: str, *points: int) -> dict[str, Any]:
        """The outcome where one process after the other dies at its point and the last one goes on to the end."""
        home = self.home(scenario)
        for minute, point in enumerate(points, start=1):
            said = self.order(home, scenario, minute=minute * APART, die_at=point)
            if "killed" not in said:  # it was done before it came there
                break
            assert said["killed"] == signal.SIGKILL
        said = self.order(home, scenario, minute=(len(points) + 1) * APART)
        del said["points"]
        shutil.rmtree(home)
        return said
