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
FIGURES = (
    ("pass_rate", "passed, of all runs"),
    ("violation_rate", "runs that broke an invariant"),
    ("gate_coverage", "effects with a decision before them"),
    ("false_claims", "claims without the effect"),
    ("violations_per_1000_messages", "violations per 1,000 messages"),
    ("escalation_rate", "runs in which a person was asked"),
    ("case_ms_p50", "ms a case, median"),
    ("case_ms_p95", "ms a case, 95 %"),
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
        about=run.about, figures=run.figures, shown=[(text, run.figures[name]) for name, text in FIGURES],
        results=results, bad=[r for r in results if not r.ok], turns=_turns, covered=_covered(run), killed=killed,
    )  # fmt: skip


def _turns(result: Result) -> list[dict[str, Any]]:
    """A result's transcript by turns, each with what is wrong with it."""
    numbers = sorted({line.turn for line in result.transcript} | {f.turn for f in result.failures})
    return [
        {
            "number": n,
            "lines": [line for line in result.transcript if line.turn == n],
            "failures": [f for f in result.failures if f.turn == n],
            "violations": [v for v in result.violations if v.turn == n],
        }
        for n in numbers
    ]


def _covered(run: Run) -> list[Covered]:
    return coverage(run.results)
