"""A tool of the cases' own that keeps a chair, once somebody looked that it is free."""

from __future__ import annotations

from typing import Any

from domain.action import Assurance, Receipt, Tier
from domain.tool import Args, Context, Tool


class KeepChair(Args):
    """Which chair."""

    chair: str


def write(args: KeepChair, _: Context) -> Receipt:
    """Keep it; nothing but the receipt tells."""
    return {"chair": args.chair}


def look(args: Any) -> tuple[str, dict[str, Any]]:
    """The look that must come first."""
    return "check_chair", {"chair": args.chair}


TOOL = Tool(
    name="keep_chair", tier=Tier.PRIVATE, purpose="reply", assurance=Assurance.UNKNOWN, args=KeepChair, write=write,
    checked_by=look,
)  # fmt: skip
