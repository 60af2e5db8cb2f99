from __future__ import annotations

import pytest
from langchain_core.tools import StructuredTool
from pydantic import BaseModel, ValidationError

from domain.action import Tier
from domain.errors import ConfigurationError
from tools.langchain import from_langchain


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
