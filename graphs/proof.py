"""The structural proof: without any one guard, no effect can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import ConfigurationError
from graphs.guarded import Compiled

Edges = dict[str, set[str]]


def prove(compiled: Compiled, guards: Sequence[str], *, effects: int) -> None:
    """Cut each guard and the gate in turn and look for a way to an effect; `effects` is how many there must be.

    Raises `ConfigurationError` naming the effect that is reachable without a guard or otherwise than from its gate, and
    where the graph shows another number of effects: one whose metadata was lost would be proved by nobody.
    """
    graph = compiled.get_graph(xray=True)
    edges: Edges = {}
    for edge in graph.edges:
        edges.setdefault(edge.source, set()).add(edge.target)
    found = [node.id for node in graph.nodes.values() if (node.metadata or {}).get("kind") == "effect"]
    if len(found) != effects:
        raise ConfigurationError(
            f"the graph shows {len(found)} of {effects} effect nodes: metadata was lost, so nothing can be proved"
        )
    for effect in found:
        _prove_one(edges, effect, guards)


def _prove_one(edges: Edges, effect: str, guards: Sequence[str]) -> None:
    inside = effect.rpartition(":")[0]
    prefix = f"{inside}:" if inside else ""
    for name in (*guards, "gate"):
        if effect in _reachable(edges, "__start__", prefix + name):
            raise ConfigurationError(f"the effect {effect} can be reached without {name}")
    for source in sorted(source for source, targets in edges.items() if effect in targets):
        if source != f"{prefix}gate":
            raise ConfigurationError(f"the effect {effect} can be reached from {source}, not only from its gate")
    if "__end__" in _reachable(edges, effect, f"{prefix}record"):
        raise ConfigurationError(f"the effect {effect} can end without record")


def _reachable(edges: Edges, start: str, cut: str) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        node = ahead.pop()
        if node != cut and node not in seen:
            seen.add(node)
            ahead.extend(edges.get(node, ()))
    return seen
