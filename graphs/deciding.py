"""Deciding a turn: take up what came back, do the next item of the worklist, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from domain.settings import Pack
from graphs import stack
from graphs.flow import Line
from graphs.mind import Mind
from graphs.telling import news_lines, result_line

_OPENERS = ("small.what", "small.nothing_open")
_PROGRESS = ("answer", "hand_over", "yes", "leave")
# What the keys of `call.menu` stand for, in the order in which it names them.
MENU = (
    "I would like to book an appointment", "I would like to move my appointment",
    "I would like to cancel my appointment", "What are your opening hours?",
)  # fmt: skip
_SILENT = frozenset({"find_slots", "list_bookings", "send_code", "check_code"})
_TOLD = ("asked", "held", "done", "cleared", "executing", "expired", "unknown")
_ACT_OF = {"done": "told_done", "failed": "told_failed", "refused": "told_failed"}


def begin(mind: Mind, pack: Pack) -> None:
    """Disclose once who is speaking, and tell news of actions; a call's greeting discloses by itself."""
    if not mind.memory.get("disclosed") and mind.turn["channel"] != "call":
        mind.memory["disclosed"] = True
        mind.say(Line("about.disclosure"))
    for news in mind.news:
        waiting = mind.memory.get("waiting") or {}
        mind.memory["waiting"] = {k: v for k, v in waiting.items() if k != news["action"]}
        lines = news_lines(pack, news)
        mind.say(*lines)
        if news["state"] == "asked":
            _ask(mind, news, lines[-1])


def take_up(mind: Mind, pack: Pack) -> None:
    """Take up a flow's move or a tool's result."""
    if mind.move is not None:
        _take_move(mind, mind.move)
    elif len(mind.results) > mind.routed:
        result = mind.results[mind.routed]
        mind.routed = len(mind.results)
        _take_result(mind, pack, result)


def next_item(mind: Mind) -> None:
    """Do the first item of the worklist."""
    item = mind.todo.pop(0)
    mind.steps.append(f"{item['do']}:{item['task'] or item['key']}".rstrip(":"))
    if item["do"] in _PROGRESS:
        mind.memory["unclear"] = 0
    mind.memory["emergency"] = item["key"].startswith("emergency")
    _DOING.get(item["do"], _unclear)(mind, item)


def _say_line(mind: Mind, item: dict[str, Any]) -> None:
    mind.say(Line(item["key"]))
    if not mind.is_open:
        mind.act("asked_anything_else" if item["key"] in _OPENERS else "answered")


def _remember_name(mind: Mind, item: dict[str, Any]) -> None:
    mind.memory["name"] = item["words"]


def _look_up(mind: Mind, item: dict[str, Any]) -> None:
    talked_about = mind.memory["tasks"][-1]["slots"].get("service") if mind.memory["tasks"] else None
    about = talked_about or mind.memory.get("about")
    args = {"question": item["words"], "service": about, "before": item["key"] or None}
    mind.propose("answer", args, origin="answer")


def _confirm(mind: Mind, _item: dict[str, Any]) -> None:
    asking = mind.memory["asking"]
    if asking.get("unheard"):  # it was spoken over: nobody agrees to what they did not hear
        mind.memory["asking"] = {k: v for k, v in asking.items() if k != "unheard"}
        _again(mind)
        return
    mind.propose(asking["tool"], asking["args"], origin="asking")
    if mind.call is not None:
        mind.call |= {"action": asking["action"], "yes": asking["hash"]}


def _drop(mind: Mind, _item: dict[str, Any]) -> None:
    mind.memory |= {"asking": None, "confirming": None}
    mind.act("answered")


def _take_up_task(mind: Mind, item: dict[str, Any]) -> None:
    if item["key"] == "declined":
        stack.decline(mind)
        return
    if item["task"]:
        stack.put(mind, item["task"])
    stack.go_on(mind, item["said"], correct=item["key"] == "correct")


def _take_move(mind: Mind, move: dict[str, Any]) -> None:
    tasks = mind.memory["tasks"]
    if tasks and mind.task:
        tasks[-1] = mind.task
        mind.steps += [f"{mind.task['flow']}.{s}" for s in move["steps"]]
    if move["call"]:
        mind.lines += move["lines"]
        _propose_for_flow(mind, move["call"])
    elif move["done"]:
        mind.lines += move["lines"]
        stack.finish(mind)
    elif move["lines"]:
        if not stack.stands_still(mind):
            mind.memory["unclear"] = 0
        elif mind.not_understood():
            return
        stack.wait(mind, move["lines"], act=move["our_act"], offered=move["offered"])


def _propose_for_flow(mind: Mind, call: dict[str, Any]) -> None:
    """Propose what a flow wants; what already waits for staff is not asked for a second time."""
    for waiting in (mind.memory.get("waiting") or {}).values():
        if waiting["tool"] == call["tool"] and waiting["args"] == {**waiting["args"], **call["args"]}:
            mind.say(Line("any.waiting", {"ref": waiting["ref"], "by": waiting["by"]}))
            stack.finish(mind)
            return
    mind.propose(call["tool"], call["args"], origin="flow")


def _take_result(mind: Mind, pack: Pack, result: dict[str, Any]) -> None:
    calling, mind.calling = mind.calling or {}, None
    if result["tool"] == "answer":
        _take_answer(mind, result["receipt"], calling.get("question", ""))
        return
    if calling.get("for") == "asking":
        mind.memory |= {"asking": None, "confirming": None}
    if result["tool"] not in _SILENT and not _flow_words(mind, result):
        _tell(mind, pack, result)
    if calling.get("for") in ("flow", "asking") and mind.memory["tasks"] and result["state"] != "asked":
        task = mind.memory["tasks"][-1]
        mind.task, mind.result, mind.said, mind.goto = task, result, [], task["flow"]


def _flow_words(mind: Mind, result: dict[str, Any]) -> bool:
    """Whether the flow that is open words this failure, and goes on from it."""
    if not mind.memory["tasks"]:
        return False
    failures = ("slot_taken", "not_bookable", "price_changed", "booking_changed", "bad_arguments")
    return result["state"] == "expired" or (result["state"] not in _TOLD and result["receipt"].get("why") in failures)


def _tell(mind: Mind, pack: Pack, result: dict[str, Any]) -> None:
    line = result_line(pack, result)
    mind.say(line)
    if result["state"] == "asked":
        _ask(mind, result, line)
        return
    if result["state"] == "held":
        waiting = {"tool": result["tool"], "args": result["args"], "ref": result["ref"], "by": line.facts.get("by", "")}
        mind.memory["waiting"] = {**(mind.memory.get("waiting") or {}), result["action"]: waiting}
    if result["state"] == "done" and result["tool"] == "book":
        mind.memory["about"] = result["args"]["service"]
    if result["state"] == "done" and result["tool"] == "cancel":
        stack.forget_booking(mind, result["receipt"]["booking"])
    if result["tool"] != "hand_over" or not mind.is_open:  # a question that stood before still stands
        mind.act(_ACT_OF.get(result["state"], "answered"))


def _ask(mind: Mind, result: dict[str, Any], line: Line) -> None:
    mind.memory["asking"] = {
        "action": result["action"], "hash": result["args_hash"], "tool": result["tool"], "args": result["args"],
        "prompt": asdict(line),
    }  # fmt: skip
    mind.memory["confirming"] = ", ".join(result["facts"].values())[:300]
    mind.memory["unclear"] = 0
    mind.act("read_back")


def _take_answer(mind: Mind, found: dict[str, Any], question: str) -> None:
    if found.get("found"):
        mind.say(Line(found["key"], found["facts"]))
        mind.memory |= {"topic": question, "about": found.get("service") or mind.memory.get("about")}
    elif all(r["tool"] != "hand_over" for r in mind.results):
        mind.hand_over("question", mind.text)
    if not mind.is_open:
        mind.act("answered")


def _again(mind: Mind, _item: dict[str, Any] | None = None) -> None:
    """Come back to what was open: the read-back, or the question of the task on top."""
    asking = mind.memory.get("asking")
    if not asking:
        stack.come_back(mind)
    elif asking["prompt"] not in mind.lines:
        mind.lines.append(asking["prompt"])


def _unclear(mind: Mind, _item: dict[str, Any]) -> None:
    if not mind.not_understood():
        mind.say(Line("small.unclear_here" if mind.is_open else "small.unclear"))
        if mind.turn["channel"] == "call" and not mind.is_open:
            mind.say(Line("call.menu", options=MENU))
        _again(mind)


def _offer_to_go_on(mind: Mind, item: dict[str, Any]) -> None:
    """Offer once to go on with what was left open before a long pause."""
    mind.say(Line(f"go_on.{item['task']}", options=("Yes", "No")))
    mind.act("asked_anything_else")


def _tell_waiting(mind: Mind, _item: dict[str, Any]) -> None:
    """How the things stand that wait for staff."""
    for waiting in mind.memory["waiting"].values():
        mind.say(Line("any.waiting", {"ref": waiting["ref"], "by": waiting["by"]}))


_DOING: dict[str, Callable[[Mind, dict[str, Any]], None]] = {
    "line": _say_line,
    "name": _remember_name,
    "answer": _look_up,
    "hand_over": lambda mind, item: mind.hand_over(item["key"], item["words"]),
    "yes": _confirm,
    "drop": _drop,
    "leave": lambda mind, item: stack.leave(mind, quiet=item["key"] == "quiet"),
    "stack": lambda mind, item: stack.put(mind, item["task"], item["said"]),
    "flow": _take_up_task,
    "again": _again,
    "resume": _offer_to_go_on,
    "waiting": _tell_waiting,
}
