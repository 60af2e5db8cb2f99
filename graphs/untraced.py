"""Running a graph so that what customers said stays here: tracing is off, whatever the environment asks for."""

from __future__ import annotations

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
    """Run a graph to its end or its interrupt and return its state.

    LangChain sends every prompt, argument and answer to LangSmith where LANGSMITH_TRACING or LANGCHAIN_TRACING_V2 is
    set; all that runs in here, the reader's model included, is never sent.
    """
    with tracing_context(enabled=False):
        state: dict[str, Any] = await graph.ainvoke(given, config, context=deps, durability=durability)
        return state
