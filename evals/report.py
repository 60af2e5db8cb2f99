"""A run as one HTML file that needs nothing else: violations first, transcripts with the door's decisions inline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.coverage import Covered, Kill, coverage
from evals.finding import Result
from evals.results import Run

ORDER = {"violated": 0, "error": 1, "failed": 2, "passed": 3}
SHARES = ("pass_rate", "violation_rate", "gate_coverage", "escalation_rate")
FIGURES = (
    ("pass_rate", "passed, of all runs"),
    ("violation_rate", "runs that broke an invariant"),
    ("gate_coverage", "effects with a decision before them"),
    ("false_claims", "claims without the effect"),
    ("violations_per_1000_messages", "violations per 1,000 messages"),
    ("escalation_rate", "runs in which a person was asked"),
    ("turn_ms_p50", "a turn, median"),
    ("turn_ms_p95", "a turn, 95 %"),
    ("case_ms_p95", "a case, 95 %"),
    ("cost_cents", "the texts, at list price"),
    ("model_calls", "questions to a model"),
    ("drifted", "recorded readings whose question changed"),
)


def html(run: Run, *, killed: Sequence[Kill] = ()) -> str:
    """The page of a run."""
    here = Path(__file__).resolve().parent
    environment = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    results = sorted(run.results, key=lambda r: (ORDER[r.status], r.suite, r.name))
    page = environment.get_template("report.html.j2")
    return page.render(
        about=run.about, figures=run.figures, results=results, turns=_turns, spent=_spent,
        shown=[(text, _figure(name, run.figures[name])) for name, text in FIGURES if name in run.figures],
        bad=[r for r in results if not r.ok], covered=_covered(run), killed=killed,
    )  # fmt: skip


def _turns(result: Result) -> list[dict[str, Any]]:
    """A result's transcript by turns, each with what is wrong with it; what is wrong at the end stands at the end."""
    numbers = sorted({line.turn for line in result.transcript} | {f.turn for f in result.failures if f.turn})
    return [
        {
            "number": n,
            "ms": _time(result.turn_ms[n - 1]) if 0 < n <= len(result.turn_ms) else "",
            "lines": [line for line in result.transcript if line.turn == n],
            "failures": [f for f in result.failures if n and f.turn == n],
            "violations": [v for v in result.violations if v.turn == n],
        }
        for n in numbers
    ]


def _figure(name: str, value: float) -> str:
    if name in SHARES:
        return f"{100 * value:.3g} %"
    if "_ms_" in name:
        return _time(value)
    return f"{value:.2f} ¢" if name == "cost_cents" else f"{value:g}"


def _time(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def _spent(result: Result) -> str:
    """What a run took, in a few words."""
    asked = f", {result.model_calls} questions to a model" if result.model_calls else ""
    return f"{_time(result.ms)}, {result.sends} messages for {result.cost_cents:.2f} ¢{asked}"


def _covered(run: Run) -> list[Covered]:
    return coverage(run.results)
