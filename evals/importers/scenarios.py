"""LiveKit's and Pipecat's scenario files as cases: callers' lines are turns, judges' wishes stay advisory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError

from domain.errors import BadInput
from evals.corpora.hotel import lines
from evals.corpora.scenarios import read_scenarios
from evals.importers.building import NOW, About, Line, Made, case_of


class Turn(BaseModel):
    """What a Pipecat turn does and expects."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user: str | None = None
    dtmf: str | None = None
    expect: list[dict[str, Any]] = []


class Scripted(BaseModel):
    """A Pipecat scenario."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    turns: list[Turn]


def livekit(path: Path, tools: Mapping[str, str]) -> Iterator[Made]:
    """One case a scenario; what the agent should do is left to a judge, what the caller knows stands in the note."""
    for n, one in enumerate(read_scenarios(path), 1):
        now = one.userdata.get("now")
        about = About(
            id=f"livekit/{path.stem}/{n}-{one.label}", corpus="livekit", row=f"{path.name}: scenario {n}",
            licence="Apache-2.0", tags=("livekit", *one.tags.values()), title=one.label, now=str(now) if now else NOW,
            note="\n".join(one.facts), judge=(one.agent_expectations.strip(),) if one.agent_expectations else (),
            tools=tools,
        )  # fmt: skip
        yield case_of(about, [Line("user", text) for text in lines(one)])


def pipecat(path: Path, tools: Mapping[str, str]) -> Iterator[Made]:
    """The case of one file: calls that must or must not happen, words that must be said; the rest is for a judge."""
    one = _read(path)
    judged: list[str] = []
    spoken: list[Line] = []
    for turn in one.turns:
        if turn.dtmf is not None:
            spoken.append(Line("press", turn.dtmf))
        if turn.user is not None:
            spoken.append(Line("user", turn.user))
        for wish in turn.expect:
            spoken += _expected(wish, tools, judged)
    about = About(
        id=f"pipecat/{path.stem}", corpus="pipecat", row=path.name, licence="BSD-2-Clause", tags=("pipecat",),
        title=one.name, channel="call", judge=tuple(judged), tools=tools,
    )  # fmt: skip
    yield case_of(about, spoken)


def _expected(wish: Mapping[str, Any], tools: Mapping[str, str], judged: list[str]) -> Iterator[Line]:
    if isinstance(wish.get("eval"), str):
        judged.append(wish["eval"])
    if wish.get("event") == "response" and isinstance(wish.get("text_contains"), str):
        yield Line("expect", args={"says": wish["text_contains"]})
    if wish.get("event") != "function_call":
        return
    for call in wish.get("calls") or ():
        name, args = str(call.get("name", "")), dict(call.get("args") or {})
        if wish.get("absent") and name in tools:
            yield Line("expect", args={"not_calls_tool": tools[name]})
        elif not wish.get("absent"):
            yield Line("call", name=name, args=args)


def _read(path: Path) -> Scripted:
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("!include", lambda _loader, node: f"include {node.value}")
    try:
        return Scripted.model_validate(yaml.load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{path}: cannot be read: {problem}") from problem
    except (MarkedYAMLError, ConstructorError) as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise BadInput(f"{path.name}:{line}: not YAML: {problem.problem}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise BadInput(f"{path.name}: {where}: {first['msg']}; a Pipecat scenario has name and turns") from problem
