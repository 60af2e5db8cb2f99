"""The guarded tool: one subgraph per tool, `propose → every guard → gate ⇢ run | ask | hold | refuse → record`.

There is no other way to add an effect node: the builder is closed, and `prove` cuts each guard in turn to show that
the effect becomes unreachable. Two endings of `hold`, not a flag: `guarded(tool, guards, hold=park)` for conversations,
which then contain no interrupt at all, and `guarded(tool, guards, hold=wait_for_staff(tool))` for a held action's own
thread.
"""

from __future__ import annotations

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from langgraph.channels import UntrackedValue
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command
from pydantic import BaseModel, ValidationError

from domain.action import Action, Proposal, Purpose
from domain.clock import from_ms
from domain.decision import Finding, finding_from, finding_json
from domain.errors import ConfigurationError, IntegrityError, ToolRefused
from domain.guard import Guard
from domain.tool import Tool
from graphs import effects
from graphs.effects import Deps
from guards import door, gate
from guards.facts import Facts, load_facts
from records import actions, conversations, ledger
from records.database import Tx


class ActionState(TypedDict):
    """Plain JSON but for the proposal and its facts, which are made on every pass and never checkpointed.

    `call` goes in; `propose` adds proposal, facts and answers, and whatever leads to `record` an outcome.
    """

    call: dict[str, Any]
    proposal: Annotated[Proposal, UntrackedValue]
    facts: Annotated[Facts, UntrackedValue]
    answers: NotRequired[dict[str, dict[str, Any] | None]]
    outcome: dict[str, Any]
    results: NotRequired[Annotated[list[dict[str, Any]], operator.add]]


class Results(TypedDict):
    """All that leaves the subgraph."""

    results: Annotated[list[dict[str, Any]], operator.add]


Node = Callable[..., Awaitable[Any]]
Builder = StateGraph[ActionState, Deps, ActionState, Results]
Compiled = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a tool that its graph is built from; tools and guards are looked up by name when the graph runs.

    So what was built and proved for one composition serves every other one with the same names; a guard that its
    composition has and the graph did not ask denies.
    """

    name: str
    tier: int
    purpose: Purpose
    args: type[BaseModel]

    @classmethod
    def of(cls, tool: Tool) -> Outline:
        """The outline of a tool."""
        return cls(tool.name, tool.tier, tool.purpose, tool.args)


def guarded(tool: Tool, guards: Sequence[Guard], *, hold: Node) -> Builder:
    """Build the subgraph of one tool; raises `ConfigurationError` without guards."""
    return outlined(Outline.of(tool), [guard.name for guard in guards], hold=hold)


def outlined(tool: Outline, guards: Sequence[str], *, hold: Node) -> Builder:
    """Build the subgraph of a tool of this outline, with guards of these names."""
    if not guards:
        raise ConfigurationError(f"tool {tool.name}: a tool without guards cannot be built")
    graph: Builder = StateGraph(ActionState, context_schema=Deps, output_schema=Results)
    detached = hold is not park
    graph.add_node("propose", _propose(tool.name), metadata={"kind": "propose"}, destinations=(guards[0], "record"))
    for guard in guards:
        graph.add_node(guard, _guard_node(guard), metadata={"kind": "guard"})
    endings = ("run", "ask", "hold", "refuse")
    graph.add_node("gate", _gate(tool.name, detached=detached), metadata={"kind": "gate"}, destinations=endings)
    effect = {"kind": "effect", "tool": tool.name, "tier": str(tool.tier), "purpose": tool.purpose}
    graph.add_node("run", _run(tool.name, detached=detached), metadata=effect)
    graph.add_node("ask", _ending, metadata={"kind": "ask"})
    graph.add_node("hold", hold, metadata={"kind": "hold"})
    graph.add_node("refuse", _ending, metadata={"kind": "refuse"})
    graph.add_node("record", _record, metadata={"kind": "record"})
    graph.add_edge(START, "propose")
    path = [*guards, "gate"]
    for here, there in zip(path, path[1:], strict=False):
        graph.add_edge(here, there)
    for ending in endings:
        if ending != "hold" or not detached:
            graph.add_edge(ending, "record")
    graph.add_edge("record", END)
    return graph


async def park(state: ActionState) -> dict[str, Any]:
    """The conversation goes on; the action waits in its own thread."""
    return {}


async def _ending(state: ActionState) -> dict[str, Any]:
    return {}


async def _record(state: ActionState) -> dict[str, Any]:
    return {"results": [state["outcome"]]}


def proposal_of(tool: Tool, call: dict[str, Any], deps: Deps) -> Proposal:
    """The proposal of a call: what it is comes from the tool, who it is for from the runtime."""
    valid = tool.args.model_validate(call["args"])
    return Proposal(
        tool=tool.name, args=valid.model_dump(mode="json"), look=tool.look(valid),
        tier=tool.tier, purpose=tool.purpose, assurance=tool.assurance,
        business=deps.pack.business.id, contact=call["contact"], cause=call["cause"], proposed_by=call["by"],
        ordinal=call.get("ordinal", 0), turn=call.get("turn"), channel=call.get("channel"),
        address=call.get("address"), snapshot=deps.pack.snapshot, action=call.get("action"),
        step=call.get("step", ""),
    )  # fmt: skip


def _propose(name: str) -> Node:
    async def propose(state: ActionState, runtime: Runtime[Deps]) -> Command[str]:
        """Validate, take the row's arguments where it exists, note the customer's yes, load the facts."""
        deps, call = runtime.context, state["call"]
        tool = deps.tools[name]

        def work(tx: Tx) -> tuple[Proposal, Facts]:
            row = actions.load(tx, call["action"]) if call.get("action") else None
            now = dict(call, args=row.args) if row else call
            if row and call.get("yes"):
                actions.confirm(tx, row.id, call["yes"], turn=call["turn"], now=deps.clock.now())
            proposal = proposal_of(tool, now, deps)
            return proposal, load_facts(tx, proposal, deps.clearance())

        try:
            scope = deps.step(call["contact"])
            whole = deps.database.write(scope, work) if call.get("yes") else deps.database.read(work)
            proposal, facts = await whole
        except ValidationError as problem:
            where = ",".join(str(e["loc"][0]) if e["loc"] else "args" for e in problem.errors())
            return Command(goto="record", update={"outcome": _refusal(tool, call, "bad_arguments", detail=where)})
        update = {"call": {**call, "args": proposal.args}, "proposal": proposal, "facts": facts, "answers": {}}
        return Command(goto=deps.guards[0].name, update=update)

    return propose


def _guard_node(name: str) -> Node:
    async def judge(state: ActionState, runtime: Runtime[Deps]) -> dict[str, Any]:
        finding = gate.ask(runtime.context.guard(name), state["proposal"], state["facts"])
        answers = {**state.get("answers", {}), name: finding_json(finding) if finding else None}
        return {"answers": answers}

    return judge


def _answers(state: ActionState) -> dict[str, Finding | None]:
    return {name: finding_from(f) if f else None for name, f in state.get("answers", {}).items()}


def _gate(name: str, *, detached: bool) -> Node:
    async def decide(state: ActionState, runtime: Runtime[Deps]) -> Command[Literal["run", "ask", "hold", "refuse"]]:
        deps, proposal = runtime.context, state["proposal"]
        tool = deps.tools[name]
        if tool.read is not None:
            judged = gate.judge(proposal, _answers(state), deps.clearance())
            outcome = {**_shape(tool, state["call"]), "state": "refused", "findings": _told(judged.findings)}
            return Command(goto="run" if judged.outcome == "run" else "refuse", update={"outcome": outcome})

        def work(tx: Tx) -> tuple[Action, dict[str, str]]:
            _, row = door.record(tx, proposal, _answers(state), clearance=deps.clearance())
            return _prepare(tx, deps, row, detached=detached)

        row, facts = await deps.database.write(deps.step(proposal.contact), work)
        goto: dict[str, Literal["run", "ask", "hold", "refuse"]] = {
            "asked": "ask", "held": "hold", "refused": "refuse", "failed": "refuse",
        }  # fmt: skip
        outcome = {**_shape(tool, {**state["call"], "action": row.id}), **_of_row(row), "facts": facts}
        call = {**state["call"], "action": row.id}
        return Command(goto=goto.get(row.state, "run"), update={"outcome": outcome, "call": call})

    return decide


def _prepare(tx: Tx, deps: Deps, row: Action, *, detached: bool) -> tuple[Action, dict[str, str]]:
    """Reserve what a waiting action needs, let go of what a refused one had, say what it is about."""
    tool, facts = deps.tools[row.tool], effects.described(tx, deps, row)
    if row.state in ("asked", "held") and tool.hold is not None:
        expires = from_ms(row.expires_at) if row.expires_at else None
        try:
            with tx.begin_nested():
                tool.hold(tool.args.model_validate(row.args), effects.context(tx, deps, row, expires=expires))
        except ToolRefused as refusal:
            effects.let_go(tx, deps, row)
            receipt = {"why": refusal.code, **refusal.facts}
            row = actions.settle(tx, row.id, "failed", receipt=receipt, now=deps.clock.now())
            return effects.ended(tx, deps, row, detached=detached), facts
    if row.state == "asked":
        actions.save_asked(tx, row.id, facts)
        if detached:
            effects.tell_conversation(tx, deps, row, kind="asked")
    if row.state == "refused":
        effects.let_go(tx, deps, row)
        effects.ended(tx, deps, row, detached=detached)
    return row, facts


def _run(name: str, *, detached: bool) -> Node:
    async def run(state: ActionState, runtime: Runtime[Deps]) -> dict[str, Any]:
        deps, call = runtime.context, state["call"]
        tool = deps.tools[name]
        if tool.read is not None:
            return {"outcome": await _read(tool, state, deps)}

        def work(tx: Tx) -> Action:
            row = actions.load(tx, call["action"])
            if row is None:
                raise IntegrityError(f"action {call['action']} was recorded at the gate and is not there any more")
            if row.state != "cleared":
                return row  # done in a turn that crashed: the receipt on record is the answer
            if tool.deliver is not None:
                return effects.dispatch(tx, deps, row)
            return effects.execute(tx, deps, row, detached=detached)

        row = await deps.database.write(deps.step(call["contact"]), work)
        return {"outcome": {**state["outcome"], **_of_row(row)}}

    return run


async def _read(tool: Tool, state: ActionState, deps: Deps) -> dict[str, Any]:
    """Read once per turn and call; what was found is recorded before anything is decided on it."""
    call, proposal, look = state["call"], state["proposal"], tool.read
    if look is None:
        raise ConfigurationError(f"tool {tool.name}: it writes, so it cannot be read")

    def work(tx: Tx) -> dict[str, Any]:
        turn = call.get("turn")
        known = conversations.results_of(tx, turn) if turn else {}
        if proposal.id in known:
            return dict(known[proposal.id])
        shell = Action(
            id=proposal.id, business=proposal.business, contact=proposal.contact, tool=tool.name, args=proposal.args,
            args_hash=proposal.args_hash, version=1, tier=0, purpose=tool.purpose, assurance=tool.assurance,
            state="done", cause=proposal.cause, proposed_by=proposal.proposed_by, turn=proposal.turn,
            channel=proposal.channel, address=proposal.address, snapshot=proposal.snapshot, ref="",
        )  # fmt: skip
        found = look(tool.args.model_validate(proposal.args), effects.context(tx, deps, shell))
        if turn:
            conversations.save_results(tx, turn, {**known, proposal.id: found})
        body = {
            "action": proposal.id, "tool": tool.name, "contact": proposal.contact, "turn": proposal.turn,
            "args_hash": proposal.args_hash,
        }  # fmt: skip
        ledger.append(tx, proposal.business, ledger.Entry("tool.read", body), at=deps.clock.now())
        return found

    found = await deps.database.write(deps.step(call["contact"]), work)
    return {**_shape(tool, call), "state": "done", "receipt": found}


def _shape(tool: Tool, call: dict[str, Any]) -> dict[str, Any]:
    return {"tool": tool.name, "action": call.get("action"), "for": call.get("for"), "state": "proposed",
            "receipt": {}, "findings": [], "facts": {}}  # fmt: skip


def _of_row(row: Action) -> dict[str, Any]:
    return {
        "action": row.id, "ref": row.ref, "state": row.state, "receipt": row.receipt or {}, "findings": row.findings,
        "args_hash": row.args_hash, "expires_at": row.expires_at, "args": row.args,
    }  # fmt: skip


def _told(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [finding_json(f) for f in findings]


def _refusal(tool: Tool, call: dict[str, Any], why: str, *, detail: str) -> dict[str, Any]:
    return {**_shape(tool, call), "state": "failed", "receipt": {"why": why, "detail": detail}}
