"""LiveKit's scenario files: a persona, an opening line, facts to reveal, things to do, and what the agent should do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.errors import BadInput

LARGEST: Final = 20_000_000  # bytes
_OPENING: Final = re.compile(r"OPENING LINE[^:\n]*:\s*[\"“]([^\"”]+)[\"”]")
_FACT: Final = re.compile(r"^\s*-\s+(.+)$", re.MULTILINE)
_STEP: Final = re.compile(r"^\s*\d+\.\s+(.+(?:\n(?!\s*(?:\d+\.|[A-Z][A-Z, ]+:)).+)*)", re.MULTILINE)


class Scenario(BaseModel):
    """One scenario."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    label: str
    instructions: str
    agent_expectations: str = ""
    tags: dict[str, str] = {}
    userdata: dict[str, Any] = {}

    @property
    def opening(self) -> str:
        """What the caller says first, where it is written down."""
        found = _OPENING.search(self.instructions)
        return " ".join(found.group(1).split()) if found else ""

    @property
    def facts(self) -> list[str]:
        """What the caller reveals when asked."""
        part = self.instructions.partition("FACTS")[2].partition("\nDO")[0]
        return [" ".join(fact.split()) for fact in _FACT.findall(part)]

    @property
    def steps(self) -> list[str]:
        """What the caller does, in order."""
        return [" ".join(step.split()) for step in _STEP.findall(self.instructions.partition("\nDO")[2])]


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file; `BadInput` names file, place and what to mend."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path.name}: larger than {LARGEST:,} bytes; split the file")
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{path}: cannot be read: {problem}") from problem
    except YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise BadInput(f"{where}: not YAML: {getattr(problem, 'problem', problem)}") from problem
    listed = found.get("scenarios") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not listed:
        raise BadInput(f"{path.name}:1: expected a list `scenarios:`; this is no scenario file of LiveKit")
    return [_scenario(one, n, path) for n, one in enumerate(listed, 1)]


def _scenario(one: object, n: int, path: Path) -> Scenario:
    try:
        return Scenario.model_validate(one)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the scenario"
        raise BadInput(
            f"{path.name}: scenario {n}: {where}: {first['msg']}; it has label and instructions"
        ) from problem
