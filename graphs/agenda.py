"""What a turn has to do, decided from the reading and the stored state alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.reading import Reading, Said
from graphs.flows import booking, changing, form
from graphs.readers.emergency import tells_of_emergency
from graphs.readers.idioms import (
    asks_about_read_back,
    asks_for_news,
    follows_up,
    leaves_it,
    only_marks,
    points_back,
    says_no,
    takes_either,
    waits,
)

FLOWS = {flow.name: flow for flow in (booking.FLOW, changing.FLOW, form.FLOW)}
FLOW_OF = {task: flow.name for flow in FLOWS.values() for task in flow.tasks}
Do = Literal[
    "answer", "hand_over", "yes", "drop", "leave", "stack", "flow", "again", "line", "name", "unclear", "resume",
    "waiting",
]  # fmt: skip
_CHANGING = ("inform", "choose", "alternatives", "request")
_SMALL = ("ask", "greet", "thanks", "bye", "repeat", "unclear")


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


def agenda(memory: dict[str, Any], reading: Reading, text: str, *, forms: Collection[str] = ()) -> list[Item]:
    """The items of a turn: questions first, then the yes or the task, then the way back to what was open."""
    said = list(reading.said)
    if tells_of_emergency(text):  # whatever else was said waits, and whoever read it: a rule, not a model
        dropped = [Item("drop")] if memory.get("asking") else []
        return [*dropped, Item("line", key="emergency.call"), Item("hand_over", key="emergency", words=text[:400])]
    if memory.get("emergency") and not _moves_on(said):
        return [Item("line", key="emergency.call")]
    if (aside := _aside(memory, said, text)) is not None:
        return aside
    items = [Item("name", words=s.name) for s in said if s.name][:1]
    items += [item for s in said if s.act == "ask" for item in _question(memory, s, text)]
    if any(s.act == "request" and s.task == "human" for s in said):
        items.append(Item("hand_over", key="asked", words=text[:400]))
    rest = [s for s in said if s.act not in _SMALL and not (s.act == "request" and s.task == "human")]
    work = _asking(memory, rest, text) if memory.get("asking") else _tasks(memory, rest, text, forms=forms)
    if work:
        return items + work
    if any(item.do != "name" for item in items):
        return [*items, Item("again")] if _open(memory) and items[-1].do != "hand_over" else items
    checks = any(s.act == "ask" for s in said)
    return items + ([Item("again")] if checks else _small_talk(memory, said, text, unclear=reading.unclear))


def _moves_on(said: list[Said]) -> bool:
    """Whether somebody who told of an emergency talks about something else, or takes their leave."""
    asks = any(s.act == "request" and s.task is not None for s in said)
    return asks or any(_told(s) for s in said) or any(s.act in ("thanks", "bye") for s in said)


def _aside(memory: dict[str, Any], said: list[Said], text: str) -> list[Item] | None:
    """What stands beside the matter: a moment's wait, a bare question mark, a question that goes on from the last."""
    if only_marks(text):
        return [Item("again")] if _open(memory) else [Item("line", key="small.what")]
    if memory.get("waiting") and not memory.get("asking") and asks_for_news(text):
        return [Item("waiting"), *([Item("again")] if _open(memory) else [])]
    if _open(memory):
        if memory["tasks"] and memory["tasks"][-1]["slots"].get("question") and takes_either(text):
            return [Item("flow")]
        idle = all(s.act in ("negate", "unclear", "affirm") and not _told(s) for s in said)
        return [Item("line", key="small.wait")] if idle and waits(text) and not leaves_it(text) else None
    if memory.get("topic") and follows_up(text):
        return [Item("answer", words=text[:400], key=memory["topic"])]
    return None


def _told(said: Said) -> bool:
    return bool(said.when_words or said.service or said.staff or said.choice or said.contact)


def _question(memory: dict[str, Any], said: Said, text: str) -> list[Item]:
    """What a question needs; one about what is read back needs the read-back alone."""
    if said.task in ("bot", "help"):
        return [Item("line", key=f"about.{said.task}")]
    words = (said.question or said.quote or text)[:400]
    if memory.get("asking") and asks_about_read_back(words):
        return []
    return [
        Item("answer", words=words, key=memory.get("topic") or "" if follows_up(words) or points_back(words) else "")
    ]


def _open(memory: dict[str, Any]) -> bool:
    return bool(memory.get("asking") or memory.get("tasks"))


def _asking(memory: dict[str, Any], rest: list[Said], text: str) -> list[Item]:
    """The customer was read something back: a plain yes, a change of mind, or neither."""
    changes = [s for s in rest if s.act in _CHANGING and _says_something(s, memory)]
    declines = any(s.act == "negate" for s in rest)
    if declines and not changes and leaves_it(text):
        return [Item("drop"), Item("leave")]
    if declines or changes:
        dropped = [Item("drop")]
        other = next((s.task for s in rest if s.act == "request" and s.task in FLOW_OF), None)
        if other and FLOW_OF[other] != _top_flow(memory):
            return dropped + _tasks({**memory, "tasks": []}, rest, text)
        if not memory.get("tasks"):
            return [*dropped, *(_tasks(memory, changes, text) or [Item("line", key="dropped")])]
        return [*dropped, Item("flow", said=_dumped(rest), key="correct" if changes else "declined")]
    if any(s.act == "affirm" for s in rest):
        return [Item("yes")]
    return []


def _says_something(said: Said, memory: dict[str, Any]) -> bool:
    other_task = said.act == "request" and said.task in FLOW_OF and FLOW_OF[said.task] != _top_flow(memory)
    return bool(said.when_words or said.service or said.staff or other_task or said.act == "alternatives")


def _tasks(memory: dict[str, Any], rest: list[Said], text: str, *, forms: Collection[str] = ()) -> list[Item]:
    top = memory["tasks"][-1] if memory.get("tasks") else None
    if top is not None and rest and _leaves(top, rest, text):
        return [Item("leave")]
    if top is not None and _passes_by(top, rest):
        return [Item("leave", key="quiet"), *_tasks({**memory, "tasks": memory["tasks"][:-1]}, rest, text, forms=forms)]
    wanted = list(dict.fromkeys(s.task for s in rest if s.act == "request" and s.task and flow_of(s.task, forms)))
    new = [w for w in wanted if top is None or (top["task"] != w and not _same(top["task"], w))]
    if new:
        first = [s for s in rest if s.task in (None, new[0])]
        later = [Item("stack", task=w, said=_dumped([s for s in rest if s.task == w])) for w in reversed(new[1:])]
        return [*later, Item("flow", said=_dumped(first), task=new[0])]
    if top is not None and rest:
        return [Item("flow", said=_dumped(rest))]
    if any(s.service or s.when_words for s in rest):
        return [Item("flow", said=_dumped(rest), task="book")]
    if any(s.act == "request" for s in rest):
        return [Item("hand_over", key="asked", words=next(s.quote for s in rest if s.act == "request"))]
    return []


def _leaves(top: dict[str, Any], rest: list[Said], text: str) -> bool:
    """Whether the task on top is given up: a no to a question that a no cannot answer, or plain words for it."""
    if any(_told(s) for s in rest):
        return False
    if leaves_it(text) and all(s.act == "negate" or s.task == "cancel" for s in rest):
        return top["task"] != "cancel" or all(s.act == "negate" for s in rest)
    return top["step"] != "choose" and says_no(text) and all(s.act == "negate" for s in rest)


def _passes_by(top: dict[str, Any], rest: list[Said]) -> bool:
    """Whether somebody asked for a number or a code talks about an appointment instead."""
    if top["step"] not in ("prove", "code") or any(s.contact for s in rest):
        return False
    return any(s.service or s.when_words or (s.act == "request" and s.task not in (None, top["task"])) for s in rest)


def _same(one: str, other: str) -> bool:
    return {one, other} <= {"book", "find"} or {one, other} <= {"lead", "quote"}


def _small_talk(memory: dict[str, Any], said: Iterable[Said], text: str, *, unclear: bool) -> list[Item]:
    acts = [s.act for s in said]
    if "repeat" in acts and _open(memory):
        return [Item("again")]
    for act in ("bye", "thanks"):
        if act in acts:
            if memory.get("asking"):
                return [Item("line", key="asking.open"), Item("again")]
            return [Item("again") if act == "thanks" and _open(memory) else Item("line", key=f"small.{act}")]
    if "greet" in acts and not unclear:
        return [Item("again")] if _open(memory) else [Item("line", key="small.greet")]
    if "negate" in acts:
        return [Item("line", key="small.no")]
    if "affirm" in acts:
        return [Item("line", key="small.nothing_open")]
    if any(s.name for s in said):
        return [Item("again")] if _open(memory) else [Item("line", key="small.what")]
    return [Item("unclear")]


def _top_flow(memory: dict[str, Any]) -> str | None:
    tasks = memory.get("tasks") or []
    return FLOW_OF.get(tasks[-1]["task"]) if tasks else None


def _dumped(said: list[Said]) -> list[dict[str, Any]]:
    return [s.model_dump(mode="json") for s in said]
