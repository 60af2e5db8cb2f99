"""`qotbot consent classify`: a line in, what it wishes out."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from guards.optout import classify

CHANNELS = ("sms", "call", "web", "email", "note")


def _known(channel: str) -> str:
    if channel not in CHANNELS:
        raise ValueError(f"{channel!r} is no channel; write one of {', '.join(CHANNELS)}")
    return channel


class Line(BaseModel):
    """A text with its circumstances; `context` is what we last sent, or opted_out."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(max_length=20_000)
    channel: Annotated[str, AfterValidator(_known)] = "sms"
    context: str = "any"
    language: str = "en"
    id: str | int | None = None


def classified(line: str) -> dict[str, Any]:
    """What one line wishes: decision, scope, rule and layer; `error` where the line is no text."""
    stripped = line.rstrip("\n")
    given: dict[str, Any] = {"text": stripped}
    if stripped.lstrip().startswith("{"):
        try:
            given = json.loads(stripped)
            one = Line.model_validate(given)
        except ValidationError as problem:
            first = problem.errors()[0]
            where, what = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
            return {"error": f"{where}: {what}", "id": _id(given)}
        except (ValueError, RecursionError):
            return {"error": 'this line is no JSON; write {"text": "…"}, or the text alone', "id": None}
    else:
        one = Line(text=stripped[:20_000])
    wish = classify(one.text, channel=one.channel, context=one.context, language=one.language)
    return {
        "id": one.id, "text": one.text, "decision": wish.decision, "scope": wish.scope, "rule": wish.rule,
        "layer": wish.layer, "quote": wish.quote,
    }  # fmt: skip


def printed(told: dict[str, Any]) -> str:
    """One line for people."""
    if "error" in told:
        return f"?  {told['error']}"
    return f"{told['decision']:18} {told['scope'] or '-':9} {told['rule'] or '-':22} {told['text']}"


def _id(given: Any) -> Any:
    return given.get("id") if isinstance(given, dict) else None
