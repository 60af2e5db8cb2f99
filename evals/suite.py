"""Reading suites: `*.case.yaml` (one case or several documents), `*.jsonl` (one a line), folders of them.

A folder may hold a `suite.yaml`: its name, and `defaults` that every case of the folder starts from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError

from domain.errors import BadInput
from domain.marked import fix_of, line_of, place_of, plain
from evals.case import Case, Contact, Turn
from evals.naming import PACKS, misnamed
from evals.vocabulary import Expectation, Strict

CASES, LINES, SUITE = ".case.yaml", ".jsonl", "suite.yaml"
Model = TypeVar("Model", bound=Strict)
NAMES = sorted({*Case.model_fields, *Turn.model_fields, *Expectation.model_fields, *Contact.model_fields})
SHIPPED = Path(__file__).resolve().parent / "suites"


class Spoken(RoundTripConstructor):
    """Leaves times as they were written: a case reads them in the business's zone."""


Spoken.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


class Suite(Strict):
    """A folder's own words about its cases."""

    name: str
    about: str = ""
    defaults: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with the place it came from; paths in the case are relative to `folder`.

    `lines` are those of its settings (by name) and of its expectations (`turns.0.expect.1`, `expect.0`).
    """

    case: Case
    file: Path
    line: int
    suite: str = ""
    folder: Path = field(default_factory=Path)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    def place_of(self, what: str | Expectation) -> str:
        """File and line of a setting, or of an expectation of this case; of the case where nothing nearer is known."""
        name = what if isinstance(what, str) else self._named(what)
        return f"{self.file}:{self.lines.get(name, self.line)}"

    def _named(self, expected: Expectation) -> str:
        places = [
            *((f"turns.{at}.expect.{k}", one) for at, turn in enumerate(self.case.turns)
              for k, one in enumerate(turn.expect)),
            *((f"expect.{k}", one) for k, one in enumerate(self.case.expect)),
        ]  # fmt: skip
        return next((name for name, one in places if one is expected), "")


def load(places: Sequence[Path], *, tags: Sequence[str] = (), match: str = "") -> list[Loaded]:
    """Every case of the files and folders; `BadInput` names file, line and fix, also where nothing is left to run."""
    problems: list[str] = []
    found: list[Loaded] = []
    for file in _files(places):
        try:
            found += read_file(file)
        except BadInput as problem:
            problems.append(str(problem))
    if problems:
        raise BadInput("\n".join(problems))
    seen: dict[str, Loaded] = {}
    for one in found:
        if (other := seen.setdefault(one.case.id, one)) is not one:
            raise BadInput(f"{one.place}: the id {one.case.id!r} is taken by {other.place}; give it another")
    chosen = [one for one in found if _chosen(one.case, tags, match)]
    if not chosen:
        asked = ", ".join(str(p) for p in places)
        wanted = " or ".join([*tags, *([match] if match else [])])
        why = f"{len(found)} were found, none with {wanted}" if found else "none was found"
        raise BadInput(f"{asked}: there is no case to run: {why}; a suite that ran nothing proves nothing")
    return chosen


def shipped(place: Path) -> Path:
    """The folder of a shipped suite or pack, where a name stands for one and nothing of that name is here."""
    ours = [folder / place for folder in (SHIPPED, PACKS.parent) if (folder / place).exists()]
    return ours[0] if ours and not place.exists() else place


def read_file(file: Path) -> list[Loaded]:
    """The cases of one file."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{file}: cannot be read: {problem}") from problem
    suite = suite_of(file.parent)
    documents = _json_lines(file, text) if file.name.endswith(LINES) else _yaml_documents(file, text)
    return [
        Loaded(_case((file, line), data, suite), file, line, suite.name, file.parent, lines_of(data, least=line))
        for line, data in documents
    ]


def lines_of(data: Any, *, least: int) -> dict[str, int]:
    """Where a case's settings and expectations stand in its file."""
    if not isinstance(data, CommentedMap):
        return {}
    found = {str(name): line_of(data, (name,)) for name in data}
    for at, turn in enumerate(data.get("turns") or ()):
        expected = turn.get("expect") if isinstance(turn, CommentedMap) else None
        for k, _ in enumerate(expected or ()):
            found[f"turns.{at}.expect.{k}"] = line_of(data, ("turns", at, "expect", k))
    for k, _ in enumerate(data.get("expect") or ()):
        found[f"expect.{k}"] = line_of(data, ("expect", k))
    return {name: max(least, line) for name, line in found.items()}


def schema() -> dict[str, Any]:
    """The JSON Schema of a case, for editors and for whoever writes importers."""
    made = Case.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


@cache
def suite_of(folder: Path) -> Suite:
    """The folder's own words about its cases, or its name."""
    file = folder / SUITE
    if not file.exists():
        return Suite(name=folder.name)
    documents = list(_yaml_documents(file, file.read_text("utf-8")))
    if len(documents) != 1:
        raise BadInput(f"{file}:1: expected one document with `name`")
    line, data = documents[0]
    return _valid(Suite, (file, line), data)


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(p for p in place.rglob("*") if p.name.endswith((CASES, ".cases" + LINES)))
        elif not place.exists():
            shipped = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir())) if SHIPPED.is_dir() else ""
            raise BadInput(f"{place} does not exist; name a file, a folder, or a shipped suite: {shipped}")
        else:
            yield place


def _chosen(case: Case, tags: Sequence[str], match: str) -> bool:
    return (not tags or bool(set(tags) & set(case.tags))) and (not match or match in case.id)


def _yaml_documents(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    yaml = YAML(typ="rt")
    yaml.Constructor = Spoken
    try:
        for data in yaml.load_all(text):
            if data is not None:
                yield (data.lc.line + 1 if hasattr(data, "lc") else 1), data
    except MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise BadInput(f"{file}:{line}: not valid YAML: {problem.problem}") from problem


def _json_lines(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as problem:
                raise BadInput(f"{file}:{number}: not JSON: {problem}") from problem


def _case(place: tuple[Path, int], data: Any, suite: Suite) -> Case:
    if not isinstance(data, dict):
        raise BadInput(f"{place[0]}:{place[1]}: expected a case, one 'key: value' a line")
    case = _valid(Case, place, data, defaults=suite.defaults)
    told = [
        f"{place[0]}:{max(place[1], line_of(data, where))}: {place_of(where)}: {why}"
        for where, why in misnamed(case, place[0].parent)
    ]
    if told:
        raise BadInput("\n".join(told))
    return case


def _valid(
    model: type[Model], place: tuple[Path, int], data: Any, *, defaults: Mapping[str, Any] | None = None
) -> Model:
    file, line = place
    try:
        return model.model_validate({**(defaults or {}), **plain(data)})
    except ValidationError as problem:
        told = [
            f"{file}:{max(line, line_of(data, e['loc']))}: {place_of(e['loc'])}: {fix_of(e)}{_meant(e)}"
            for e in problem.errors()
        ]
        raise BadInput("\n".join(dict.fromkeys(told))) from problem


def _meant(error: Any) -> str:
    """The names that a misspelled one may stand for."""
    if error["type"] != "extra_forbidden":
        return ""
    near = get_close_matches(str(error["loc"][-1]), NAMES, n=2)
    return f" (did you mean {' or '.join(near)}?)" if near else ""
