"""Evaluations: six-turn cases a minute on two cores at both durabilities, and the price of the invariants."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from evals.case import Case
from evals.run import Options, run
from evals.suite import Loaded

CORES = 2
CASES, WARM = 60, 8
TURNS = ("cut friday 3pm", "yes", "move my haircut to 4pm", "yes", "cancel my haircut", "yes")


def loaded(count: int) -> list[Loaded]:
    """The same six turns again and again: book, move and cancel, each with its read-back and its yes."""
    made = [
        Case.model_validate({
            "id": f"six-{n}", "clock": {"now": "2026-11-24T10:00:00-05:00"}, "turns": [{"user": [t]} for t in TURNS],
            "expect": [{"state": {"bookings": {"count": 1, "where": {"status": "cancelled"}}}}],
        })
        for n in range(count)
    ]  # fmt: skip
    return [Loaded(case, Path("bench"), 1) for case in made]


def pace(*, durable: bool, count: int = CASES) -> dict[str, Any]:
    """How many cases a minute two processes play, from start to end, and the processor time of one case."""
    cases = loaded(count)
    began = time.perf_counter()
    results = run(cases, Options(workers=CORES, durable=durable))
    wall = time.perf_counter() - began
    passed = sum(result.ok for result in results)
    spent, judged = (sum(getattr(r, name) for r in results) for name in ("cpu_ms", "invariants_ms"))
    steady = sorted(r.cpu_ms for r in results[WARM:])[len(results[WARM:]) // 2]
    return {
        "cases": count, "passed": passed, "wall_s": round(wall, 2), "per_minute": round(60 * count / wall, 1),
        "cpu_ms_a_case": round(spent / count, 1), "cpu_ms_median": round(steady, 1),
        "per_minute_by_cpu": round(CORES * 60_000 / (spent / count), 1),
        "invariants_percent": round(100 * judged / spent, 1),
    }  # fmt: skip


def measure() -> dict[str, Any]:
    """Both durabilities, one after the other."""
    return {"cores": CORES, "relaxed": pace(durable=False), "durable": pace(durable=True)}


def shown(found: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = []
    for name in ("relaxed", "durable"):
        one = found[name]
        lines.append(
            f"six-turn cases, {name:8} {one['per_minute']:7.0f} a minute on {found['cores']} cores by the clock, "
            f"{one['per_minute_by_cpu']:.0f} by processor time ({one['cpu_ms_a_case']:.0f} ms a case, median "
            f"{one['cpu_ms_median']:.0f}); invariants {one['invariants_percent']:.1f} % of it; "
            f"{one['passed']} of {one['cases']} passed"
        )
    return "\n".join(lines)
