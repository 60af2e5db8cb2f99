"""Messages in OpenAI's shape (also tau-bench's runs), and LangSmith's examples of them, read and written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.errors import BadInput
from evals.case import Case
from evals.corpora.rows import Loose, fit, place
from evals.importers.building import About, Line, Made, case_of, lines_of

SHAPE = "a row has messages [{role, content, tool_calls}], or inputs and outputs with them"


class Function(Loose):
    """A called function; its arguments are a JSON text."""

    name: str
    arguments: str | dict[str, Any] = "{}"


class ToolCall(Loose):
    """A call."""

    function: Function


class Message(Loose):
    """One message; content may be parts, of which the texts are read."""

    role: str
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[ToolCall] | None = None

    @property
    def text(self) -> str:
        """The words of a message."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class Row(Loose):
    """A transcript."""

    id: str | int | None = None
    messages: list[Message]


def read(rows: Iterable[Mapping[str, Any]], tools: Mapping[str, str]) -> Iterator[Made]:
    """A case for each row that somebody speaks in."""
    for row in rows:
        flat = _flat(row)
        one = fit(Row, flat, SHAPE)
        about = About(
            id=str(one.id or f"{row.get('file', 'row')}-{row.get('row')}"), corpus=str(row.get("source", "openai")),
            row=place(row), licence=row.get("license"), tags=("openai",), tools=tools,
        )  # fmt: skip
        yield case_of(about, _lines(one, place(row)))


def messages(case: Case) -> list[dict[str, Any]]:
    """A case as messages; calls get ids by their place, since a case keeps none."""
    out: list[dict[str, Any]] = []
    for line in lines_of(case):
        if line.kind == "call":
            arguments = json.dumps(line.args, ensure_ascii=False, sort_keys=True)
            call = {"id": f"call_{len(out)}", "type": "function",
                    "function": {"name": line.name, "arguments": arguments}}  # fmt: skip
            out.append({"role": "assistant", "content": None, "tool_calls": [call]})
        else:
            out.append({"role": "user" if line.kind != "assistant" else "assistant", "content": line.text})
    return out


def openai_row(case: Case) -> dict[str, Any]:
    """One row of OpenAI messages."""
    return {"id": case.id, "messages": messages(case)}


def langsmith_row(case: Case) -> dict[str, Any]:
    """One example of LangSmith: inputs up to the customer's last words, outputs from there."""
    said = messages(case)
    last = max((at for at, one in enumerate(said) if one["role"] == "user"), default=-1)
    metadata = {"id": case.id, "tags": list(case.tags)}
    return {"inputs": {"messages": said[: last + 1]}, "outputs": {"messages": said[last + 1 :]}, "metadata": metadata}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A LangSmith example as one list of messages."""
    if "messages" in row or "inputs" not in row:
        return dict(row)
    inputs, outputs = row["inputs"], row.get("outputs") or {}
    if not isinstance(inputs, dict) or not isinstance(outputs, dict):
        raise BadInput(f"{place(row)}: inputs and outputs must be objects with messages")
    meta = row.get("metadata") or {}
    said = [*(inputs.get("messages") or []), *(outputs.get("messages") or [])]
    return {**row, "id": row.get("id") or (meta.get("id") if isinstance(meta, dict) else None), "messages": said}


def _lines(one: Row, where: str) -> Iterator[Line]:
    for at, message in enumerate(one.messages):
        if message.role == "user":
            yield Line("user", message.text)
        if message.role != "assistant":
            continue
        if message.text.strip():
            yield Line("assistant", message.text)
        for call in message.tool_calls or ():
            yield Line("call", name=call.function.name, args=_arguments(call.function, f"{where}: message {at}"))


def _arguments(function: Function, where: str) -> dict[str, Any]:
    if isinstance(function.arguments, dict):
        return function.arguments
    try:
        args = json.loads(function.arguments or "{}")
    except ValueError as problem:
        raise BadInput(f"{where}: the arguments of {function.name} are not JSON: {problem}") from problem
    if not isinstance(args, dict):
        raise BadInput(f"{where}: the arguments of {function.name} must be a JSON object")
    return args
