"""The pictures show what the compiled graphs are, in Mermaid that can be read on a light and on a dark page."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import BadInput
from domain.extensions import discover
from domain.guard import Guard
from domain.tool import Tool
from graphs.agenda import FLOWS
from graphs.draw import drawing, names, table
from graphs.flow import Flow, Step
from graphs.flows import times
from graphs.studio import shipped_tools
from guards.order import ordered

TOOLS = shipped_tools()
GUARDS = ordered(discover("guards", "GUARD"))
PICTURES = [name for name in names(TOOLS) if name != "tools"]


def draw(name: str) -> str:
    return drawing(name, TOOLS, GUARDS)


def edges(picture: str) -> set[tuple[str, str]]:
    found = re.findall(r'^ +(n_\w+) (<?)(?:-->|-\.->)(?:\|"[^"]*"\|)? (n_\w+)$', picture, re.M)
    there = {(here[2:], there[2:]) for here, _, there in found}
    return there | {(there[2:], here[2:]) for here, back, there in found if back}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_title_direction_and_only_boxes_that_it_names(name: str) -> None:
    lines = draw(name).splitlines()
    assert lines[0] == lines[2] == "---" and re.fullmatch(r'title: "[^"]+"', lines[1])
    assert re.fullmatch(r"flowchart (TB|LR)", lines[3])
    boxes = set(re.findall(r"^ +n_(\w+)[\[({]", "\n".join(lines), re.M))
    groups = set(re.findall(r'subgraph n_(\w+)\["', "\n".join(lines)))
    assert {end for edge in edges("\n".join(lines)) for end in edge} <= boxes | groups
    assert "%%{init" not in "\n".join(lines)


@pytest.mark.parametrize("name", PICTURES)
def test_every_class_used_is_defined_once_with_fill_line_and_words(name: str) -> None:
    picture = draw(name)
    used, defined = set(re.findall(r":::(\w+)", picture)), re.findall(r"classDef (\w+) (.+)", picture)
    assert used == {kind for kind, _ in defined} and len(defined) == len(used)
    for _, paint in defined:
        fill, words = (re.search(rf"\b{what}:#(\w{{6}})", paint) for what in ("fill", "color"))
        assert fill and words and _contrast(fill[1], words[1]) >= 7


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    low, high = sorted((light(one), light(other)))
    return high / low


def test_the_conversation_shows_tools_and_flows_as_boxes_that_come_back_to_decide() -> None:
    picture = draw("conversation")
    for name in (*FLOWS, *(t for t in TOOLS if t != "message")):
        assert f"n_{name}[" in picture
    assert {("understand", "decide"), ("decide", "say"), ("say", "check")} <= edges(picture)
    for group in ("flows", "reads", "effects"):
        assert {("decide", group), (group, "decide")} <= edges(picture)
    assert "consent" not in picture


def test_a_guarded_tool_shows_every_guard_in_order_and_the_way_back_from_staff() -> None:
    way = ["propose", *(g.name for g in GUARDS), "gate", "run", "record"]
    found = edges(draw("guarded"))
    assert set(zip(way, way[1:], strict=False)) <= found
    assert ("hold", "propose") in found and ("hold", "record") not in found
    assert draw("guarded") == draw("guarded:book")
    assert '"run refund deposit"' in draw("guarded:refund_deposit")
    assert ("hold", "record") in edges(draw("guarded:find_slots"))


def test_a_guard_of_the_deployment_is_drawn_too() -> None:
    own = Guard("end", reads=(), judge=lambda _action, _facts: None)
    picture = drawing("guarded", TOOLS, [*GUARDS, own])
    assert ("staff", "end") in edges(picture) and ("end", "gate") in edges(picture)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_a_flow_shows_all_steps_and_each_can_be_reached(flow: Flow) -> None:
    found = edges(draw(flow.name))
    reached, ahead = set[str](), ["__start__"]
    while ahead:
        here = ahead.pop()
        reached.add(here)
        ahead += [there for start, there in found if start == here and there not in reached]
    assert reached == {"__start__", *(step.name for step in flow.steps)}


def test_all_opens_every_tool_and_flow() -> None:
    picture = draw("all")
    for name in (*FLOWS, *(t for t in TOOLS if t != "message")):
        assert f"subgraph n_{name}[" in picture
    assert ("book_staff", "book_gate") in edges(picture) and ("booking_offer", "booking_choose") in edges(picture)


def test_the_table_names_each_tool_with_what_it_may_cost() -> None:
    assert "| refund_deposit | 3 money | service | 2 code | records, then outside |" in table(TOOLS)
    assert "| find_slots | 0 read | reply | 0 unknown | none, it reads |" in draw("tools")
    assert len(table(TOOLS).splitlines()) == 2 + len(TOOLS)
    renamed: dict[str, Tool] = {"one": replace(TOOLS["book"], name="one")}
    assert "| one | 2 commits | service | 1 address | records |" in table(renamed)


@pytest.mark.parametrize("name", ["", "guarded:nobody", "bookings"])
def test_an_unknown_picture_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(BadInput, match="conversation, guarded, guarded:answer"):
        draw(name)


STEPS = [(flow, step) for flow in FLOWS.values() for step in flow.steps]


@pytest.mark.parametrize(("flow", "step"), STEPS, ids=lambda part: part.name)
def test_a_step_names_every_step_it_may_be_left_at(flow: Flow, step: Step) -> None:
    written = {value for key in ("wait", "then") for value in _literals(step.run, key)}
    assert written <= {*step.later, step.name}
    assert {*step.to, *step.later} <= {other.name for other in flow.steps}


def _literals(run: Callable[..., Any], keyword: str) -> Iterator[str]:
    """The step names that a step's own function, or the shared one it hands over to, writes for a keyword."""
    shared = {"<lambda>": [times.offer, times.choose]}.get(run.__name__, [run])
    named = [f for f in shared if f.__name__ in inspect.getsource(run)]
    for node in (n for f in named for n in ast.walk(ast.parse(inspect.getsource(f)))):
        if isinstance(node, ast.keyword) and node.arg == keyword and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
