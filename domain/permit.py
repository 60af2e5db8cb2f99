"""The permit: the only thing that lets a tool or a channel act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Proof that one version of one action was decided, claimed and recorded.

    Only `mint` can make one, and only the claim in `records/actions.py` may call it (a test reads the imports).
    """

    action: str
    business: str
    contact: str | None
    tool: str
    args: dict[str, Any]
    args_hash: str
    purpose: str
    channel: str | None
    address: str | None
    fence: int
    seal: object

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise PermissionError("a permit comes from records.actions.claim only")


def mint(*, row: dict[str, Any], fence: int) -> Permit:
    """Make the permit of an action row that was just claimed."""
    return Permit(
        action=row["id"],
        business=row["business"],
        contact=row["contact"],
        tool=row["tool"],
        args=row["args"],
        args_hash=row["args_hash"],
        purpose=row["purpose"],
        channel=row["channel"],
        address=row["address"],
        fence=fence,
        seal=_SEAL,
    )
