"""The stack of tasks in a conversation's memory: take one up, give it up, come back to the one below."""

from __future__ import annotations

from typing import Any

from graphs.agenda import FLOWS, flow_of
from graphs.flow import Line
from graphs.mind import Mind
from graphs.readers.idioms import means_that_one

_WITH_A_TIME = ("book", "find", "move")
_KEPT = ("task", "name", "service", "staff", "booking", "more", "party")


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
