"""LangGraph's traps that held actions rest on: each was reproduced on 1.2.22 and must not come back."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.errors import GraphInterrupt, UnknownInterruptError
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import ValidationError
from rehearsal import ROOT, Salon, opened

from graphs import approval
from graphs.effects import Deps
from graphs.guarded import ActionState, Compiled

TOOL = "refund_deposit"


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    """A salon where a refund waits for staff."""
    async with opened(tmp_path) as salon:
        await salon.says("Can I book a colour with Ana tomorrow at 2pm?")
        await salon.says("yes")
        await salon.says("please refund my deposit")
        await salon.says("yes")
        assert salon.action(TOOL).state == "held"
        yield salon


def graph_of(salon: Salon) -> Compiled:
    return salon.app.action_graphs[TOOL]


async def pending(salon: Salon) -> list[str]:
    """The ids of the interrupts that wait in the action's thread."""
    state = await graph_of(salon).aget_state(approval.thread(salon.action(TOOL).id))
    return [i.id for i in state.interrupts]


async def resume(salon: Salon, answers: dict[str, Any]) -> None:
    """Wake the thread as LangGraph would let anybody, past our own row."""
    command: Command[Any] = Command(resume=answers)
    where = approval.thread(salon.action(TOOL).id)
    await graph_of(salon).ainvoke(command, where, context=salon.app.deps, durability="sync")


async def drive(salon: Salon) -> None:
    await approval.drive(salon.app.deps, salon.app.action_graphs, salon.action(TOOL).id)


def refunds(salon: Salon) -> int:
    file = salon.app.settings.home / "payments.jsonl"
    return len(file.read_text().splitlines()) if file.exists() else 0


async def test_t1_nothing_happens_twice_when_the_node_runs_again(salon: Salon) -> None:
    before = salon.rows("SELECT count(*) FROM event")
    for _ in range(3):
        await drive(salon)
    assert salon.rows("SELECT count(*) FROM event") == before
    assert salon.open_loops() == ["approval"]


async def test_t3_one_interrupt_a_thread_and_its_id_is_stable(salon: Salon) -> None:
    (first,) = await pending(salon)
    await drive(salon)
    assert await pending(salon) == [first]


async def test_t4_a_stale_interrupt_id_is_an_error(salon: Salon) -> None:
    with pytest.raises(UnknownInterruptError, match="0" * 32):
        await resume(salon, {"0" * 32: {"kind": "approve", "by": "x"}})
    assert salon.action(TOOL).state == "held" and await pending(salon)


async def test_t6_an_interrupt_that_was_lost_is_made_again(salon: Salon) -> None:
    where = approval.thread(salon.action(TOOL).id)
    await graph_of(salon).aupdate_state(where, {"answers": {}}, as_node="propose")
    assert await pending(salon) == []
    await drive(salon)
    assert len(await pending(salon)) == 1
    await salon.decide("approve", tool=TOOL)
    await salon.told()
    assert refunds(salon) == 1


async def test_t7_an_answer_to_an_old_card_changes_nothing(salon: Salon) -> None:
    card = salon.action(TOOL)
    await salon.decide("edit", tool=TOOL, args={**card.args, "amount_cents": 1000})
    await salon.told()
    assert await salon.decide_on(card, "approve") is None
    await salon.says("yes")  # to the smaller amount
    assert await salon.decide_on(card, "approve") is None
    await salon.told()
    assert refunds(salon) == 1 and salon.rows("SELECT refunded_cents FROM booking") == [(1000,)]


async def test_t8_an_answer_outside_the_tools_model_is_refused_and_the_card_stays_answerable(salon: Salon) -> None:
    (waiting,) = await pending(salon)
    poison = {"kind": "edit", "by": "x", "args": {"booking": "b", "amount_cents": "lots"}}
    with pytest.raises((ValidationError, ValueError)):
        await resume(salon, {waiting: poison})
    assert await pending(salon) == [waiting]
    await salon.decide("approve", tool=TOOL)
    await salon.told()
    assert refunds(salon) == 1


async def test_a_thread_that_is_woken_without_a_row_only_waits_again(salon: Salon) -> None:
    (waiting,) = await pending(salon)
    await resume(salon, {waiting: {"kind": "approve", "by": "an intruder"}})
    assert salon.action(TOOL).state == "held" and refunds(salon) == 0
    assert len(await pending(salon)) == 1


def test_t9_t10_nobody_resumes_blindly_or_swallows_an_interrupt() -> None:
    for file in sorted((ROOT / "graphs").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None and "Exception" not in ast.unparse(node.type).split("."), file
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("ainvoke", "invoke", "astream")):
                assert not (node.args and isinstance(node.args[0], ast.Constant)), f"{file}: {ast.unparse(node)}"
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Command", "types.Command"):
                for given in (k.value for k in node.keywords if k.arg == "resume"):
                    assert isinstance(given, ast.Dict), f"{file}: resume by interrupt id only"
    assert issubclass(GraphInterrupt, Exception)  # why a broad except would swallow it


async def test_t11_threads_have_a_checkpointer_and_the_conversation_has_no_interrupt(salon: Salon) -> None:
    for graph in salon.app.action_graphs.values():
        assert isinstance(graph.checkpointer, BaseCheckpointSaver)
    talking = salon.app.graph
    assert talking.checkpointer is None
    drawn = talking.get_graph(xray=True)
    holds = [n.id for n in drawn.nodes.values() if (n.metadata or {}).get("kind") == "hold"]
    ways = {(e.source, e.target.rpartition(":")[2]) for e in drawn.edges if e.source in holds}
    assert {target for _, target in ways} == {"record"}
    assert all(node.bound.afunc.__name__ == "park" for node in hold_nodes(talking))


def hold_nodes(graph: Compiled) -> list[Any]:
    subgraphs: list[Any] = [sub for _, sub in graph.get_subgraphs()]
    found = [sub.nodes["hold"] for sub in subgraphs if "hold" in sub.nodes]
    assert found
    return found


async def test_t12_a_node_that_was_renamed_heals_by_starting_over(salon: Salon) -> None:
    await park_in_an_older_version(salon)
    await salon.decide("approve", tool=TOOL)
    assert "Your deposit of $25 is refunded." in (await salon.told())[0]
    assert refunds(salon) == 1


async def park_in_an_older_version(salon: Salon) -> None:
    """Leave the thread in an interrupt of a node that the present graph does not have."""

    async def wait_here(state: ActionState) -> dict[str, Any]:
        interrupt({"action": state["call"]["action"]})
        return {}

    older: StateGraph[ActionState, Deps, ActionState, ActionState] = StateGraph(ActionState, context_schema=Deps)
    older.add_node("wait_here", wait_here)
    older.add_edge(START, "wait_here")
    row, saver = salon.action(TOOL), graph_of(salon).checkpointer
    assert isinstance(saver, BaseCheckpointSaver)
    await saver.adelete_thread(f"action:{row.id}")
    old: Any = older.compile(checkpointer=saver)
    await old.ainvoke({"call": approval.call_of(row)}, approval.thread(row.id), context=salon.app.deps)
    assert (await old.aget_state(approval.thread(row.id))).next == ("wait_here",)


@dataclass
class Foreign:
    """Something that must never be made from bytes of a checkpoint."""

    made = False
    value: int = 0

    def __post_init__(self) -> None:
        Foreign.made = True


async def test_t13_bytes_of_a_checkpoint_never_make_foreign_objects(salon: Salon) -> None:
    saver = graph_of(salon).checkpointer
    assert isinstance(saver, BaseCheckpointSaver)
    planted = JsonPlusSerializer(allowed_msgpack_modules=True).dumps_typed({"x": Foreign(7)})
    Foreign.made = False
    read = saver.serde.loads_typed(planted)
    assert not Foreign.made and not isinstance(read["x"], Foreign)


async def test_checkpoints_hold_no_facts_about_people(salon: Salon) -> None:
    blobs = checkpointed(salon)
    assert len(blobs) > 3
    for told in (b"standing", b"last_heard", b"verified_at", b"Standing", b"guards.facts"):
        assert told not in b"".join(blobs)


async def test_finished_threads_are_deleted(salon: Salon) -> None:
    await salon.decide("approve", tool=TOOL)
    await salon.told()
    assert salon.action(TOOL).state == "done" and checkpointed(salon) == []


def checkpointed(salon: Salon) -> list[bytes]:
    """All that the checkpoints' file holds."""
    with sqlite3.connect(salon.app.settings.home / "checkpoints.db") as file:
        rows = file.execute("SELECT checkpoint FROM checkpoints UNION ALL SELECT value FROM writes").fetchall()
    file.close()
    return [bytes(row[0]) for row in rows if row[0]]


async def test_losing_the_checkpoints_loses_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await salon.says("Can I get a haircut with Ana today at 11:30?")
        await salon.says("yes")
        clock, contact = salon.clock, salon.contact
    for file in tmp_path.glob("checkpoints.db*"):
        file.unlink()
    async with opened(tmp_path, clock=clock) as salon:
        salon.contact = contact
        await salon.decide("approve", tool="book")
        assert "You're booked" in (await salon.told())[0]
        assert salon.rows("SELECT count(*) FROM booking") == [(1,)]


async def test_t14_no_node_is_retried_behind_our_back(salon: Salon) -> None:
    graphs = [salon.app.graph, *salon.app.action_graphs.values(), *(g for _, g in salon.app.graph.get_subgraphs())]
    for graph in graphs:
        assert not graph.retry_policy
        assert all(not node.retry_policy for node in graph.nodes.values())


async def test_t17_waking_a_thread_again_after_the_effect_does_nothing(salon: Salon) -> None:
    await salon.decide("approve", tool=TOOL)
    await drive(salon)
    for _ in range(2):
        await drive(salon)
    await salon.told()
    assert refunds(salon) == 1
    assert salon.rows("SELECT refunded_cents FROM booking") == [(2500,)]
