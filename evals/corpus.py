"""How well the phrasebook reads recorded conversations: figures a command prints and a gate checks."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.errors import BadInput
from evals import clinc, sgd

KINDS = {"sgd": sgd.figures, "clinc": clinc.figures}
GATES = {"sgd": sgd.passed, "clinc": clinc.passed}


def figures(kind: str, path: Path) -> dict[str, object]:
    """Return the figures of one corpus file (JSON lines, gzipped or not); `BadInput` names the row it cannot use."""
    if kind not in KINDS:
        raise BadInput(f"there is no corpus {kind!r}; choose one of {', '.join(KINDS)}")
    found = KINDS[kind](_rows(path))
    return {"corpus": kind, "file": path.name, "reader": "phrasebook", **found}


def passed(found: dict[str, object]) -> bool:
    """Whether figures hold what the reader promises for their corpus."""
    kind = str(found.get("corpus"))
    if kind not in GATES:
        raise BadInput(f"these are no figures of a corpus: {kind!r}")
    return GATES[kind](found)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
        with text:
            for number, line in enumerate(text, 1):
                if line.strip():
                    yield _row(line, number, path)
    except (OSError, UnicodeDecodeError, EOFError) as problem:
        raise BadInput(f"{path}: cannot be read: {problem}") from problem


def _row(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as problem:
        raise BadInput(f"{path.name}, row {number}: not JSON: {problem}") from problem
    if not isinstance(row, dict):
        raise BadInput(f"{path.name}, row {number}: expected an object")
    return {**row, "row": number}
