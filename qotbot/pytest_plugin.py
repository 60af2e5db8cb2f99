"""The pytest plugin: `*.case.yaml` and `*.cases.jsonl` are collected, one test a case; `-k` sees ids and tags.

The application is put on the path and loaded only once a case file is collected.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import asyncio

    from evals.run import Task
    from evals.suite import Loaded
    from evals.venue import Venues

ENDINGS = (".case.yaml", ".cases.jsonl")
MARKERS = (
    "live: read by a live model; runs only with --qotbot-live",
    "full: too slow for every run; runs only with --qotbot-full",
)


class Stage:
    """The venues that a session's cases are played in, and the loop they live on."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None
        self._venues: Venues | None = None

    def play(self, task: Task) -> Any:
        """Play one run of a case."""
        import asyncio

        from evals.play import play
        from evals.readers import Lineup
        from evals.run import Options, playing_of
        from evals.venue import Venues

        if self._runner is None or self._venues is None:
            self._runner, self._venues = asyncio.Runner(), Venues()
        return self._runner.run(play(self._venues, playing_of(task, Options(), Lineup())))

    def close(self) -> None:
        """Let go of everything."""
        if self._runner is not None and self._venues is not None:
            self._runner.run(self._venues.close())
            self._runner.close()
        self._runner = self._venues = None


STAGE = pytest.StashKey[Stage]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our options."""
    group = parser.getgroup("qotbot", "cases of whole conversations")
    group.addoption("--qotbot-seeds", type=int, default=1, help="how many seeds each perturbation is run with")
    group.addoption("--qotbot-perturb", action="append", default=[], help="a perturbation to run every case under too")
    group.addoption("--qotbot-live", action="store_true", help="run the cases that a live model reads")
    group.addoption("--qotbot-full", action="store_true", help="run the cases tagged full")


def pytest_configure(config: pytest.Config) -> None:
    """Name our markers."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.stash[STAGE] = Stage()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of what was composed."""
    if STAGE in config.stash:
        config.stash[STAGE].close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take case files."""
    return CaseFile.from_parent(parent, path=file_path) if file_path.name.endswith(ENDINGS) else None


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a case, seed and perturbation."""
        _reach_the_application()
        from domain.errors import BadInput
        from evals.run import Options, tasks
        from evals.suite import read_file

        wished: Any = self.config.option
        options = Options(seeds=wished.qotbot_seeds, perturbations=tuple(wished.qotbot_perturb))
        try:
            loaded = read_file(self.path)
        except BadInput as problem:
            raise self.CollectError(str(problem)) from problem
        if not loaded:
            raise self.CollectError(f"{self.path}: there is no case in it; a suite that ran nothing proves nothing")
        for task in tasks(loaded, options):
            name = task.loaded.case.id + (f"[{task.perturbation}-{task.seed}]" if task.perturbation else "")
            item: CaseItem = CaseItem.from_parent(self, name=name)
            item.take(task)
            yield item


class CaseItem(pytest.Item):
    """One run of a case."""

    task: Task

    def take(self, task: Task) -> None:
        """The run to play, with what it is found by."""
        self.task = task
        loaded: Loaded = task.loaded
        self.extra_keyword_matches |= {*loaded.case.tags, loaded.suite}
        for name, wanted in (("live", loaded.case.reader.mode == "live"), ("full", "full" in loaded.case.tags)):
            if wanted:
                self.add_marker(name)
                if not self.config.getoption(f"qotbot_{name}"):
                    self.add_marker(pytest.mark.skip(reason=f"needs --qotbot-{name}"))

    def runtest(self) -> None:
        """Play it; what is wrong is the failure's text."""
        result = self.config.stash[STAGE].play(self.task)
        self.user_properties += [("turns", result.turns), ("messages", result.sends), ("status", result.status)]
        if not result.ok:
            raise Wrong(result.told())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The turn, the evidence and the nearest miss, without our own frames."""
        if isinstance(excinfo.value, Wrong):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.task.loaded.line - 1, self.name


class Wrong(AssertionError):
    """A case that does not hold."""


def _reach_the_application() -> None:
    from qotbot import home

    if str(home()) not in sys.path:
        sys.path.insert(0, str(home()))
