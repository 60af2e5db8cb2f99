"""The proof that no effect escapes the guards: it refuses every way around them and accepts what is built here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph import END, START, StateGraph
from rehearsal import Salon, opened

from domain.errors import ConfigurationError
from domain.tool import Tool
from graphs import approval, conversation
from graphs.approval import wait_for_staff
from graphs.effects import Deps
from graphs.guarded import ActionState, Builder, guarded, park
from graphs.proof import prove


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    async with opened(tmp_path) as salon:
        yield salon


def names(salon: Salon) -> list[str]:
    return [guard.name for guard in salon.app.deps.guards]


def tampered(salon: Salon, change: Callable[[Builder], object]) -> str:
    """What the proof says of a refund's thread after a change of its builder."""
    tool = salon.app.deps.tools["refund_deposit"]
    builder = guarded(tool, salon.app.deps.guards, hold=wait_for_staff(tool))
    change(builder)
    with pytest.raises(ConfigurationError) as found:
        prove(builder.compile(), names(salon), effects=1)
    return str(found.value)


async def nothing(state: ActionState) -> dict[str, Any]:
    return {}


async def test_the_conversation_and_every_thread_are_proved(salon: Salon) -> None:
    prove(salon.app.graph, names(salon), effects=len(salon.app.deps.tools) - 1)  # all but the message
    writing = {name for name, tool in salon.app.deps.tools.items() if tool.write is not None}
    assert set(salon.app.action_graphs) == writing
    for graph in salon.app.action_graphs.values():
        prove(graph, names(salon), effects=1)


async def test_a_way_straight_to_the_effect_is_found(salon: Salon) -> None:
    assert "can be reached without consent" in tampered(salon, lambda b: b.add_edge("propose", "run"))
    assert "can be reached without gate" in tampered(salon, lambda b: b.add_edge("staff", "run"))


@pytest.mark.parametrize("guard", ["consent", "quiet_hours", "assurance", "tier", "notice", "confirmed", "staff"])
async def test_a_way_around_any_one_guard_is_found(salon: Salon, guard: str) -> None:
    order = ["propose", *names(salon), "gate"]
    at = order.index(guard)
    said = tampered(salon, lambda b: b.add_edge(order[at - 1], order[at + 1]))
    assert said == f"the effect run can be reached without {guard}"


async def test_a_guard_that_was_left_out_is_found(salon: Salon) -> None:
    tool = salon.app.deps.tools["book"]
    fewer = [g for g in salon.app.deps.guards if g.name != "consent"]
    with pytest.raises(ConfigurationError, match="can be reached without consent"):
        prove(guarded(tool, fewer, hold=park).compile(), names(salon), effects=1)


async def test_a_hold_that_goes_on_to_the_effect_is_found(salon: Salon) -> None:
    """It lies behind every guard and the gate, and yet was never cleared."""
    assert "can be reached from refuse" in tampered(salon, lambda b: b.add_edge("refuse", "run"))


async def test_an_effect_that_leaves_no_record_is_found(salon: Salon) -> None:
    def forget(builder: Builder) -> None:
        builder.edges.discard(("run", "record"))
        builder.add_edge("run", END)

    assert tampered(salon, forget) == "the effect run can end without record"


async def test_an_effect_node_of_ones_own_is_found(salon: Salon) -> None:
    graph: StateGraph[ActionState, Deps, ActionState, ActionState] = StateGraph(ActionState, context_schema=Deps)
    graph.add_node("text_everybody", nothing, metadata={"kind": "effect"})
    graph.add_edge(START, "text_everybody")
    with pytest.raises(ConfigurationError, match="the effect text_everybody can be reached without consent"):
        prove(graph.compile(), names(salon), effects=1)


async def test_a_graph_that_shows_no_effect_proves_nothing(salon: Salon) -> None:
    said = tampered(salon, lambda b: b.nodes.update({n: replace(s, metadata=None) for n, s in b.nodes.items()}))
    assert "metadata was lost" in said


async def test_one_tool_whose_metadata_was_lost_is_found_among_the_others(salon: Salon) -> None:
    tools, guards = salon.app.deps.tools, salon.app.deps.guards
    graph: StateGraph[ActionState, Deps, ActionState, ActionState] = StateGraph(ActionState, context_schema=Deps)
    for name in ("book", "cancel"):
        builder = guarded(tools[name], guards, hold=park)
        if name == "cancel":
            builder.nodes["run"] = replace(builder.nodes["run"], metadata=None)
        graph.add_node(name, builder.compile(name=name), metadata={"kind": "tool"})
        graph.add_edge(START, name)
    with pytest.raises(ConfigurationError, match="1 of 2 effect nodes: metadata was lost"):
        prove(graph.compile(), names(salon), effects=2)


async def test_no_tool_can_be_built_without_guards(salon: Salon) -> None:
    tool: Tool = salon.app.deps.tools["book"]
    with pytest.raises(ConfigurationError, match="without guards"):
        guarded(tool, [], hold=park)


async def test_what_start_builds_is_proved_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, effects: int) -> None:
        raise ConfigurationError(f"{effects} not proved")

    for place in (approval, conversation):
        with monkeypatch.context() as patched:
            patched.setattr(place, "prove", never)
            place._built.cache_clear()
            with pytest.raises(ConfigurationError, match="not proved"):
                async with opened(tmp_path):
                    pass


async def test_what_was_proved_once_serves_every_composition_with_the_same_guards(tmp_path: Path) -> None:
    async with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        assert one.app.graph is two.app.graph
        first, second = one.app.action_graphs["refund_deposit"], two.app.action_graphs["refund_deposit"]
        assert first.checkpointer is not second.checkpointer
        fewer = one.app.deps.guards[1:]
        assert conversation.conversation(one.app.deps.tools, fewer) is not one.app.graph
