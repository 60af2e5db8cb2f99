"""Schema-Guided Dialogue, STAR, Taskmaster-4 and tau2 as cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evals.corpora import star, tau2, tm4
from evals.corpora.rows import Loose, fit, place
from evals.importers.building import About, Line, Made, case_of

Rows = Iterable[Mapping[str, Any]]


class SgdCall(Loose):
    """A call before an assistant's words."""

    name: str
    args: dict[str, Any] = {}


class SgdTurn(Loose):
    """What one side said."""

    role: str
    text: str
    calls: list[SgdCall] = []


class SgdRow(Loose):
    """One conversation."""

    id: str
    turns: list[SgdTurn]


class Told(Loose):
    """What a task's customer is told to want."""

    reason_for_call: str = ""
    known_info: str | None = None
    task_instructions: str | None = None


class Scenario(Loose):
    """A task's customer."""

    instructions: Told | str = ""


class GoldTask(tau2.Task):
    """A gold task with its customer."""

    domain: str = "tau2"
    user_scenario: Scenario = Scenario()


def sgd(rows: Rows, tools: Mapping[str, str]) -> Iterator[Made]:
    """Schema-Guided Dialogue."""
    for row in rows:
        one = fit(SgdRow, row, "a row has id and turns [{role, text, calls}]")
        lines = [line for turn in one.turns for line in _spoken(turn)]
        yield case_of(_about(row, one.id, "sgd", tools=tools), lines)


def star_(rows: Rows, tools: Mapping[str, str]) -> Iterator[Made]:
    """STAR."""
    for row in rows:
        one = fit(star.Dialogue, row, "a row has id and turns [{role, text} or {role: tool, kind, name, args}]")
        lines = [
            Line("call", name=f"{t.name}.{t.kind}", args=t.args) if t.role == "tool" else Line(t.role, t.text)
            for t in one.turns
            if t.role in ("user", "assistant", "tool")
        ]
        yield case_of(_about(row, one.id, "star", tools=tools), lines)


def tm4_(rows: Rows, tools: Mapping[str, str]) -> Iterator[Made]:
    """Taskmaster-4."""
    for row in rows:
        one = fit(tm4.Order, row, "a row has id and turns [{role, text, calls_after}]")
        lines: list[Line] = []
        for turn in one.turns:
            lines.append(Line(turn.role, turn.text))
            lines += [Line("call", name=call.name, args=call.args) for call in turn.calls_after]
        yield case_of(_about(row, one.id, "tm4", tools=tools), lines)


def tau2_(rows: Rows, tools: Mapping[str, str]) -> Iterator[Made]:
    """tau2's gold tasks: what the customer wants is their one turn, what must be done stands in its note."""
    for row in rows:
        one = fit(GoldTask, row, "a row has id, user_scenario, gold_steps and end_sha256")
        wants = one.user_scenario.instructions
        told = wants if isinstance(wants, str) else " ".join([wants.reason_for_call, wants.known_info or ""])
        lines = [Line("user", told), *(Line("call", name=step.name, args=step.args) for step in one.gold_steps)]
        yield case_of(_about(row, one.id, "tau2", tools=tools), lines)


def _spoken(turn: SgdTurn) -> list[Line]:
    return [*(Line("call", name=call.name, args=call.args) for call in turn.calls), Line(turn.role, turn.text)]


def _about(row: Mapping[str, Any], id_: str, corpus: str, *, tools: Mapping[str, str]) -> About:
    return About(id=id_, corpus=corpus, row=place(row), licence=row.get("license"), tags=(corpus,), tools=tools)
