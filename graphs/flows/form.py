"""The generic form: asks for whatever a tool's arguments still need, then proposes the tool."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from graphs.flow import Call, Flow, Line, Next, Step, View

# Fields that a reading fills by itself, wherever they are said.
_READ = ("name", "party", "service", "staff", "who")
TASK_TOOLS = {"lead": "capture_lead", "quote": "capture_lead"}


def collect(view: View) -> Next:
    """Take up what was said; the answer to our question fills the field we asked for."""
    filled: dict[str, Any] = dict(view.slots.get("filled", {}))
    wanted = _fields(view)
    for said in view.said:
        for name in _READ:
            value = getattr(said, name)
            if value is not None and name in wanted:
                filled[name] = value
        if said.contact and "reach" in wanted:
            filled["reach"] = said.contact
    asked = view.slots.get("asked")
    if asked and asked not in filled and view.text.strip():
        filled[asked] = _plain(view.text, wanted[asked])
    elif not asked and "need" in wanted and "need" not in filled:
        need = next((s.question or s.quote for s in view.said if s.act == "request" and (s.question or s.quote)), "")
        if len(need.split()) > 4:
            filled["need"] = need
    return Next(goto="ask_field", slots={"filled": filled, "asked": None})


def ask_field(view: View) -> Next:
    """Ask for the next missing field, or go on."""
    missing = [n for n, f in _fields(view).items() if f.is_required() and n not in view.slots["filled"]]
    if not missing:
        return Next(goto="propose")
    field = _fields(view)[missing[0]]
    line = Line(f"form.{missing[0]}", {"field": field.description or missing[0].replace("_", " ")})
    return Next(wait="collect", say=(line,), slots={"asked": missing[0]}, our_act="asked_detail")


def propose(view: View) -> Next:
    """Propose the tool with the filled form."""
    return Next(call=Call(tool_of(view.slots["task"]), dict(view.slots["filled"])), then="settled")


def settled(view: View) -> Next:
    """A form that the tool refuses is asked again from the field it names."""
    result = view.result or {}
    receipt = result.get("receipt", {})
    if receipt.get("why") == "bad_arguments":
        filled = {k: v for k, v in view.slots["filled"].items() if k != receipt.get("detail")}
        if filled != view.slots["filled"]:
            return Next(goto="ask_field", slots={"filled": filled})
    if result.get("state") == "asked":
        return Next(wait="settled")
    return Next(done=True)


def tool_of(task: str) -> str:
    """The tool that a task fills a form for."""
    return TASK_TOOLS.get(task, task)


def _fields(view: View) -> dict[str, Any]:
    model: type[BaseModel] = view.tools[tool_of(view.slots["task"])].args
    return dict(model.model_fields)


def _plain(text: str, field: Any) -> Any:
    words = " ".join(text.split())[:400]
    if field.annotation is int:
        digits = "".join(c for c in words if c.isdigit())
        return int(digits) if digits else words
    return words


FLOW = Flow(
    name="form",
    tasks=("lead", "quote"),
    start="collect",
    correct="collect",
    steps=(
        Step("collect", collect, ("ask_field",)),
        Step("ask_field", ask_field, ("propose",), ("collect",)),
        Step("propose", propose, later=("settled",)),
        Step("settled", settled, ("ask_field",), ("settled",)),
    ),
)
