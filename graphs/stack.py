"""The stack of tasks in a conversation's memory: take one up, give it up, come back to the one below."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.clock import to_ms
from graphs.agenda import FLOWS, Item, flow_of
from graphs.flow import Line
from graphs.mind import Mind
from graphs.readers.idioms import means_that_one

_WITH_A_TIME = ("book", "find", "move")
_KEPT = ("task", "name", "service", "staff", "booking", "more", "party")


_OF_THE_MOMENT = ("tasks", "asking", "confirming", "our_act", "offered", "unclear", "topic", "entered", "resume",
                  "emergency")  # fmt: skip
_IDLE = ("small.greet", "small.what", "small.nothing_open", "")


def aged(memory: dict[str, Any], *, now: datetime, after: timedelta) -> dict[str, Any]:
    """The memory after a pause: what was left open too long ago is put aside, to be offered once."""
    heard = memory.get("heard_at")
    if not memory.get("tasks") or heard is None or to_ms(now) - heard < after / timedelta(milliseconds=1):
        return memory
    kept = {key: value for key, value in memory.items() if key not in _OF_THE_MOMENT}
    return {**kept, "tasks": [], "left": memory["tasks"][-1]}


def resumed(mind: Mind, items: list[Item]) -> list[Item]:
    """The worklist of a customer who came back: what was put aside is offered, taken up by a yes, or dropped."""
    left, offered = mind.memory.pop("left", None), mind.memory.pop("resume", None)
    lines = [item for item in items if item.do != "name"]
    if offered is not None and [item.key for item in lines] == ["small.nothing_open"]:
        return _go_on_with(mind, offered)
    if left is not None and all(item.do in ("line", "unclear") and item.key in _IDLE for item in lines):
        mind.memory["resume"] = left
        return [*(item for item in items if item.do == "name"), Item("resume", task=left["task"])]
    return items


def _go_on_with(mind: Mind, task: dict[str, Any]) -> list[Item]:
    """Take a task up again: a form where it was left, a booking with what it is for, all else from its beginning."""
    if task["flow"] == "form":
        mind.memory["tasks"] = [task]
        return [Item("again")]
    kept = _KEPT if task["flow"] == "booking" else ("task",)
    slots = {key: task["slots"][key] for key in kept if key in task["slots"]}
    flow = FLOWS[task["flow"]]
    step = flow.correct if task["flow"] == "booking" else flow.start
    mind.memory["tasks"] = [{"flow": flow.name, "task": task["task"], "step": step, "slots": slots}]
    return [Item("flow")]


def put(mind: Mind, task: str, said: list[dict[str, Any]] | None = None) -> None:
    """Put a task on top; with `said` it is begun when the ones above it are over."""
    flow = FLOWS[flow_of(task, (task,)) or "form"]
    slots = {"task": task}
    if flow.name == "booking":
        slots |= {"name": mind.memory["name"]} if mind.memory.get("name") else {}
        slots |= {"service": mind.memory["about"]} if mind.memory.get("about") and means_that_one(mind.text) else {}
    heard = {} if said is None else {"heard": said}
    mind.memory["tasks"].append({"flow": flow.name, "task": task, "step": flow.start, "slots": slots, **heard})


def go_on(mind: Mind, said: list[dict[str, Any]], *, correct: bool) -> None:
    """Go on with the task on top, at the step it was left at or where corrections are taken up."""
    task = mind.memory["tasks"][-1]
    enter(mind, FLOWS[task["flow"]].correct if correct or task["step"] == "settled" else task["step"], said)


def enter(mind: Mind, step: str, said: list[dict[str, Any]]) -> None:
    """Go into the flow of the task on top, at a step of it."""
    task = mind.memory["tasks"][-1]
    mind.memory["entered"] = [task["step"], task["slots"]] if "prompt" in task else None
    task["step"] = step
    mind.task, mind.said, mind.result, mind.goto = task, said, None, task["flow"]


def decline(mind: Mind) -> None:
    """A no to a read-back: a time is asked for anew, what has none is over."""
    task = mind.memory["tasks"].pop()
    mind.say(Line(f"{task['task']}.declined"))
    if task["task"] not in _WITH_A_TIME:
        mind.act("asked_anything_else")
        come_back(mind)
        return
    kept = {k: task["slots"][k] for k in _KEPT if k in task["slots"]}
    asked = {"prompt": mind.lines[-1:], "act": "asked_when", "offered": []}
    mind.memory["tasks"].append({**task, **asked, "step": FLOWS[task["flow"]].correct, "slots": kept})
    mind.act("asked_when")


def leave(mind: Mind, *, quiet: bool = False) -> None:
    """Give up the task on top and come back to the one below."""
    if mind.memory["tasks"]:
        mind.memory["tasks"].pop()
    if not quiet:
        mind.say(Line("dropped"))
        mind.act("asked_anything_else")
        come_back(mind)


def finish(mind: Mind) -> None:
    """The task on top is over."""
    mind.memory["tasks"].pop()
    mind.act("answered")
    come_back(mind)


def forget_booking(mind: Mind, booking: str) -> None:
    """What lies below the task on top and is about a booking that is gone is over as well."""
    tasks = mind.memory["tasks"]
    kept = [t for t in tasks[:-1] if (t["slots"].get("booking") or {}).get("booking") != booking]
    mind.memory["tasks"] = [*kept, *tasks[-1:]]


def wait(mind: Mind, lines: list[dict[str, Any]], *, act: str, offered: list[str]) -> None:
    """The task on top waits for the customer's answer to the last of these lines."""
    mind.lines += lines
    mind.act(act, offered)
    mind.memory["tasks"][-1] |= {"prompt": lines[-1:], "act": act, "offered": offered}


def stands_still(mind: Mind) -> bool:
    """Whether the customer's answer brought the task on top no further than it was."""
    task = mind.memory["tasks"][-1]
    return bool(mind.memory.pop("entered", None) == [task["step"], task["slots"]])


def come_back(mind: Mind) -> None:
    """Come back to the task on top: begin it, find its time again, or repeat its question."""
    if not mind.memory["tasks"]:
        return
    task = mind.memory["tasks"][-1]
    if "heard" in task:
        enter(mind, task["step"], task.pop("heard"))
    elif task["step"] == "settled":
        enter(mind, FLOWS[task["flow"]].correct, [])
    else:
        mind.lines += [line for line in task.get("prompt", []) if line not in mind.lines]
        mind.act(task.get("act", "answered"), task.get("offered"))
