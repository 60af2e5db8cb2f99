"""Flows: tables of named steps, each a pure function of what is known, turned into LangGraph subgraphs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from domain.reading import OurAct, Said
from domain.settings import Pack
from domain.tool import Tool
from graphs.effects import Deps
from graphs.guarded import Compiled


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say: a key of the business's wording and the facts that fill it."""

    key: str
    facts: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    receipt: str | None = None  # the action whose receipt backs a claim in it


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to propose; `action` with `yes` continues the row that the customer was asked about."""

    tool: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a step sees: the task's slots, what was said in this turn, the result of the tool it called."""

    slots: dict[str, Any]
    said: tuple[Said, ...]
    text: str
    result: dict[str, Any] | None
    pack: Pack
    now: datetime
    channel: str
    tools: dict[str, Tool]

    @property
    def local(self) -> datetime:
        """Now in the business's zone."""
        return self.pack.business.local(self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What a step decides. One of: `goto` a step at once, `wait` for the customer there, `call` a tool and go on at
    `then`, or `done`. `slots` are merged into the task's (None removes one)."""

    goto: str | None = None
    wait: str | None = None
    call: Call | None = None
    then: str | None = None
    done: bool = False
    say: tuple[Line, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    our_act: OurAct = "answered"
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A named step, the steps it may go to at once, and those it may leave the task at for later: after the
    customer's answer or a tool's result."""

    name: str
    run: Callable[[View], Next]
    to: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A state machine for some tasks; `correct` is where it goes when the customer changes their mind."""

    name: str
    tasks: tuple[str, ...]
    start: str
    correct: str
    steps: tuple[Step, ...]


class FlowState(TypedDict):
    """Goes in: the task and what was heard. Comes out: the task and the move."""

    task: dict[str, Any]
    said: list[dict[str, Any]]
    text: str
    channel: str
    result: NotRequired[dict[str, Any] | None]
    move: NotRequired[dict[str, Any]]


class FlowOutput(TypedDict):
    """All that leaves a flow."""

    task: dict[str, Any]
    move: dict[str, Any]


def flow_graph(flow: Flow) -> Compiled:
    """The flow as a compiled subgraph, one node a step."""
    graph: StateGraph[FlowState, Deps, FlowState, FlowOutput] = StateGraph(
        FlowState, context_schema=Deps, output_schema=FlowOutput
    )
    names = [step.name for step in flow.steps]
    for step in flow.steps:
        metadata = {"kind": "step", "flow": flow.name, "later": ",".join(step.later)}
        graph.add_node(step.name, _node(step), destinations=(*step.to, END), metadata=metadata)

    async def enter(state: FlowState) -> str:
        return str(state["task"]["step"])

    graph.add_conditional_edges(START, enter, names)
    return graph.compile(name=flow.name)


def _node(step: Step) -> Callable[..., Any]:
    async def run(state: FlowState, runtime: Runtime[Deps]) -> Command[str]:
        deps, task = runtime.context, state["task"]
        view = View(
            slots=dict(task["slots"]), said=tuple(Said.model_validate(s) for s in state["said"]), text=state["text"],
            result=state.get("result"), pack=deps.pack, now=deps.clock.now(), channel=state["channel"],
            tools=dict(deps.tools),
        )  # fmt: skip
        following = step.run(view)
        slots = {**task["slots"], **following.slots}
        where = following.goto or following.then or following.wait or task["step"]
        moved = {**task, "step": where, "slots": {k: v for k, v in slots.items() if v is not None}}
        before = state.get("move") or {"lines": [], "steps": []}
        move = {
            "lines": [*before["lines"], *(asdict(line) for line in following.say)],
            "steps": [*before["steps"], step.name],
            "call": asdict(following.call) if following.call else None,
            "done": following.done,
            "our_act": following.our_act,
            "offered": list(following.offered),
        }
        update: dict[str, Any] = {"task": moved, "move": move}
        if where not in (step.to if following.goto else (*step.later, task["step"])):
            raise ValueError(f"step {step.name} may not go to {where}")
        return Command(goto=following.goto or END, update=update)

    return run
