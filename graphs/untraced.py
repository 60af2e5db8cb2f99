"""Running LangChain's code so that what customers said stays here: tracing is off, whatever the environment asks."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Durability
from langsmith import tracing_context

from graphs.effects import Deps
from graphs.guarded import Compiled

Given = dict[str, Any] | Command[Any]


async def invoke(
    graph: Compiled, given: Given, config: RunnableConfig, *, deps: Deps, durability: Durability | None = None
) -> dict[str, Any]:
    """Run a graph, the reader's model included, to its end or its interrupt and return its state."""
    with silence():
        state: dict[str, Any] = await graph.ainvoke(given, config, context=deps, durability=durability)
        return state


def silence() -> AbstractContextManager[None]:
    """What runs inside is not traced.

    LangChain sends every prompt, argument and answer to LangSmith where LANGSMITH_TRACING or LANGCHAIN_TRACING_V2 is
    set, in graphs as in single models and tools.
    """
    return tracing_context(enabled=False)
