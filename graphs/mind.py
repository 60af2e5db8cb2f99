"""What one turn knows and does while it is decided: the stored memory, the worklist, and the lines to say."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from graphs.flow import Line


@dataclass(kw_only=True)
class Mind:
    """Carried through the nodes of a turn; `goto` names the flow or tool to visit next."""

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

    @property
    def is_open(self) -> bool:
        """Whether a question or a task waits for the customer."""
        return bool(self.memory.get("asking") or self.memory["tasks"])

    def say(self, *lines: Line) -> None:
        """Add lines."""
        self.lines += [asdict(line) for line in lines]

    def act(self, act: str, offered: list[str] | None = None) -> None:
        """Remember our own last act, which the reader of the next turn is told."""
        self.memory |= {"our_act": act, "offered": offered or []}

    def propose(self, tool: str, args: dict[str, Any], *, origin: str) -> None:
        """Visit a tool next; `origin` says who takes up its result."""
        self.goto = tool
        self.call = {
            "tool": tool, "args": args, "contact": self.turn["contact"], "cause": self.turn["id"], "for": origin,
            "by": f"conversation:{self.turn['read_by'] or 'system'}", "turn": self.turn["id"],
            "channel": self.turn["channel"], "address": self.turn["address"], "ordinal": self.ordinal,
            "step": self.steps[-1] if self.steps else "",
        }  # fmt: skip
        self.calling = {"for": origin, "question": args.get("question", "")}
        self.ordinal += 1

    def hand_over(self, reason: str, words: str) -> None:
        """Visit the tool that tells a person."""
        self.propose("hand_over", {"reason": reason, "words": words[:400]}, origin="hand_over")

    def not_understood(self) -> bool:
        """Count a turn that brought nothing; the second in a row goes to a person, and is true."""
        self.memory["unclear"] = self.memory.get("unclear", 0) + 1
        if self.memory["unclear"] < MAX_UNCLEAR:
            return False
        self.memory["unclear"] = 0
        self.hand_over("unclear", self.text)
        return True


MAX_UNCLEAR = 2
