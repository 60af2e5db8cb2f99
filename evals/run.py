"""Running suites: many cases, seeds and perturbations over several processes."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Literal

import uvloop

from evals.finding import Result
from evals.perturbing import perturbed
from evals.play import play
from evals.readers import Lineup
from evals.suite import Loaded
from evals.venue import Venues
from evals.watch import Playing

CORES = os.cpu_count() or 1
SMALL = 12  # so few runs are not worth starting processes for


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a suite is run. With a live model everything runs in this process, one case after the other."""

    seeds: int = 1
    perturbations: tuple[str, ...] = ()
    workers: int = CORES
    durable: bool = False
    without: str | None = None
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a case, small enough to be sent to a process."""

    loaded: Loaded
    seed: int = 0
    perturbation: str = ""


def tasks(loaded: Sequence[Loaded], options: Options) -> list[Task]:
    """Every run: each case as it stands, then under each perturbation, with each seed."""
    return [
        Task(one, seed, name)
        for one in loaded
        for seed in range(options.seeds)
        for name in ("", *options.perturbations)
        if not (seed and not name)  # without a perturbation nothing depends on the seed
    ]


def run(
    loaded: Sequence[Loaded], options: Options, *, each: Callable[[Result], None] | None = None,
    lineup: Lineup | None = None,
) -> list[Result]:  # fmt: skip
    """Run a suite; the results in the order of its cases. `each` hears of every result as it comes."""
    wanted = tasks(loaded, options)
    if lineup is not None or options.workers < 2 or len(wanted) < SMALL:
        return uvloop.run(_here(wanted, options, lineup or Lineup(), each=each))
    found: dict[int, Result] = {}
    with ProcessPoolExecutor(options.workers, mp_context=multiprocessing.get_context(way())) as pool:
        parts = list(_parts(wanted, options.workers))
        waiting = {pool.submit(_work, [wanted[k] for k in part], options): part for part in parts}
        for done in as_completed(waiting):
            for k, result in zip(waiting[done], done.result(), strict=True):
                found[k] = result
                if each is not None:
                    each(result)
    return [found[k] for k in range(len(wanted))]


def way() -> Literal["fork", "spawn"]:
    """How workers start: forked, where nothing but this thread runs; else afresh, which costs each seconds of imports.

    Forking a process that runs threads is not safe, and not on macOS either.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _parts(wanted: Sequence[Task], workers: int) -> Iterator[list[int]]:
    """Parts of the work: the slow ones first, the others in large ones, for each part composes its own venues."""
    size = max(1, min(200, -(-len(wanted) // (workers * 2))))
    slow = [k for k, task in enumerate(wanted) if _restarts(task)]
    quick = [k for k in range(len(wanted)) if k not in set(slow)]
    yield from ([k] for k in slow)
    for at in range(0, len(quick), size):
        yield quick[at : at + size]


def _restarts(task: Task) -> bool:
    return task.perturbation == "killed" or any(turn.kind == "restart" for turn in task.loaded.case.turns)


async def _here(
    wanted: Sequence[Task], options: Options, lineup: Lineup, *, each: Callable[[Result], None] | None
) -> list[Result]:
    venues, found = Venues(durable=options.durable), []
    try:
        for task in wanted:
            found.append(await play(venues, playing_of(task, options, lineup)))
            if each is not None:
                each(found[-1])
    finally:
        await venues.close()
    return found


def playing_of(task: Task, options: Options, lineup: Lineup) -> Playing:
    """How a run is played; `BadInput` names a perturbation that does not exist."""
    case = perturbed(task.loaded.case, task.perturbation, task.seed) if task.perturbation else task.loaded.case
    return Playing(
        loaded=task.loaded, case=case, seed=task.seed, perturbation=task.perturbation, without=options.without,
        lineup=lineup, checked=options.checked, judges=lineup.judges,
    )  # fmt: skip


def _work(part: list[Task], options: Options) -> list[Result]:
    """Play a part in a worker process, at venues that are closed with it: an open one would keep the process."""
    return uvloop.run(_here(part, options, Lineup(), each=None))
