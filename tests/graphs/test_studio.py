"""The graphs that langgraph.json names can be built, and are the guarded ones."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.extensions import discover
from graphs.guarded import Compiled
from graphs.proof import prove
from graphs.studio import shipped_tools

ROOT = Path(__file__).resolve().parents[2]
NAMED: dict[str, str] = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"]
GUARDS = [guard.name for guard in discover("guards", "GUARD")]


def factory(where: str) -> Callable[[], Compiled]:
    """Load it as Studio does: the file by its path, the function by its name."""
    path, _, name = where.partition(":")
    spec = importlib.util.spec_from_file_location(f"studio_{name}", ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[[], Compiled] = getattr(module, name)
    return made


@pytest.mark.parametrize("name", NAMED)
def test_a_named_graph_builds_without_a_checkpointer_and_lets_no_effect_escape(name: str) -> None:
    compiled = factory(NAMED[name])()
    assert compiled.checkpointer is None
    tools = len(shipped_tools()) - 1  # nobody calls `message`: whatever is said goes through the door by itself
    prove(compiled, GUARDS, effects={"conversation": tools, "action": 1}[name])


def test_studio_shows_the_conversation_and_a_thread_that_waits_for_staff() -> None:
    assert set(NAMED) == {"conversation", "action"}
    edges = {(e.source, e.target) for e in factory(NAMED["action"])().get_graph().edges}
    assert ("hold", "propose") in edges and ("hold", "record") not in edges
