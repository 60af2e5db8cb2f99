"""Actions: proposed effects, from proposal to receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

from domain.canonical import digest, short_id

Purpose = Literal["mandated", "reply", "service", "marketing", "internal"]
ActionState = Literal[
    "proposed", "asked", "held", "cleared", "executing", "done", "refused", "failed", "unknown", "expired", "superseded"
]
FINAL: frozenset[str] = frozenset({"done", "refused", "failed", "unknown", "expired", "superseded"})
OPEN: frozenset[str] = frozenset({"proposed", "asked", "held", "cleared"})
Receipt = dict[str, str | int]


class Assurance(IntEnum):
    """How sure we are who is speaking."""

    UNKNOWN = 0
    ADDRESS = 1
    CODE = 2
    STAFF = 3


class Tier(IntEnum):
    """What an effect can cost: nothing, something private and reversible, a commitment, money or health."""

    READ = 0
    PRIVATE = 1
    COMMITS = 2
    MONEY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An effect somebody proposes; `cause` is the turn, timer or staff act it comes from.

    The recipient (contact, channel, address) is bound by the runtime and never taken from a reader. Its `id` is what it
    is and where it comes from, never a model's call id; yes, approval and claim are bound to `args_hash`.
    """

    id: str = field(init=False)
    args_hash: str = field(init=False)
    tool: str
    args: dict[str, Any]
    tier: int
    purpose: Purpose
    assurance: int
    business: str
    contact: str | None
    cause: str
    proposed_by: str
    ordinal: int = 0
    turn: str | None = None
    channel: str | None = None
    address: str | None = None
    snapshot: str = ""
    action: str | None = None  # continues this row: a yes, an approval or an edit
    step: str = ""  # the step of the conversation that proposed it
    look: tuple[str, str] | None = None  # the tool that must have found it free first, and the hash of its arguments

    def __post_init__(self) -> None:
        made = self.action or short_id("act", self.cause, self.tool, self.args, self.ordinal)
        object.__setattr__(self, "id", made)  # both are asked for many times, and the arguments stay as they are
        object.__setattr__(self, "args_hash", digest(self.tool, self.args))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the action table."""

    id: str
    business: str
    contact: str | None
    tool: str
    args: dict[str, Any]
    args_hash: str
    version: int
    tier: int
    purpose: Purpose
    assurance: int
    state: ActionState
    cause: str
    proposed_by: str
    turn: str | None
    channel: str | None
    address: str | None
    snapshot: str
    ref: str
    findings: list[dict[str, Any]] = field(default_factory=list)
    confirmed_hash: str | None = None
    staff: dict[str, Any] | None = None
    expires_at: int | None = None
    receipt: dict[str, Any] | None = None
    created_at: int = 0
    updated_at: int = 0

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL
