"""Two runs compared case by case: what newly fails, what is fixed, and how sure the difference is."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt
from typing import Any

from domain.errors import BadInput
from evals.finding import Result
from evals.results import Run

Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed from A to B over the runs that both have; `low` and `high` bound the change of the pass rate (95 %).

    `p` is McNemar's exact two-sided probability of so uneven a change by chance.
    """

    pairs: int
    newly_failing: tuple[str, ...]
    newly_fixed: tuple[str, ...]
    newly_violated: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    rate_a: float
    rate_b: float
    low: float
    high: float
    p: float

    @property
    def regressed(self) -> bool:
        """Whether a hard gate broke that held before, or a case newly fails that no live model read."""
        return bool(self.newly_violated or self.newly_failing)

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"regressed": self.regressed}


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs; `BadInput` where they have no run in common."""
    was, now = ({r.name: r for r in run.results} for run in (a, b))
    both = [name for name in was if name in now]
    if not both:
        raise BadInput("these two runs have no case in common, so there is nothing to compare")
    failing = [n for n in both if was[n].ok and not now[n].ok and (now[n].reader != "live" or _hard(now[n]))]
    live = [n for n in both if was[n].ok and not now[n].ok]
    fixed = [n for n in both if not was[n].ok and now[n].ok]
    violated = [n for n in both if _hard(now[n]) and not _hard(was[n])]
    change, half = _interval(len(both), fixed=len(fixed), broken=len(live))
    return Comparison(
        pairs=len(both), newly_failing=tuple(failing), newly_fixed=tuple(fixed), newly_violated=tuple(violated),
        only_a=tuple(n for n in was if n not in now), only_b=tuple(n for n in now if n not in was),
        rate_a=_rate(was, both), rate_b=_rate(now, both), low=round(change - half, 4), high=round(change + half, 4),
        p=_mcnemar(len(fixed), len(live)),
    )  # fmt: skip


def _hard(result: Result) -> bool:
    return result.status in ("violated", "error")


def _rate(results: dict[str, Result], names: list[str]) -> float:
    return round(sum(results[n].ok for n in names) / len(names), 4)


def _interval(pairs: int, *, fixed: int, broken: int) -> tuple[float, float]:
    """The paired difference and half its interval (Agresti and Min: half a pair more in each cell)."""
    n, up, down = pairs + 2, fixed + 0.5, broken + 0.5
    return (fixed - broken) / pairs, Z * sqrt(max(0.0, up + down - (up - down) ** 2 / n)) / n


def _mcnemar(fixed: int, broken: int) -> float:
    n, k = fixed + broken, min(fixed, broken)
    return round(min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n), 4) if n else 1.0
