"""The structural proof: without any one guard, no effect can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import ConfigurationError
from graphs.guarded import Compiled


def prove(compiled: Compiled, guards: Sequence[str]) -> int:
    """Cut each guard and the gate in turn and look for a way to an effect; how many effect nodes were proved.

    Raises `ConfigurationError` naming the effect that is reachable without a guard, or when there is no effect to see.
    """
    graph = compiled.get_graph(xray=True)
    edges: dict[str, set[str]] = {}
    for edge in graph.edges:
        edges.setdefault(edge.source, set()).add(edge.target)
    effects = [node.id for node in graph.nodes.values() if (node.metadata or {}).get("kind") == "effect"]
    if not effects:
        raise ConfigurationError("the graph shows no effect node: its metadata was lost, so nothing can be proved")
    for effect in effects:
        prefix = effect.rpartition(":")[0]
        for name in (*guards, "gate"):
            cut = f"{prefix}:{name}" if prefix else name
            if effect in _reachable(edges, "__start__", cut):
                raise ConfigurationError(f"the effect {effect} can be reached without {name}")
        after = f"{prefix}:record" if prefix else "record"
        if "__end__" in _reachable(edges, effect, after):
            raise ConfigurationError(f"the effect {effect} can end without record")
    return len(effects)


def _reachable(edges: dict[str, set[str]], start: str, cut: str) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        node = ahead.pop()
        if node != cut and node not in seen:
            seen.add(node)
            ahead.extend(edges.get(node, ()))
    return seen
