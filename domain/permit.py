"""The permit: the only thing that lets a tool or a channel act."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, fields
from typing import Any

from domain.canonical import canonical

_KEY = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Proof that one version of one action was decided, claimed and recorded.

    Only `mint` can make one, and only the claim in `records/actions.py` may call it (a test reads the imports). The
    seal covers every field, so that a permit for one thing cannot be turned into one for another.
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
    seal: str

    def __post_init__(self) -> None:
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "seal"}
        if not hmac.compare_digest(self.seal.encode(), _sealed(said).encode()):
            raise PermissionError("a permit comes from records.actions.claim only")


def mint(*, row: dict[str, Any], fence: int) -> Permit:
    """Make the permit of an action row that was just claimed."""
    said: dict[str, Any] = {
        "action": row["id"],
        "business": row["business"],
        "contact": row["contact"],
        "tool": row["tool"],
        "args": row["args"],
        "args_hash": row["args_hash"],
        "purpose": row["purpose"],
        "channel": row["channel"],
        "address": row["address"],
        "fence": fence,
    }
    return Permit(**said, seal=_sealed(said))


def _sealed(said: dict[str, Any]) -> str:
    return hmac.new(_KEY, canonical(said).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
