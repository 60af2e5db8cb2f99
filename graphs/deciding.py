"""The mind of one turn: a worklist, the stored memory, and the lines to say."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from domain.action import Action
from domain.settings import Pack
from graphs import effects
from graphs.agenda import FLOWS, flow_of
from graphs.effects import Deps
from graphs.flow import Line
from graphs.readers.reader import ReadBy
from records import consents, ledger
from records.database import Tx
from tools.wording import long_time

MAX_UNCLEAR = 2
_NEWS = {"reject": "news.declined", "expire": "news.expired", "answer": "news.answer"}


@dataclass(kw_only=True)
class Mind:
    """Works through the items of a turn; `goto` names the flow or tool to visit next."""

    turn: dict[str, Any]
    memory: dict[str, Any]
    text: str
    news: list[dict[str, Any]]
    todo: list[dict[str, Any]]
    calling: dict[str, Any] | None
    results: list[dict[str, Any]]
    routed: int
    move: dict[str, Any] | None
    task: dict[str, Any] | None
    lines: list[dict[str, Any]]
    steps: list[str]
    ordinal: int
    goto: str | None = None
    call: dict[str, Any] | None = None
    said: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] | None = None

    @classmethod
    def of(cls, state: dict[str, Any]) -> Mind:
        """The mind as the graph's state has it."""
        memory = {**state["memory"], "tasks": [dict(t) for t in state["memory"].get("tasks", [])]}
        return cls(
            turn={**state["turn"], "read_by": state.get("read_by")}, memory=memory, text=state["text"],
            news=state.get("news") or [],
            todo=list(state.get("todo") or []), calling=state.get("calling"), results=state.get("results") or [],
            routed=state.get("routed", 0), move=state.get("move"), task=state.get("task"),
            lines=list(state.get("lines") or []), steps=list(state.get("steps") or []),
            ordinal=state.get("ordinal", 0),
        )  # fmt: skip

    def update(self) -> dict[str, Any]:
        """What goes back into the graph's state."""
        return {
            "memory": self.memory, "todo": self.todo, "calling": self.calling, "routed": self.routed, "move": None,
            "task": self.task or {}, "said": self.said, "result": self.result, "lines": self.lines,
            "steps": self.steps, "ordinal": self.ordinal, "channel": self.turn["channel"],
        }  # fmt: skip

    def begin(self, pack: Pack) -> None:
        """Disclose once who is speaking, and tell news of actions; a call's greeting discloses by itself."""
        if not self.memory.get("disclosed") and self.turn["channel"] != "call":
            self.memory["disclosed"] = True
            self.say(Line("about.disclosure"))
        for news in self.news:
            self._tell_news(pack, news)

    def say(self, *lines: Line) -> None:
        """Add lines."""
        self.lines += [asdict(line) for line in lines]

    def take_up(self, pack: Pack) -> None:
        """Take up a flow's move or a tool's result."""
        if self.move is not None:
            self._take_move(self.move)
        elif len(self.results) > self.routed:
            result = self.results[self.routed]
            self.routed = len(self.results)
            self._take_result(pack, result)

    def next_item(self, pack: Pack) -> None:
        """Do the first item of the worklist."""
        item = self.todo.pop(0)
        self.steps.append(f"{item['do']}:{item['task'] or item['key']}".rstrip(":"))
        match item["do"]:
            case "line":
                self.say(Line(item["key"]))
                if not self.memory["tasks"]:
                    self._act("asked_anything_else" if item["key"] == "small.what" else "answered")
            case "answer":
                about = self.memory["tasks"][-1]["slots"].get("service") if self.memory["tasks"] else None
                self._propose("answer", {"question": item["words"], "service": about}, origin="answer")
            case "hand_over":
                self._propose("hand_over", {"reason": item["key"], "words": item["words"]}, origin="hand_over")
            case "yes":
                asking = self.memory["asking"]
                self._propose(asking["tool"], asking["args"], origin="asking")
                if self.call is not None:
                    self.call |= {"action": asking["action"], "yes": asking["hash"]}
            case "drop":
                self.memory |= {"asking": None, "confirming": None}
                self._act("answered")
            case "flow":
                self._enter_flow(item)
            case "again":
                self._again()
            case _:
                self._unclear()

    def _enter_flow(self, item: dict[str, Any]) -> None:
        tasks = self.memory["tasks"]
        if item["task"]:
            flow = FLOWS[flow_of(item["task"], (item["task"],)) or "form"]
            slots = {"task": item["task"]}
            tasks.append({"flow": flow.name, "task": item["task"], "step": flow.start, "slots": slots})
        task = tasks[-1]
        flow = FLOWS[task["flow"]]
        if item["key"] == "declined":
            tasks.pop()
            self.say(Line(f"{task['task']}.declined"))
            self._act("asked_when" if task["task"] == "book" else "asked_anything_else")
            if task["task"] in ("book", "find", "move"):
                kept = {k: task["slots"][k] for k in ("task", "service", "staff", "booking") if k in task["slots"]}
                tasks.append({**task, "step": flow.correct, "slots": kept})
            return
        if item["key"] == "correct" or task["step"] == "settled":
            task["step"] = flow.correct
        self.task, self.said, self.result, self.goto = task, item["said"], None, flow.name
        self.memory["unclear"] = 0

    def _take_move(self, move: dict[str, Any]) -> None:
        tasks = self.memory["tasks"]
        if tasks and self.task:
            tasks[-1] = self.task
        self.steps += [f"{self.task['flow']}.{s}" for s in move["steps"]] if self.task else []
        self.lines += move["lines"]
        if move["call"]:
            self._propose(move["call"]["tool"], move["call"]["args"], origin="flow")
        elif move["done"]:
            tasks.pop()
            self._act("answered")
            if tasks:
                self.todo.append(_item("again"))
        elif move["lines"]:
            self._act(move["our_act"], move["offered"])
            self.memory["prompt"] = move["lines"][-1:]

    def _take_result(self, pack: Pack, result: dict[str, Any]) -> None:
        origin = (self.calling or {}).get("for")
        self.calling = None
        if result["tool"] == "answer":
            self._take_answer(result)
            return
        worded = result["state"] in ("asked", "held", "done", "cleared", "executing", "expired", "unknown")
        if origin == "asking":
            self.memory |= {"asking": None, "confirming": None}
        if result["tool"] not in _SILENT and (worded or not self._flow_words(result)):
            self._tell_result(pack, result)
        if origin in ("flow", "asking") and self.memory["tasks"] and result["state"] != "asked":
            task = self.memory["tasks"][-1]
            self.task, self.result, self.said, self.goto = task, result, [], task["flow"]

    def _flow_words(self, result: dict[str, Any]) -> bool:
        """Whether the flow itself words this failure."""
        return bool(self.memory["tasks"]) and result["receipt"].get("why") in (
            "slot_taken", "not_bookable", "price_changed", "booking_changed", "bad_arguments",
        )  # fmt: skip

    def _tell_result(self, pack: Pack, result: dict[str, Any]) -> None:
        line = result_line(pack, result)
        self.say(line)
        if result["state"] == "asked":
            self._ask(result, line)
        elif result["state"] == "done":
            self._act("told_done")
        elif result["state"] in ("failed", "refused"):
            self._act("told_failed")
        else:
            self._act("answered")

    def _ask(self, result: dict[str, Any], line: Line) -> None:
        self.memory["asking"] = {
            "action": result["action"], "hash": result["args_hash"], "tool": result["tool"], "args": result["args"],
        }  # fmt: skip
        self.memory["confirming"] = ", ".join(result["facts"].values())[:300]
        self.memory["prompt"] = [asdict(line)]
        self._act("read_back")

    def _take_answer(self, result: dict[str, Any]) -> None:
        found = result["receipt"]
        if found.get("found"):
            self.say(Line("answer.found", {"answer": found["text"]}))
        else:
            self.say(Line("answer.unknown"))
            self._propose("hand_over", {"reason": "question", "words": self.text[:400]}, origin="question")
        if not self.memory["tasks"] and not self.memory.get("asking"):
            self._act("answered")

    def _again(self) -> None:
        """Come back to what was open: the read-back, or the question of the task on top."""
        if self.memory.get("asking") or self.memory["tasks"]:
            prompt = self.memory.get("prompt") or []
            if prompt and prompt[-1] not in self.lines:
                self.lines += prompt

    def _unclear(self) -> None:
        self.memory["unclear"] = self.memory.get("unclear", 0) + 1
        if self.memory["unclear"] >= MAX_UNCLEAR:
            self.memory["unclear"] = 0
            self._propose("hand_over", {"reason": "unclear", "words": self.text[:400]}, origin="hand_over")
            return
        self.say(Line("small.unclear"))
        self._again()

    def _tell_news(self, pack: Pack, news: dict[str, Any]) -> None:
        staff = news.get("staff") or {}
        if news["state"] == "refused" and staff.get("kind") in _NEWS:
            facts = {**news["facts"], "text": staff.get("text") or "", "ref": news["ref"]}
            with_reason = staff["kind"] == "reject" and bool(staff.get("text"))
            self.say(Line(_NEWS[staff["kind"]] + ("_because" if with_reason else ""), facts))
            return
        if news["state"] == "asked":
            self.say(Line("news.edited", {"ref": news["ref"]}))
            line = result_line(pack, news)
            self.say(line)
            self._ask(news, line)
            return
        if news["state"] == "done" and staff:
            self.say(Line("news.approved", {"ref": news["ref"]}))
        self.say(result_line(pack, news))

    def _propose(self, tool: str, args: dict[str, Any], *, origin: str) -> None:
        self.goto = tool
        self.call = {
            "tool": tool, "args": args, "contact": self.turn["contact"], "cause": self.turn["id"], "for": origin,
            "by": f"conversation:{self.turn['read_by'] or 'system'}", "turn": self.turn["id"],
            "channel": self.turn["channel"], "address": self.turn["address"], "ordinal": self.ordinal,
            "step": self.steps[-1] if self.steps else "",
        }  # fmt: skip
        self.calling = {"for": origin}
        self.ordinal += 1

    def _act(self, act: str, offered: list[str] | None = None) -> None:
        self.memory |= {"our_act": act, "offered": offered or []}


_SILENT = frozenset({"find_slots", "list_bookings", "send_code", "check_code"})


def result_line(pack: Pack, result: dict[str, Any]) -> Line:
    """The line for what became of an action; its facts come from the arguments and the receipt."""
    receipt = result["receipt"]
    facts = {**result["facts"], **{k: str(v) for k, v in receipt.items()}, "ref": result.get("ref") or ""}
    facts["details"] = ", ".join([result["tool"].replace("_", " "), *result["facts"].values()])
    if result.get("expires_at"):
        facts["by"] = long_time(pack.business, result["expires_at"])
    state = {"cleared": "on_its_way", "executing": "on_its_way"}.get(result["state"], result["state"])
    key = f"{result['tool']}.{state}"
    if state == "failed" and receipt.get("why"):
        key = f"{key}.{receipt['why']}"
    if state == "refused":
        rules = [f["rule"] for f in result["findings"] if f["verdict"] == "deny"]
        key = f"{key}.{rules[0]}" if rules else key
    options = ("Yes", "No") if state == "asked" else ()
    return Line(key, facts, options, result["action"] if state == "done" else None)


def note_reading(tx: Tx, deps: Deps, turn: dict[str, Any], read: ReadBy) -> None:
    """Tell the ledger who read the turn; a wish to be left alone is committed before anything is decided."""
    said = [{"act": s.act, "task": s.task} for s in read.reading.said]
    body = {
        "turn": turn["id"], "contact": turn["contact"], "by": read.by, "failed": read.failed, "said": said,
        "dropped": list(read.dropped), "wish": read.reading.contact_wish, "unclear": read.reading.unclear,
    }  # fmt: skip
    ledger.append(tx, deps.pack.business.id, ledger.Entry("turn.read", body), at=deps.clock.now())
    if read.reading.contact_wish in ("stop_all", "stop_marketing", "stop_calls"):
        channel = "call" if read.reading.contact_wish == "stop_calls" else turn["channel"]
        entry = consents.Entry(
            business=deps.pack.business.id, contact=turn["contact"], address=turn["address"], channel=channel,
            purpose="marketing" if read.reading.contact_wish == "stop_marketing" else "all", act="revoke",
            method=f"read by {read.by}", evidence=turn["id"], actor="customer",
        )  # fmt: skip
        consents.add(tx, entry, deps.clock.now())


def let_go(tx: Tx, deps: Deps, row: Action) -> None:
    """Release what an overtaken action held."""
    effects.let_go(tx, deps, row)


def _item(do: str) -> dict[str, Any]:
    return {"do": do, "key": "", "words": "", "said": [], "task": None}
