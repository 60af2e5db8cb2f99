"""A LangChain tool as one of ours: an outside effect behind the door, never called inside a transaction."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, create_model

from domain.action import Assurance, Purpose, Receipt
from domain.errors import ConfigurationError
from domain.message import Delivery, Sent, Unknown
from domain.permit import Permit
from domain.tool import Context, Tool
from graphs.untraced import silence

LONGEST = 500


class LangChainTool(Protocol):
    """What is needed of a LangChain `BaseTool`."""

    name: str
    args_schema: Any

    async def ainvoke(self, input: dict[str, Any]) -> Any:
        """Call the tool."""
        ...


def from_langchain(tool: LangChainTool, *, tier: int, purpose: Purpose, assurance: int = Assurance.CODE) -> Tool:
    """Wrap a LangChain tool; `ConfigurationError` for tier 0, because what it reads would not be on record.

    It runs after the commit, with the permit in hand. What became of a call that was cut off nobody can look up, so it
    ends as `unknown` and a person is told.
    """
    schema = tool.args_schema
    if tier < 1 or not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        raise ConfigurationError(f"tool {tool.name}: give it a tier of 1 to 3 and a pydantic args_schema")
    args = create_model(tool.name, __base__=schema, __config__=None)
    args.model_config = ConfigDict(**{**schema.model_config, "extra": "forbid", "frozen": True})
    args.model_rebuild(force=True)

    def write(_args: Any, _ctx: Context) -> Receipt:
        return {}

    async def deliver(permit: Permit, _payload: dict[str, Any]) -> Delivery:
        with silence():
            said = await tool.ainvoke(dict(permit.args))
        return Sent({"answer": str(said)[:LONGEST]})

    async def reconcile(_permit: Permit, _payload: dict[str, Any]) -> Delivery:
        return Unknown("a LangChain tool cannot say what it did")

    return Tool(
        name=tool.name, tier=tier, purpose=purpose, assurance=assurance, args=args, write=write, deliver=deliver,
        reconcile=reconcile,
    )  # fmt: skip
