"""A tool does exactly one kind of thing, and its arguments are strict."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import ConfigurationError
from domain.message import Delivery, Sent
from domain.permit import Permit
from domain.tool import Args, Context, Tool


class Say(Args):
    """What to say."""

    text: str


def read(_args: Any, _ctx: Context) -> dict[str, Any]:
    return {}


def write(_args: Any, _ctx: Context) -> dict[str, str | int]:
    return {}


async def deliver(_permit: Permit, _payload: dict[str, Any]) -> Delivery:
    return Sent()


def tool(tier: int, **does: Any) -> Tool:
    return Tool(name="say", tier=tier, purpose="reply", assurance=0, args=Say, **does)


WHOLE = [(0, {"read": read}), (1, {"write": write}), (3, {"write": write, "deliver": deliver, "reconcile": deliver})]


@pytest.mark.parametrize(("tier", "does"), WHOLE)
def test_what_a_tool_may_be(tier: int, does: dict[str, Any]) -> None:
    assert tool(tier, **does).tier == tier


BROKEN = [
    (1, {}), (0, {"read": read, "write": write}), (1, {"read": read}), (0, {"write": write}),
    (1, {"write": write, "deliver": deliver}), (1, {"write": write, "reconcile": deliver}),
    (0, {"read": read, "deliver": deliver, "reconcile": deliver}),
]  # fmt: skip


@pytest.mark.parametrize(("tier", "does"), BROKEN)
def test_what_it_may_not_be(tier: int, does: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="tool say"):
        tool(tier, **does)


@pytest.mark.parametrize("given", [{}, {"text": "a", "to": "+1"}, {"text": "x" * 2001}, {"text": 5}])
def test_arguments_are_strict(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Say.model_validate(given)
    assert Say.model_validate({"text": " hi "}).text == "hi"
