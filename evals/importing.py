"""Reading cases from other formats, writing them as files, and back into other formats."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from domain.errors import BadInput
from evals.case import Case
from evals.corpora.rows import Rows
from evals.importers import dialogues, openai_messages, scenarios
from evals.importers.building import LeftOut, Made

_ENDS_A_LINE: Final = re.compile("[\x85\u2028\u2029]")
UNFOLDED: Final = 1_000_000
CASE_FILE, UNREVIEWED = ".case.yaml", ".case.yaml.unreviewed"
_ROWS: Final[dict[str, Callable[[Iterable[Mapping[str, Any]], Mapping[str, str]], Iterator[Made]]]] = {
    "openai": openai_messages.read, "langsmith": openai_messages.read, "tau1": openai_messages.read,
    "tau2": dialogues.tau2_, "sgd": dialogues.sgd, "star": dialogues.star_, "tm4": dialogues.tm4_,
}  # fmt: skip
_FILES: Final[dict[str, Callable[[Path, Mapping[str, str]], Iterator[Made]]]] = {
    "livekit": scenarios.livekit, "pipecat": scenarios.pipecat,
}  # fmt: skip
KINDS: Final = (*_ROWS, *_FILES, "ledger")
EXPORTS: Final = {"openai": openai_messages.openai_row, "langsmith": openai_messages.langsmith_row}


def cases(
    kind: str, path: Path, tools: Mapping[str, str], *, left: list[LeftOut] | None = None
) -> Iterator[Case]:  # fmt: skip
    """The cases of a file of another format, one at a time; `tools` names ours by theirs.

    What no case can be made of is added to `left`, with where it stands and why.
    A ledger export is read by `production.bring_in` only, since what it holds must be scrubbed first.
    """
    if kind not in _FILES and kind not in _ROWS:
        raise BadInput(f"there is no importer {kind!r}; choose one of {', '.join(KINDS)}")
    for made in _FILES[kind](path, tools) if kind in _FILES else _ROWS[kind](Rows(path), tools):
        if not isinstance(made, LeftOut):
            yield made
        elif left is not None:
            left.append(made)


def tools_of(pairs: Iterable[str]) -> dict[str, str]:
    """`theirs=ours`, as a command takes it."""
    found: dict[str, str] = {}
    for pair in pairs:
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs or not ours:
            raise BadInput(f"--tool {pair!r}: write theirs=ours, like BookAppointment=book")
        found[theirs] = ours
    return found


def write(found: Iterable[Case], out: Path, *, ending: str = CASE_FILE) -> list[Path]:
    """Write each case as a YAML file of its own, or none where one cannot be; what stands there is not overwritten."""
    written: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for case in found:
            file = out / (case.id.replace("/", "-") + ending)
            with file.open("x", encoding="utf-8") as opened:
                written.append(file)
                opened.write(yaml_of(case))
    except (BadInput, OSError) as problem:
        for file in written:
            file.unlink()
        if isinstance(problem, BadInput):
            raise
        there = isinstance(problem, FileExistsError)
        why = "is there already" if there else f"cannot be written: {problem.strerror}"
        raise BadInput(f"{problem.filename} {why}; name another folder with --out, or remove it") from problem
    return written


def yaml_of(case: Case) -> str:
    """A case as YAML."""
    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = False
    yaml.width = UNFOLDED  # ruamel folds a quoted line between a backslash and what it escapes
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ruamel types the switch as None
    found = case.as_json()
    yaml.allow_unicode = not _ENDS_A_LINE.search(json.dumps(found, ensure_ascii=False))  # else they are read as spaces
    yaml.dump(found, text)
    return text.getvalue()


def export(kind: str, found: Iterable[Case]) -> Iterator[str]:
    """The cases as JSON lines of another format."""
    if kind not in EXPORTS:
        raise BadInput(f"there is no export {kind!r}; choose one of {', '.join(EXPORTS)}")
    for case in found:
        yield json.dumps(EXPORTS[kind](case), ensure_ascii=False)
