"""Figures over results: who passed, how often invariants broke, pass^k, how long it took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import comb, nan
from statistics import quantiles
from typing import Any

from evals.finding import Result
from evals.invariants import NAMES


def pass_k(runs: Iterable[tuple[int, int]], k: int) -> float:
    """The mean over cases of C(c, k) / C(n, k), for (n runs, c passed) each; NaN where a case has fewer runs than k."""
    found = [comb(c, k) / comb(n, k) if n >= k else nan for n, c in runs]
    return sum(found) / len(found) if found else nan


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """All figures of a run; rates are shares of 1."""
    states = Counter(r.status for r in results)
    sends = sum(r.sends for r in results)
    writes = sum(r.writes for r in results)
    ungated = sum(1 for r in results for v in r.violations if v.invariant == "every_write_gated")
    held = Counter(v.invariant for r in results for v in r.violations)
    return {
        "runs": len(results),
        "cases": len({r.case for r in results}),
        "passed": states["passed"],
        "failed": states["failed"],
        "violated": states["violated"],
        "errors": states["error"],
        "pass_rate": _share(states["passed"], len(results)),
        "pass_k": _each_k(results),
        "violation_rate": _share(states["violated"], len(results)),
        "violations": {name: held[name] for name in NAMES},
        "violations_per_1000_messages": round(1000 * sum(held.values()) / sends, 2) if sends else 0.0,
        "gate_coverage": _share(writes - ungated, writes) if writes else 1.0,
        "false_claims": held["no_false_claim"],
        "messages": sends,
        "writes": writes,
        "turns": sum(r.turns for r in results),
        "escalation_rate": _share(sum(1 for r in results if r.exercised.get("followups")), len(results)),
        "model_calls": sum(r.model_calls for r in results),
        "drifted": sum(r.drifted for r in results),
        "drifted_cases": sum(1 for r in results if r.drifted),
        **_times(results),
    }


def _each_k(results: Sequence[Result]) -> dict[str, float]:
    runs: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        runs[result.case].append(result.ok)
    least = min((len(r) for r in runs.values()), default=0)
    counted = [(len(r), sum(r)) for r in runs.values()]
    return {str(k): round(pass_k(counted, k), 4) for k in range(1, min(least, 8) + 1)}


def _times(results: Sequence[Result]) -> dict[str, float]:
    times = sorted(r.ms for r in results)
    cuts = quantiles(times, n=20) if len(times) > 1 else [*times * 19] or [0.0] * 19
    turns = sorted(ms for r in results for ms in r.turn_ms)
    each = quantiles(turns, n=20) if len(turns) > 1 else [*turns * 19] or [0.0] * 19
    checks = sum(r.invariants_ms for r in results)
    return {
        "turn_ms_p50": round(each[9], 1), "turn_ms_p95": round(each[18], 1),
        "cost_cents": round(sum(r.cost_cents for r in results), 2),
        "case_ms_p50": round(cuts[9], 1), "case_ms_p95": round(cuts[18], 1),
        "invariants_share": _share(checks, sum(times)),
    }  # fmt: skip


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
