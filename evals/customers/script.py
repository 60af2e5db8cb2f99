"""A customer by script: an opening line, facts told when asked, things to do in order, reactions to our words.

The form is LiveKit's, made executable: a fact is told when one of its words is in our question, a reaction is said
(once) when its pattern is in our words, and where neither fits the next step is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from domain.errors import BadInput


class Reaction(BaseModel):
    """What is said when our words match a pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str
    say: str

    @field_validator("when")
    @classmethod
    def _is_a_pattern(cls, when: str) -> str:
        try:
            re.compile(when)
        except re.error as problem:
            raise ValueError(f"not a regular expression: {problem}") from problem
        return when


class Script(BaseModel):
    """A caller."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "customer"
    opening: str
    facts: dict[str, str] = Field(default={}, description="what is told when a word of the key is in our question")
    do: list[str] = []
    reactions: list[Reaction] = []


@dataclass(slots=True)
class Scripted:
    """Somebody who follows a script."""

    script: Script
    steps: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def first(self) -> list[str]:
        """The opening line."""
        self.steps = list(self.script.do)
        return [self.script.opening]

    def answer(self, text: str) -> list[str]:
        """A reaction, else a fact that was asked for, else the next step; nothing when all is said."""
        for reaction in self.script.reactions:
            if reaction.when not in self.told and re.search(reaction.when, text, re.IGNORECASE):
                self.told.add(reaction.when)
                return [reaction.say]
        asked = {word.casefold() for word in re.findall(r"\w+", text)}
        for key, fact in self.script.facts.items():
            if key not in self.told and "?" in text and asked & {w.casefold() for w in re.findall(r"\w+", key)}:
                self.told.add(key)
                return [fact]
        return [self.steps.pop(0)] if self.steps else []


def read_script(path: Path) -> Script:
    """The script in a YAML file; `BadInput` names file, place and what is wrong."""
    try:
        found: Any = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        return Script.model_validate(found)
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{path}: cannot be read: {problem}") from problem
    except MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise BadInput(f"{path.name}:{line}: not YAML: {problem.problem}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise BadInput(
            f"{path.name}: {where}: {first['msg']}; a script has opening, facts, do and reactions"
        ) from problem
