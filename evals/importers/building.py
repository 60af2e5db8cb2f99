"""Making a case of a transcript: the customer's words are turns; what the other side did is a note, or expected.

A call of a tool that is mapped to one of ours becomes `calls_tool`. Anything else the other side said or
called is kept in the turn's note, one line each, so that exporting gives it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from domain.errors import BadInput
from evals.case import Case

NOW: Final = "2026-03-03T10:00:00-05:00"
ASSISTANT, CALL = "assistant: ", "call: "
_NOT_IN_IDS: Final = re.compile(r"[^\w.:/-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a transcript: somebody's words, a call, keys pressed, or something to expect of the turn."""

    kind: str  # user | assistant | call | press | expect
    text: str = ""
    name: str = ""
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a case says of itself."""

    id: str
    corpus: str
    row: str | int | None = None
    licence: str | None = None
    tags: tuple[str, ...] = ()
    title: str | None = None
    channel: str = "sms"
    now: str = NOW
    note: str = ""
    judge: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)  # their tools by ours


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A transcript that no case was made of: where it stands, and why."""

    where: str
    why: str


Made = Case | LeftOut


def case_of(about: About, lines: Iterable[Line]) -> Made:
    """The case of a transcript, or why there is none; `BadInput` where it cannot be one."""
    turns: list[dict[str, Any]] = []
    before: list[str] = [about.note] if about.note else []
    for line in lines:
        if line.kind in ("user", "press"):
            turns.append({line.kind: line.text.strip() or "…"})
            continue
        noted, expected = _other(line, about.tools)
        if not turns:
            before += [noted] if noted else []
        elif noted:
            turns[-1]["note"] = "\n".join([*_lines(turns[-1].get("note")), noted])
        if turns and expected:
            turns[-1].setdefault("expect", []).append(expected)
    if not turns:
        return LeftOut(str(about.row or about.id), "no customer speaks in it")
    made: dict[str, Any] = {
        "id": _NOT_IN_IDS.sub("-", about.id)[:120].strip("-") or "case",
        "tags": ["imported", *about.tags],
        "source": {k: v for k, v in (("corpus", about.corpus), ("row", about.row), ("licence", about.licence)) if v},
        "clock": {"now": about.now},
        "channel": about.channel,
        "turns": turns,
    }
    made |= {"title": about.title} if about.title else {}
    made |= {"note": "\n".join(before)} if before else {}
    made |= {"judge": list(about.judge)} if about.judge else {}
    try:
        return Case.model_validate(made)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadInput(f"{about.row or about.id}: no case can be made of it: {where}: {first['msg']}") from problem


def lines_of(case: Case) -> Iterator[Line]:
    """The transcript that a case was made of, as far as it was kept."""
    yield from _noted(case.note)
    for turn in case.turns:
        for text in turn.user or ():
            yield Line("user", text)
        if turn.press is not None:
            yield Line("press", turn.press)
        noted = list(_noted(turn.note))
        for one in turn.expect:
            if one.calls_tool is not None:
                yield Line("call", name=one.calls_tool.name, args=one.calls_tool.args or one.calls_tool.args_like or {})
        yield from noted


def _other(line: Line, tools: Mapping[str, str]) -> tuple[str, dict[str, Any] | None]:
    """What a line that is not the customer's leaves: a line of the note, an expectation."""
    if line.kind == "expect":
        return "", dict(line.args)
    if line.kind == "assistant":
        return (ASSISTANT + json.dumps(line.text, ensure_ascii=False) if line.text.strip() else ""), None
    if line.name in tools:
        return "", {"calls_tool": {"name": tools[line.name], "args~": line.args}}
    return CALL + json.dumps({"name": line.name, "args": line.args}, ensure_ascii=False, sort_keys=True), None


def _lines(note: str | None) -> list[str]:
    """The lines of a note; other signs that end a line elsewhere may stand in what was said."""
    return note.split("\n") if note else []


def _noted(note: str | None) -> Iterator[Line]:
    for text in _lines(note):
        if text.startswith(ASSISTANT):
            yield Line("assistant", json.loads(text.removeprefix(ASSISTANT)))
        elif text.startswith(CALL):
            called = json.loads(text.removeprefix(CALL))
            yield Line("call", name=called["name"], args=called["args"])
