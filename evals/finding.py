"""What an assertion came to: whether it holds, and if not, what was looked for, what was there, what came nearest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one assertion fared; `evidence` are the events it rests on, as people read them."""

    holds: bool
    found: int = 0
    wanted: str = ""
    evidence: tuple[str, ...] = ()
    nearest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold: after which turn (0: at the end), what was wanted, what there was."""

    turn: int
    after: str
    assertion: str
    wanted: str
    why: str
    evidence: tuple[str, ...] = ()
    nearest: str = ""
    place: str = ""

    def told(self) -> str:
        """The failure as people read it."""
        where = f"turn {self.turn} ({self.after})" if self.turn else "at the end"
        lines = [f"{where}: {self.assertion}: {self.why}", f"    wanted   {self.wanted}"]
        lines += [f"    place    {self.place}"] if self.place else []
        lines += [f"    evidence {line}" for line in self.evidence] or ["    evidence none"]
        return "\n".join([*lines, *([f"    nearest  {self.nearest}"] if self.nearest else [])])


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An invariant that is broken: a hard gate, whatever the case expects."""

    invariant: str
    what: str
    turn: int = 0
    evidence: tuple[str, ...] = ()

    def told(self) -> str:
        """The violation as people read it."""
        where = f" (turn {self.turn})" if self.turn else ""
        return "\n".join([f"{self.invariant}{where}: {self.what}", *(f"    evidence {line}" for line in self.evidence)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a transcript: when, in which turn, what kind of thing, and the words."""

    turn: int
    at: str
    kind: str
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one case with one seed and perturbation.

    `status` is passed, failed (an expectation), violated (an invariant: a hard gate), or error. `ms` is wall time,
    `cpu_ms` the process's own, `turn_ms` each turn's; `cost_cents` is the list price of the texts; `exercised` is what
    the case touched, for coverage; `drifted` counts recorded readings whose prompt changed since.
    """

    case: str
    suite: str = ""
    place: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    reader: str = "phrasebook"
    seed: int = 0
    perturbation: str = ""
    status: str = "passed"
    failures: tuple[Failure, ...] = ()
    violations: tuple[Violation, ...] = ()
    error: str = ""
    turns: int = 0
    ms: float = 0.0
    cpu_ms: float = 0.0
    turn_ms: tuple[float, ...] = ()
    cost_cents: float = 0.0
    currency: str = ""
    invariants_ms: float = 0.0
    sends: int = 0
    writes: int = 0
    model_calls: int = 0
    drifted: int = 0
    vetoes: tuple[str, ...] = ()
    exercised: dict[str, list[str]] = field(default_factory=dict)
    transcript: tuple[Line, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the case passed."""
        return self.status == "passed"

    @property
    def name(self) -> str:
        """The case with its seed and perturbation, as runs are told apart."""
        return self.case + (f" [{self.perturbation} {self.seed}]" if self.perturbation or self.seed else "")

    def told(self) -> str:
        """What is wrong, as people read it."""
        lines = [f"{self.name} ({self.place}): {self.status}", *(v.told() for v in self.violations)]
        lines += [f.told() for f in self.failures] + [f"judge: {veto}" for veto in self.vetoes]
        return "\n".join([*lines, *([self.error] if self.error else [])])

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON object."""
        return asdict(self)


def result_from(data: dict[str, Any]) -> Result:
    """A result that was written by `as_json`; raises KeyError or TypeError for anything else."""
    given = dict(data)
    given["failures"] = tuple(Failure(**_tupled(f)) for f in data.get("failures", ()))
    given["violations"] = tuple(Violation(**_tupled(v)) for v in data.get("violations", ()))
    given["transcript"] = tuple(Line(**_tupled(line)) for line in data.get("transcript", ()))
    given["turn_ms"] = tuple(data.get("turn_ms", ()))
    given["tags"], given["vetoes"] = tuple(data.get("tags", ())), tuple(data.get("vetoes", ()))
    return Result(**given)


def _tupled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
