"""What a turn has to do, decided from the reading and the stored state alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.reading import Reading, Said
from graphs.flows import booking, changing, form

FLOWS = {flow.name: flow for flow in (booking.FLOW, changing.FLOW, form.FLOW)}
FLOW_OF = {task: flow.name for flow in FLOWS.values() for task in flow.tasks}
Do = Literal["answer", "hand_over", "yes", "drop", "flow", "again", "back", "line", "unclear"]
_CHANGING = ("inform", "choose", "alternatives", "request")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do, in order."""

    do: Do
    key: str = ""
    words: str = ""
    said: list[dict[str, Any]] = field(default_factory=list)
    task: str | None = None


def flow_of(task: str | None, forms: Collection[str] = ()) -> str | None:
    """The flow of a task; a tool that no flow was written for is served by the generic form."""
    return FLOW_OF.get(task or "") or ("form" if task in forms else None)


def agenda(memory: dict[str, Any], reading: Reading, text: str, forms: Collection[str] = ()) -> list[Item]:
    """The items of a turn: questions first, then the yes or the task, then the way back to what was open."""
    said = list(reading.said)
    items = [_question(s, text) for s in said if s.act == "ask"]
    if any(s.act == "request" and s.task == "human" for s in said):
        items.append(Item("hand_over", key="asked", words=text[:400]))
    rest = [s for s in said if s.act not in ("ask", "greet", "thanks", "bye", "repeat", "unclear")]
    rest = [s for s in rest if not (s.act == "request" and s.task == "human")]
    work = _asking(memory, rest) if memory.get("asking") else _tasks(memory, rest, forms)
    if work:
        return items + work
    if items:
        return [*items, Item("again")] if _open(memory) and items[-1].do != "hand_over" else items
    return _small_talk(memory, said, unclear=reading.unclear)


def _question(said: Said, text: str) -> Item:
    if said.task == "bot":
        return Item("line", key="about.bot")
    return Item("answer", words=(said.question or said.quote or text)[:400])


def _open(memory: dict[str, Any]) -> bool:
    return bool(memory.get("asking") or memory.get("tasks"))


def _asking(memory: dict[str, Any], rest: list[Said]) -> list[Item]:
    """The customer was read something back: a plain yes, a change of mind, or neither."""
    changes = [s for s in rest if s.act in _CHANGING and _says_something(s, memory)]
    if any(s.act == "negate" for s in rest) or changes:
        dropped = [Item("drop")]
        other = next((s.task for s in rest if s.act == "request" and s.task in FLOW_OF), None)
        if other and FLOW_OF[other] != _top_flow(memory):
            return dropped + _tasks({**memory, "tasks": []}, rest)
        if not memory.get("tasks"):
            return [*dropped, *(_tasks(memory, changes) or [Item("line", key="dropped")])]
        return [*dropped, Item("flow", said=_dumped(rest), key="correct" if changes else "declined")]
    if any(s.act == "affirm" for s in rest):
        return [Item("yes")]
    return []


def _says_something(said: Said, memory: dict[str, Any]) -> bool:
    other_task = said.act == "request" and said.task in FLOW_OF and FLOW_OF[said.task] != _top_flow(memory)
    return bool(said.when_words or said.service or said.staff or other_task or said.act == "alternatives")


def _tasks(memory: dict[str, Any], rest: list[Said], forms: Collection[str] = ()) -> list[Item]:
    top = memory["tasks"][-1] if memory.get("tasks") else None
    wanted = next((s.task for s in rest if s.act == "request" and flow_of(s.task, forms)), None)
    if wanted and (top is None or (top["task"] != wanted and not _same(top["task"], wanted))):
        return [Item("flow", said=_dumped(rest), task=wanted)]
    if top is not None and rest:
        return [Item("flow", said=_dumped(rest))]
    if any(s.service or s.when_words for s in rest):
        return [Item("flow", said=_dumped(rest), task="book")]
    if any(s.act == "request" for s in rest):
        return [Item("hand_over", key="asked", words=next(s.quote for s in rest if s.act == "request"))]
    return []


def _same(one: str, other: str) -> bool:
    return {one, other} <= {"book", "find"} or {one, other} <= {"lead", "quote"}


def _small_talk(memory: dict[str, Any], said: Iterable[Said], *, unclear: bool) -> list[Item]:
    acts = [s.act for s in said]
    if "repeat" in acts and _open(memory):
        return [Item("again")]
    for act in ("bye", "thanks"):
        if act in acts:
            return [Item("line", key=f"small.{act}")]
    if "greet" in acts and not unclear:
        return [Item("again")] if _open(memory) else [Item("line", key="small.greet")]
    if "negate" in acts:
        return [Item("line", key="small.bye")]
    if "affirm" in acts:
        return [Item("line", key="small.what")]
    if any(s.name for s in said):
        return [Item("line", key="small.what")]
    return [Item("unclear")]


def _top_flow(memory: dict[str, Any]) -> str | None:
    tasks = memory.get("tasks") or []
    return FLOW_OF.get(tasks[-1]["task"]) if tasks else None


def _dumped(said: list[Said]) -> list[dict[str, Any]]:
    return [s.model_dump(mode="json") for s in said]
