from __future__ import annotations

import os

import pytest
from langchain_core.tools import StructuredTool
from langsmith.run_helpers import get_tracing_context
from pydantic import BaseModel, ValidationError

from domain.action import Tier
from domain.errors import ConfigurationError
from domain.message import Sent
from domain.permit import mint
from graphs.langchain_tool import from_langchain


class Gift(BaseModel):
    amount: int


async def give(amount: int) -> str:
    return f"a card of {amount}"


def gift_card() -> StructuredTool:
    return StructuredTool.from_function(
        coroutine=give, name="gift_card", description="Make a gift card.", args_schema=Gift
    )


def test_it_becomes_an_outside_effect_with_strict_arguments() -> None:
    tool = from_langchain(gift_card(), tier=Tier.COMMITS, purpose="service")
    assert tool.name == "gift_card" and tool.tier == Tier.COMMITS
    assert tool.read is None and tool.deliver is not None and tool.reconcile is not None
    assert tool.args.model_validate({"amount": 20}).model_dump() == {"amount": 20}
    with pytest.raises(ValidationError):
        tool.args.model_validate({"amount": 20, "to": "somebody else"})


def test_a_reading_tool_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tier"):
        from_langchain(gift_card(), tier=Tier.READ, purpose="reply")


async def test_the_tool_is_called_with_tracing_off() -> None:
    seen: list[object] = []

    async def look(amount: int) -> str:
        seen.append(get_tracing_context()["enabled"])
        return f"a card of {amount}"

    wrapped = StructuredTool.from_function(coroutine=look, name="look", description="Look.", args_schema=Gift)
    tool = from_langchain(wrapped, tier=Tier.COMMITS, purpose="service")
    assert tool.deliver is not None
    row = dict.fromkeys(("contact", "channel", "address")) | dict.fromkeys(("id", "business", "args_hash"), "x")
    permit = mint(row={**row, "tool": "look", "purpose": "service", "args": {"amount": 20}}, fence=1)
    os.environ["LANGSMITH_TRACING"] = "true"
    try:
        delivered = await tool.deliver(permit, {})
    finally:
        del os.environ["LANGSMITH_TRACING"]
    assert delivered == Sent({"answer": "a card of 20"})
    assert seen == [False]
