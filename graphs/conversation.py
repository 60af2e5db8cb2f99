"""The conversation: understand → decide ⇢ flows and guarded tools → say → check, once per turn, never interrupted."""

from __future__ import annotations

import operator
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any, Required, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from domain.guard import Guard
from domain.reading import Reading
from domain.tool import Tool
from graphs import deciding, effects, stack
from graphs.agenda import FLOWS, agenda
from graphs.check import Checked, checked
from graphs.effects import Deps
from graphs.flow import Line, flow_graph
from graphs.guarded import Compiled, Outline, outlined, park
from graphs.hearing import listening, own_tasks
from graphs.mind import Mind
from graphs.noting import note_reading
from graphs.proof import prove
from graphs.wording import worded
from guards.promotion import asks_for_offers
from records import actions, conversations
from records.database import Tx


class TurnState(TypedDict, total=False):
    """One turn: loaded from records, never checkpointed."""

    turn: Required[dict[str, Any]]
    text: Required[str]
    memory: Required[dict[str, Any]]
    news: list[dict[str, Any]]
    reading: Required[dict[str, Any] | None]
    read_by: str | None
    todo: list[dict[str, Any]] | None
    calling: dict[str, Any] | None
    task: dict[str, Any]
    said: list[dict[str, Any]]
    channel: str
    result: dict[str, Any] | None
    move: dict[str, Any] | None
    results: Annotated[list[dict[str, Any]], operator.add]
    routed: int
    lines: list[dict[str, Any]]
    steps: list[str]
    ordinal: int
    draft: AsyncIterator[Line] | None
    reply: list[dict[str, Any]]


class Answered(TypedDict, total=False):
    """All that the turn's last commit needs."""

    memory: dict[str, Any]
    news: list[dict[str, Any]]
    steps: list[str]
    reply: list[dict[str, Any]]


def conversation(tools: Mapping[str, Tool], guards: Sequence[Guard]) -> Compiled:
    """The conversation over these tools and guards, proved: no effect escapes them."""
    outlines = tuple(Outline.of(t) for t in tools.values() if t.name != "message")
    return _built(outlines, tuple(guard.name for guard in guards))


@lru_cache(maxsize=16)
def _built(tools: tuple[Outline, ...], guards: tuple[str, ...]) -> Compiled:
    """Built and proved once a process: it takes longer than a turn, and nothing of a composition is in it."""
    graph: StateGraph[TurnState, Deps, TurnState, Answered] = StateGraph(
        TurnState, context_schema=Deps, output_schema=Answered
    )
    graph.add_node("understand", understand)
    graph.add_node("decide", decide, destinations=(*FLOWS, *(tool.name for tool in tools), "say"))
    for flow in FLOWS.values():
        graph.add_node(flow.name, flow_graph(flow), metadata={"kind": "flow"})
        graph.add_edge(flow.name, "decide")
    for tool in tools:
        subgraph = outlined(tool, guards, hold=park).compile(name=tool.name)
        graph.add_node(tool.name, subgraph, metadata={"kind": "tool", "tier": str(tool.tier)})
        graph.add_edge(tool.name, "decide")
    graph.add_node("say", say)
    graph.add_node("check", check)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "decide")
    graph.add_edge("say", "check")
    graph.add_edge("check", END)
    compiled = graph.compile(name="conversation")
    prove(compiled, guards, effects=len(tools))
    return compiled


async def understand(state: TurnState, runtime: Runtime[Deps]) -> dict[str, Any]:
    """Read the customer's words: the only place where a model meets them; committed before anything is decided."""
    deps, known = runtime.context, state.get("reading")
    if known is not None or state.get("news"):
        return {"reading": known}
    heard = listening(deps, state["memory"])
    read = await deps.understand(state["text"], heard)
    reading, turn = read.reading.model_dump(mode="json"), state["turn"]

    def work(tx: Tx) -> None:
        conversations.save_reading(tx, turn["id"], reading, read_by=read.by)
        note_reading(tx, deps, turn, read=read)

    await deps.database.write(deps.step(turn["contact"]), work)
    return {"reading": reading, "read_by": read.by, "turn": {**turn, "read_by": read.by}}


async def decide(state: TurnState, runtime: Runtime[Deps]) -> Command[str]:
    """Route: take up what came back, then the next item, until nothing is left to do."""
    deps = runtime.context
    mind = Mind.of(dict(state))
    if state.get("todo") is None:
        deciding.begin(mind, deps.pack)
        if not state.get("news"):
            reading = Reading.model_validate(state["reading"])
            items = agenda(mind.memory, reading, state["text"], forms=own_tasks(deps))
            mind.todo = [asdict(i) for i in stack.resumed(mind, items)]
    deciding.take_up(mind, deps.pack)
    while mind.goto is None and mind.todo:
        if mind.todo[0]["do"] == "drop":
            await _drop(deps, mind)
        deciding.next_item(mind)
    if mind.goto is None:
        return Command(goto="say", update=mind.update())
    if mind.call is not None:
        return Command(goto=Send(mind.goto, {"call": mind.call}), update=mind.update())
    return Command(goto=mind.goto, update=mind.update())


async def _drop(deps: Deps, mind: Mind) -> None:
    """The customer changed their mind: the action they were asked about ends and lets go of what it held."""
    asking = mind.memory.get("asking")
    if asking is None:
        return

    def work(tx: Tx) -> None:
        row = actions.load(tx, asking["action"])
        if row is not None and actions.supersede(tx, row.id, "changed_mind", now=deps.clock.now()):
            effects.let_go(tx, deps, row)

    await deps.database.write(deps.step(mind.turn["contact"]), work)


async def say(state: TurnState, runtime: Runtime[Deps]) -> dict[str, Any]:
    """Turn what happened into lines to say, lazily: `check` pulls them one by one."""

    async def draft() -> AsyncIterator[Line]:
        for line in state.get("lines", []):
            options = tuple(line["options"])
            yield Line(line["key"], line["facts"], options, line["receipt"])

    return {"draft": draft()}


async def check(state: TurnState, runtime: Runtime[Deps]) -> dict[str, Any]:
    """Word, check and emit each line; what claims an effect needs its receipt."""
    deps, reply, draft = runtime.context, [], state.get("draft")
    done = {r["action"] for r in state.get("results", []) if r["state"] == "done" and r.get("action")}
    done |= {n["action"] for n in state.get("news", []) if n["state"] == "done"}
    offers = asks_for_offers(state["text"])
    if draft is not None:
        async for line in draft:
            text = worded(deps.pack, line.key, line.facts, seed=state["turn"]["id"])
            passed: Checked = checked(text, deps.pack, backed=line.receipt in done, offers=offers)
            reply.append({"text": passed.text, "options": list(line.options), "changed": list(passed.changed)})
            runtime.stream_writer({"text": passed.text})
    return {"reply": reply, "draft": None}
