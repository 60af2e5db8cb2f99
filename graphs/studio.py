"""The graphs as LangGraph Studio opens them (`langgraph.json`): without checkpointer, which Studio brings itself.

They can be looked at as they are; to run one, `context` must be the `Deps` of a composed application.
"""

from __future__ import annotations

from typing import Any

from domain.extensions import discover, unique
from domain.guard import Guard
from domain.message import Delivery, Refused
from domain.permit import Permit
from domain.tool import Ports, Tool
from graphs.approval import wait_for_staff
from graphs.conversation import conversation as built
from graphs.guarded import Compiled, guarded
from guards.order import ordered


class NoPayments:
    """The payment port of a graph that is looked at: it refuses everything."""

    async def refund(self, *, key: str, charge: str, amount_cents: int) -> Delivery:
        """Refuse."""
        return Refused(f"nothing is paid back here: {amount_cents} of {charge} ({key})", "not_connected")

    async def find_refund(self, key: str) -> Delivery:
        """Know of nothing."""
        return Refused(f"no refund {key} is known here", "absent")


def conversation() -> Compiled:
    """The conversation over the shipped tools and guards."""
    return built(shipped_tools(), _guards())


def action() -> Compiled:
    """A held action's own thread: the tool that pays back deposits."""
    tool = shipped_tools()["refund_deposit"]
    return guarded(tool, _guards(), hold=wait_for_staff(tool)).compile(name=f"action_{tool.name}")


def _guards() -> list[Guard]:
    return ordered(discover("guards", "GUARD"))


def shipped_tools() -> dict[str, Tool]:
    """Return the shipped tools, over ports that refuse."""
    ports = Ports(send=_refuse, find_sent=_refuse, payments=NoPayments())
    made = [found if isinstance(found, Tool) else found(ports) for found in discover("tools", "TOOL")]
    return unique(made, "tool")


async def _refuse(_permit: Permit, _payload: dict[str, Any]) -> Delivery:
    return Refused("nothing is sent from here", "not_connected")
