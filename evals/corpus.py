"""The figures of a corpus file that a command prints, and whether the hard ones hold."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from domain.errors import BadInput
from evals.corpora import clinc, hotel, sgd, sms, star, tau1, tau2, tm4
from evals.corpora.rows import Rows

Figures = Callable[[Iterable[Mapping[str, Any]]], dict[str, Any]]
KINDS: dict[str, Figures] = {
    "sgd": sgd.figures,
    "star": star.figures,
    "tm4": tm4.figures,
    "tau2": tau2.figures,
    "tau1": tau1.figures,
    "sms": sms.figures,
    "clinc": clinc.figures,
}


def figures(kind: str, path: Path) -> dict[str, Any]:
    """Return the figures of one file, with the hard ones that are `missed`; `BadInput` names the row it cannot use."""
    begun = monotonic()
    if kind == "hotel":
        found = hotel.figures(path)
    elif kind in KINDS:
        found = KINDS[kind](Rows(path))
    else:
        raise BadInput(f"there is no corpus {kind!r}; choose one of {', '.join([*KINDS, 'hotel'])}")
    cost = {"seconds": round(monotonic() - begun, 1), "most_memory_mb": _most_memory_mb()}
    return {"corpus": kind, "file": path.name, "reader": "phrasebook", **found, "cost": cost}


def passed(found: Mapping[str, Any]) -> bool:
    """Whether every hard figure of a corpus holds."""
    if "corpus" not in found or "missed" not in found:
        raise BadInput("these are no figures of a corpus")
    return not found["missed"]


def _most_memory_mb() -> int:
    """The most memory this process has had."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes // (1024 * 1024 if sys.platform == "darwin" else 1024)
