"""Held actions: each runs as its own thread `action:<id>` and stops in an interrupt until staff decide.

Staff's answer is a row first (compare-and-set, with ledger and job in one transaction); the thread is only woken. The
row is the truth and the thread disposable: what is neither waiting nor answered starts over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command, interrupt
from pydantic import BaseModel, ValidationError, create_model

from domain.action import Action
from domain.canonical import digest
from domain.clock import to_ms
from domain.errors import BadInput
from domain.tool import Tool
from graphs import effects, untraced
from graphs.effects import Deps
from graphs.guarded import ActionState, Compiled, Node, Outline, outlined
from graphs.proof import prove
from records import actions, jobs, obligations, staff_answers
from records.database import Tx
from records.jobs import Work
from records.obligations import Ending
from records.staff_answers import Kind, StaffAnswer


class Review(BaseModel):
    """What resumes an interrupt; the answer itself is read from the row."""

    kind: Kind
    by: str


def wait_for_staff(tool: Tool | Outline) -> Node:
    """The interrupt node of a tool's own thread: it interrupts and goes back to `propose`, nothing else."""
    args: Any = tool.args | None
    schema = create_model(f"{tool.name}_review", __base__=Review, args=(args, None))

    async def hold(state: ActionState) -> Command[Literal["propose"]]:
        call = state["call"]
        card = {"action": call["action"], "tool": tool.name, "hash": digest(tool.name, call["args"])}
        interrupt(card, response_schema=schema)
        return Command(goto="propose")

    return hold


def action_graphs(deps: Deps, saver: BaseCheckpointSaver[Any]) -> dict[str, Compiled]:
    """One compiled thread per tool that writes, proved, over the checkpoints of this composition."""
    writing = [Outline.of(t) for t in deps.tools.values() if t.write is not None]
    names = tuple(guard.name for guard in deps.guards)
    return {t.name: _built(t, names).copy({"checkpointer": saver}) for t in writing}


@lru_cache(maxsize=256)
def _built(tool: Outline, guards: tuple[str, ...]) -> Compiled:
    """Built and proved once a process."""
    compiled = outlined(tool, guards, hold=wait_for_staff(tool)).compile(name=f"action_{tool.name}")
    prove(compiled, guards, effects=1)
    return compiled


def thread(action: str) -> RunnableConfig:
    """The thread of an action; strict resume, so that a stale or wrong interrupt id is an error."""
    return {"configurable": {"thread_id": f"action:{action}", "__pregel_strict_resume": True}}


async def drive(deps: Deps, graphs: Mapping[str, Compiled], action: str) -> None:
    """Bring an action's thread to where its row is; idempotent, one at a time per action (the job's lane)."""
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is None:
        return
    graph = graphs[row.tool]
    if row.state not in ("held", "cleared"):
        await forget(graph, action)
        return
    snapshot = await graph.aget_state(thread(action))
    if row.state == "held" and snapshot.interrupts:
        if row.staff is None:
            return
        told = {"kind": row.staff["kind"], "by": row.staff["by"]}
        resume: Command[Any] = Command(resume={snapshot.interrupts[0].id: told})
        await untraced.invoke(graph, resume, thread(row.id), deps=deps, durability="sync")
    else:
        await _start_over(deps, graph, row)  # cleared: cut off between the gate and the run; the guards are asked again
    after = await deps.database.read(lambda tx: actions.load(tx, action))
    if after is not None and after.state == "held" and after.staff is not None:
        await _start_over(deps, graph, after)  # a renamed node resumes without doing anything
        after = await deps.database.read(lambda tx: actions.load(tx, action))
    if after is not None and after.state != "held":
        await forget(graph, action)


async def _start_over(deps: Deps, graph: Compiled, row: Action) -> None:
    await forget(graph, row.id)
    await untraced.invoke(graph, {"call": call_of(row)}, thread(row.id), deps=deps, durability="sync")


async def forget(graph: Compiled, action: str) -> None:
    """Delete an action's thread; the row is the truth."""
    saver = graph.checkpointer
    if isinstance(saver, BaseCheckpointSaver):
        await saver.adelete_thread(f"action:{action}")


async def forget_threads(graphs: Mapping[str, Compiled], wanted: Iterable[str]) -> None:
    """Delete the threads of actions; they share one store, whatever their tool."""
    graph = next(iter(graphs.values()), None)
    if graph is not None:
        for action in wanted:
            await forget(graph, action)


def call_of(row: Action) -> dict[str, Any]:
    """The call that continues a row."""
    return {
        "tool": row.tool, "args": row.args, "contact": row.contact, "cause": row.cause, "by": row.proposed_by,
        "turn": row.turn, "channel": row.channel, "address": row.address, "action": row.id,
    }  # fmt: skip


def answer(tx: Tx, deps: Deps, action: str, *, said: StaffAnswer) -> Action | None:
    """Write the staff's answer, close the follow-up and wake the thread; None where somebody was first.

    A yes that comes after the time the customer was told is none: the action expires, as if nobody had answered, also
    where no server was running to say so in time.
    Edited arguments are checked against the tool's own model (`BadInput` names the fields). If the edit leaves all that
    the customer was read as it was, their yes still stands; else they are asked again.
    """
    row = actions.load(tx, action)
    if row is None:
        return None
    now = deps.clock.now()
    if said.kind in ("approve", "edit") and row.state == "held" and row.expires_at and row.expires_at <= to_ms(now):
        answer(tx, deps, action, said=StaffAnswer(kind="expire", by="timer", args_hash=row.args_hash))
        return None
    args = _checked(deps.tools[row.tool], said.args) if said.kind == "edit" else row.args
    new_hash = digest(row.tool, args)
    full = StaffAnswer(kind=said.kind, by=said.by, args_hash=said.args_hash, args=args, text=said.text)
    first = staff_answers.decide(tx, action, full, new_hash=new_hash, now=now)
    decided = actions.load(tx, action) if first else None
    if decided is None:
        return None
    confirmed = row.confirmed_hash == row.args_hash
    if said.kind == "edit" and confirmed and _read_the_same(tx, deps, decided):
        staff_answers.carry_confirmation(tx, action, new_hash)
    outcome = {"approve": "approved", "edit": "edited", "reject": "declined", "answer": "answered", "expire": "expired"}
    obligations.close_kind(tx, "approval", action, ending=Ending(outcome[said.kind], "staff"), now=now)
    jobs.put(tx, row.business, Work("drive", action, f"action:{action}"), ready=now)
    return decided


def _checked(tool: Tool, args: dict[str, Any] | None) -> dict[str, Any]:
    try:
        return tool.args.model_validate(args or {}).model_dump(mode="json")
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in problem.errors())
        raise BadInput(told) from problem


def _read_the_same(tx: Tx, deps: Deps, edited: Action) -> bool:
    """Whether a read-back would say of the edited action what the customer was read before."""
    return effects.described(tx, deps, edited) == (actions.asked_facts(tx, edited.id) or {})
