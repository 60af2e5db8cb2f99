"""The file of a run's results: versioned JSON, with what it was made on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from domain.errors import BadInput
from evals.figures import figures
from evals.finding import Result, result_from
from graphs.readers.prompt import VERSION

FORMAT = "qotbot-eval-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that was written: what it was made on, its figures, its results."""

    about: dict[str, Any]
    figures: dict[str, Any]
    results: tuple[Result, ...]


def as_json(
    results: Sequence[Result], *, reader: str = "", seconds: float = 0.0, workers: int = 1, without: str | None = None
) -> dict[str, Any]:
    """A run as JSON; `reader` names the live model, if one read, `without` the guard that found nothing."""
    found = figures(results)
    found["cases_per_minute"] = round(60 * len(results) / seconds, 1) if seconds else 0.0
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "version": version("qotbot"), "commit": commit(),
        "prompt": VERSION, "reader": reader or "as each case says", "seconds": round(seconds, 2), "workers": workers,
        **({"without": without} if without else {}),
    }  # fmt: skip
    return {"format": FORMAT, "about": about, "figures": found, "results": [r.as_json() for r in results]}


def write(file: Path, run: dict[str, Any]) -> None:
    """Keep a run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read(file: Path) -> Run:
    """A run that was kept; `BadInput` where the file is none."""
    try:
        data = json.loads(file.read_text("utf-8"))
        if data.get("format") != FORMAT:
            raise BadInput(f"{file}: not results in the format {FORMAT}; make them with 'qotbot eval run --out'")
        results = tuple(result_from(one) for one in data["results"])
        return Run(about=data["about"], figures=data["figures"], results=results)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        if isinstance(problem, BadInput):
            raise
        raise BadInput(f"{file}: cannot be read as results: {type(problem).__name__}: {problem}") from problem


def commit() -> str:
    """The commit of the checkout, or nothing where there is none."""
    here = Path(__file__).resolve().parent
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607  the one on the path
            cwd=here, capture_output=True, text=True, timeout=5, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
