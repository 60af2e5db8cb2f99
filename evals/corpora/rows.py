"""Rows of a corpus file, one at a time: JSON lines, gzipped or not; what cannot be used is named by file and line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import BadInput

LONGEST_ROW = 20_000_000  # characters; the longest recorded conversation known has 60 thousand
M = TypeVar("M", bound=BaseModel)


class Loose(BaseModel):
    """The base of rows of others: what we do not read is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Rows:
    """A corpus file that can be read again and again; only one row is in memory at a time."""

    path: Path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            text = gzip.open(self.path, "rt", encoding="utf-8") if self._gzipped() else self.path.open(encoding="utf-8")
            with text:
                number = 0
                while line := text.readline(LONGEST_ROW):
                    number += 1
                    if line.strip():
                        yield _row(line, number, self.path)
        except (OSError, UnicodeDecodeError, EOFError) as problem:
            raise BadInput(
                f"{self.path}: cannot be read: {problem}; name a file of JSON lines, gzipped or not"
            ) from problem

    def _gzipped(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b" or self.path.suffix == ".gz"


def fit(model: type[M], row: Mapping[str, Any], shape: str) -> M:
    """Return a row as its model; `BadInput` names file, line and field, and says what a row of this shape has."""
    try:
        return model.model_validate(row)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the row"
        raise BadInput(f"{place(row)}: {where}: {first['msg']}; {shape}") from problem


def place(row: Mapping[str, Any]) -> str:
    """Where a row stands: file and line, and its id where it has one."""
    named = f" ({row['id']})" if row.get("id") else ""
    return f"{row.get('file', 'rows')}:{row.get('row')}{named}"


def share(part: int, whole: int) -> float:
    """A rate with four digits; of nothing it is 0."""
    return round(part / whole, 4) if whole else 0.0


def _row(line: str, number: int, path: Path) -> dict[str, Any]:
    where = f"{path.name}:{number}"
    if len(line) >= LONGEST_ROW:
        raise BadInput(f"{where}: the line is longer than {LONGEST_ROW:,} characters; write one conversation a line")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"{where}: not JSON: {problem}; write one JSON object a line") from problem
    if not isinstance(row, dict):
        raise BadInput(f"{where}: expected an object; write one JSON object a line")
    return {**row, "row": number, "file": path.name}
