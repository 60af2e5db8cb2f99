"""`qotbot hours check`: whether something may reach a person at an instant, one question a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from compose import load_pack
from domain.phone import e164
from guards.areas import ANYWHERE, STATES, Place, area, states_in, zones_of
from guards.hours import Allowed, judge_instant
from guards.quiet_hours import hours_of
from guards.windows import Business, known_states

ABOUT_THE_LINE = {"id", "note", "expect", "next_allowed"}  # what a list of test cases says besides the question


def _instant(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as problem:
        raise ValueError("write it like 2026-11-24T02:00:00Z") from problem
    if found.tzinfo is None or not 2000 <= found.year < 2100:
        raise ValueError("write it with Z at the end, in this century")
    return found.astimezone(UTC)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone; write one like America/New_York")
    return name


class Question(BaseModel):
    """One line; without a purpose it is marketing, the strictest."""

    model_config = ConfigDict(strict=True)

    utc: Annotated[datetime, BeforeValidator(_instant)]
    zones: list[Annotated[str, AfterValidator(_zone)]] | None = None
    states: Annotated[list[str], AfterValidator(known_states)] | None = None
    number: Annotated[str, AfterValidator(e164)] | None = None
    purpose: Literal["mandated", "reply", "service", "marketing"] = "marketing"
    id: JsonValue = Field(default=None)


def answers(lines: Iterable[str], business: Path | None) -> Iterator[dict[str, Any]]:
    """Answer every line that is not blank; one that cannot be judged is answered with its `error`."""
    hours = hours_of(load_pack(business)) if business else None
    return (_answer(line, hours) for line in lines if line.strip())


def printed(told: dict[str, Any]) -> str:
    """An answer for people."""
    name = f"{told['id']} " if told.get("id") is not None else ""
    if "error" in told:
        return f"{name}error: {told['error']}"
    if told["decision"] == "ALLOW":
        return f"{name}ALLOW"
    return f"{name}DEFER until {told['next_allowed'] or 'never'}: {told['rule']} ({told['layer']})"


def _answer(line: str, hours: Business | None) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "this line is not JSON"}
    if not isinstance(data, dict):
        return {"error": "this line is not a JSON object"}
    echo = {"id": data["id"]} if "id" in data else {}
    try:
        return {**echo, **_judged(Question.model_validate(data), hours), **_ignored(data)}
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return {**echo, "error": f"{where}: {first['msg'].removeprefix('Value error, ')}"}


def _judged(question: Question, hours: Business | None) -> dict[str, Any]:
    found = judge_instant(question.utc, _place(question), purpose=question.purpose, business=hours)
    if isinstance(found, Allowed):
        return {"decision": "ALLOW", "rule": None, "layer": None, "next_allowed": None}
    opens = found.next_allowed and f"{found.next_allowed:%Y-%m-%dT%H:%MZ}"
    return {"decision": "DEFER", "rule": found.rule, "layer": found.layer, "next_allowed": opens}


def _place(question: Question) -> Place:
    """All that the line names, together; a number that may be anywhere is taken for the strictest of what is left."""
    named = Place(frozenset(question.zones or ()), frozenset(question.states or ()))
    by_number = area(question.number) if question.number else None
    if by_number:
        return named | by_number
    if not named.zones and not named.states:
        return ANYWHERE
    zones = named.zones or frozenset[str]().union(*map(zones_of, named.states))
    if question.number and not named.states:
        return Place(zones, frozenset[str]().union(*map(states_in, zones)) or STATES)
    return Place(zones, named.states)


def _ignored(data: dict[str, Any]) -> dict[str, list[str]]:
    """Keys that say nothing here, so that a misspelt one is seen."""
    unread = sorted(data.keys() - Question.model_fields.keys() - ABOUT_THE_LINE)
    return {"ignored": unread} if unread else {}
