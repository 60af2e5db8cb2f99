"""Pictures of the state machines in Mermaid, taken from the compiled graphs, and the tools as a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from langchain_core.runnables.graph import Graph

from domain.action import Assurance, Tier
from domain.errors import BadInput
from domain.guard import Guard
from domain.tool import Tool
from graphs.agenda import FLOWS
from graphs.approval import wait_for_staff
from graphs.conversation import conversation
from graphs.flow import Flow, flow_graph
from graphs.guarded import Compiled, guarded, park

EXAMPLE = "book"
# Light boxes with dark words keep their contrast on a white and on a black page.
_PAINT = {
    "step": "fill:#e5e7eb,stroke:#6b7280,color:#111827",
    "flow": "fill:#e0e7ff,stroke:#4f46e5,color:#1e1b4b",
    "read": "fill:#dbeafe,stroke:#2563eb,color:#172554",
    "guard": "fill:#fef3c7,stroke:#d97706,color:#451a03",
    "effect": "fill:#dcfce7,stroke:#16a34a,color:#052e16",
    "hold": "fill:#f3e8ff,stroke:#9333ea,color:#3b0764",
    "refuse": "fill:#fee2e2,stroke:#dc2626,color:#450a0a",
}
_FRAME = "fill:none,stroke:#9ca3af"
_CLASS = {"gate": "guard", "ask": "hold"}
_WHY = {
    ("propose", "record"): "arguments do not fit",
    ("gate", "effect"): "nothing against it",
    ("gate", "ask"): "customer must agree",
    ("gate", "hold"): "staff must agree",
    ("gate", "refuse"): "a guard denies",
    ("hold", "propose"): "staff answered: guards again",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One node: what is written on it, what it is, and the group it is drawn in."""

    label: str
    kind: str
    group: str = ""


@dataclass(slots=True)
class Picture:
    """Boxes and arrows by name; `later` arrows are taken after the customer's answer or a tool's result."""

    title: str
    direction: str
    boxes: dict[str, Box] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    arrows: dict[tuple[str, str], str] = field(default_factory=dict)
    later: list[tuple[str, str]] = field(default_factory=list)

    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart."""
        lines = ["---", f'title: "{self.title}"', "---", f"flowchart {self.direction}"]
        lines += [f"  {_node(name, box)}" for name, box in self.boxes.items() if not box.group]
        for group, label in self.groups.items():
            inside = [_node(name, box) for name, box in self.boxes.items() if box.group == group]
            frame = [f'  subgraph {_id(group)}["{label}"]', "    direction LR", *(f"    {line}" for line in inside)]
            lines += [*frame, "  end", f"  style {_id(group)} {_FRAME}"]
        lines += [f"  {_arrow(*ends, label, back=ends[::-1] in self.arrows)}" for ends, label in self._once()]
        lines += [f"  {_id(here)} -.-> {_id(there)}" for here, there in self.later]
        used = {_paint(box.kind) for box in self.boxes.values()}
        lines += [f"  classDef {kind} {paint}" for kind, paint in _PAINT.items() if kind in used]
        return "\n".join(lines) + "\n"

    def _once(self) -> Iterable[tuple[tuple[str, str], str]]:
        """The arrows, there and back between a node and a group as one."""
        for (here, there), label in self.arrows.items():
            both = (there, here) in self.arrows and {here, there} & self.groups.keys()
            if not both or there in self.groups:
                yield (here, there), label


def names(tools: Mapping[str, Tool]) -> list[str]:
    """What can be drawn over these tools."""
    return ["conversation", "guarded", *(f"guarded:{t}" for t in sorted(tools)), *FLOWS, "tools", "all"]


def drawing(name: str, tools: Mapping[str, Tool], guards: Sequence[Guard]) -> str:
    """One picture as Mermaid, or the `tools` as a Markdown table; `BadInput` lists the names there are."""
    kind, _, tool = name.partition(":")
    if kind == "guarded" and (tool or EXAMPLE) in tools:
        return _guarded(tools[tool or EXAMPLE], guards).mermaid()
    if name in FLOWS:
        return _flow(FLOWS[name]).mermaid()
    whole: dict[str, Callable[[], str]] = {
        "conversation": lambda: _conversation(conversation(tools, guards)).mermaid(),
        "all": lambda: _everything(conversation(tools, guards)).mermaid(),
        "tools": lambda: table(tools),
    }
    if name not in whole:
        raise BadInput(f"there is no picture {name!r}; there are {', '.join(names(tools))}")
    return whole[name]()


def table(tools: Mapping[str, Tool]) -> str:
    """The tools as a Markdown table, what can cost least first."""
    rows = [
        f"| {t.name} | {t.tier} {Tier(t.tier).name.lower()} | {t.purpose} | "
        f"{t.assurance} {Assurance(t.assurance).name.lower()} | {_effect(t)} |"
        for t in sorted(tools.values(), key=lambda t: (t.tier, t.name))
    ]
    return "\n".join(["| tool | tier | purpose | assurance | effect |", "|---|---|---|---|---|", *rows]) + "\n"


def _effect(tool: Tool) -> str:
    if tool.write is None:
        return "none, it reads"
    return "records" if tool.deliver is None else "records, then outside"


def _conversation(compiled: Compiled) -> Picture:
    """Flows and tools as boxes in groups, because an arrow to and from each would hide the turn's way."""
    graph, picture = compiled.get_graph(), Picture("A turn of the conversation", "TB")
    picture.groups = {"flows": "Flows", "reads": "Tools that read, guarded", "effects": "Tools with effects, guarded"}
    for name, (kind, tier) in _kinds(graph).items():
        group = {"flow": "flows", "tool": "reads" if tier == "0" else "effects"}.get(kind, "")
        paint = {"reads": "read", "effects": "effect"}.get(group, kind)
        picture.boxes[name] = Box(_label(name), paint, group)
    group_of = {name: box.group or name for name, box in picture.boxes.items()}
    for edge in graph.edges:
        picture.arrows.setdefault((group_of[edge.source], group_of[edge.target]), "")
    return picture


def _guarded(tool: Tool, guards: Sequence[Guard]) -> Picture:
    """One tool with every guard; for a tool with an effect the build that waits for staff."""
    hold = park if tool.write is None else wait_for_staff(tool)
    graph = guarded(tool, guards, hold=hold).compile().get_graph()
    picture = Picture(f"Guarded tool: {tool.name}", "TB")
    kinds = {name: kind for name, (kind, _) in _kinds(graph).items()}
    for name, kind in kinds.items():
        label = f"run {_label(tool.name)}" if kind == "effect" else _label(name)
        paint = "read" if kind == "effect" and tool.write is None else kind
        picture.boxes[name] = Box(label, paint)
    for edge in _forward(graph, picture.boxes):
        picture.arrows[edge] = _WHY.get((kinds[edge[0]], kinds[edge[1]]), "")
    return picture


def _forward(graph: Graph, order: Iterable[str]) -> list[tuple[str, str]]:
    """The arrows in the order of the boxes: Mermaid lays out what it meets first to the left."""
    place = {name: n for n, name in enumerate(order)}
    return sorted(((e.source, e.target) for e in graph.edges), key=lambda e: (place[e[0]], place[e[1]]))


def _flow(flow: Flow) -> Picture:
    """A flow: arrows taken at once, and dotted ones taken after an answer or a result."""
    picture = Picture(f"Flow: {flow.name} ({', '.join(flow.tasks)})", "LR")
    picture.boxes["__start__"] = Box("start", "ends")
    picture.arrows["__start__", flow.start] = ""
    _add_steps(picture, flow_graph(flow).get_graph(), "")
    return picture


def _add_steps(picture: Picture, graph: Graph, group: str) -> None:
    """The steps of one flow; a turn may enter and leave at any of them, so that is not drawn."""
    prefix = f"{group}:" if group else ""
    steps = {n.id: n for n in graph.nodes.values() if (n.metadata or {}).get("flow") and n.id.startswith(prefix)}
    for name, node in steps.items():
        picture.boxes[name] = Box(_label(node.name), "step", group)
    picture.arrows |= {(e.source, e.target): "" for e in graph.edges if {e.source, e.target} <= steps.keys()}
    for name, node in steps.items():
        ahead = [prefix + t for t in (node.metadata or {})["later"].split(",") if t]
        picture.later += [(name, t) for t in ahead if t != name and (name, t) not in picture.arrows]


def _everything(compiled: Compiled) -> Picture:
    """The whole graph with all subgraphs opened."""
    graph, picture = compiled.get_graph(xray=True), Picture("Everything", "LR")
    for name, (kind, _) in _kinds(graph).items():
        group, _, inner = name.rpartition(":")
        if group:
            picture.groups.setdefault(group, _label(group))
        if not group or not inner.startswith("__"):
            picture.boxes[name] = Box(_label(inner), kind, group)
    for flow in FLOWS:
        _add_steps(picture, graph, flow)
    for edge in graph.edges:
        here, there = (_outside(end) for end in (edge.source, edge.target))
        if not any(f"{outer}:" == inner[: len(outer) + 1] for outer, inner in ((here, there), (there, here))):
            picture.arrows.setdefault((here, there), "")
    return picture


def _outside(name: str) -> str:
    """A subgraph's own start and end are its frame."""
    group, _, inner = name.rpartition(":")
    return group if group and inner.startswith("__") else name


def _kinds(graph: Graph) -> dict[str, tuple[str, str]]:
    """Kind and tier of each node, in the order the graph was built."""
    found: dict[str, tuple[str, str]] = {}
    for node in graph.nodes.values():
        known = node.metadata or {}
        found[node.id] = ("ends" if node.id.startswith("__") else known.get("kind", "step"), known.get("tier", ""))
    return found


def _paint(kind: str) -> str:
    kind = _CLASS.get(kind, kind)
    return kind if kind in _PAINT else "step"


def _node(name: str, box: Box) -> str:
    shape = ("([", "])") if box.kind == "ends" else ("{{", "}}") if box.kind == "gate" else ("[", "]")
    return f'{_id(name)}{shape[0]}"{box.label}"{shape[1]}:::{_paint(box.kind)}'


def _arrow(here: str, there: str, label: str, *, back: bool) -> str:
    line = "<-->" if back else "-->"
    return f'{_id(here)} {line}|"{label}"| {_id(there)}' if label else f"{_id(here)} {line} {_id(there)}"


def _label(name: str) -> str:
    return name.strip("_").replace("_", " ")


def _id(name: str) -> str:
    """An id that no Mermaid keyword equals ("end" ends a subgraph)."""
    return "n_" + re.sub(r"\W", "_", name)
