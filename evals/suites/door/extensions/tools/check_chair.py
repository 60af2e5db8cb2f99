"""A tool of the cases' own that looks whether a chair is free: never, so that nothing may rest on its answer."""

from __future__ import annotations

from typing import Any

from domain.action import Assurance, Tier
from domain.tool import Args, Context, Tool


class CheckChair(Args):
    """Which chair."""

    chair: str


def read(args: CheckChair, _: Context) -> dict[str, Any]:
    """Say that it is taken."""
    return {"free": False, "chair": args.chair}


TOOL = Tool(
    name="check_chair", tier=Tier.READ, purpose="reply", assurance=Assurance.UNKNOWN, args=CheckChair, read=read
)
