"""The contract of a tool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from domain.action import Purpose, Receipt
from domain.canonical import digest
from domain.errors import ConfigurationError
from domain.message import Delivery
from domain.permit import Permit
from domain.settings import Pack


class Args(BaseModel):
    """The base of every tool's arguments: strict, nothing extra, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=2000)


class Tell(Protocol):
    """Submits a message to the door inside the running transaction; the door decides whether it will be sent."""

    def __call__(self, text: str, *, channel: str, address: str, purpose: Purpose) -> bool:
        """Whether the message was cleared."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a tool may use: the open transaction (records' functions take it), the time and the business's settings.

    Contact, channel, address and session are bound by the runtime; `expires` is when a hold ends.
    """

    tx: Any
    now: datetime
    pack: Pack
    action: str
    contact: str | None
    channel: str | None = None
    address: str | None = None
    address_kind: str = "phone"
    session: str | None = None
    turn: str | None = None
    expires: datetime | None = None
    tell: Tell | None = None


class Payments(Protocol):
    """The port behind which a payment provider stands."""

    async def refund(self, *, key: str, charge: str, amount_cents: int) -> Delivery:
        """Pay money back once per `key`; a second call with the same key returns the first result."""
        ...

    async def find_refund(self, key: str) -> Delivery:
        """What became of the refund with this key; `Refused` where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside parts a tool may be built with."""

    send: Callable[[Permit, dict[str, Any]], Awaitable[Delivery]]
    find_sent: Callable[[Permit, dict[str, Any]], Awaitable[Delivery]]
    payments: Payments


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something the agent can do.

    Exactly one of: `read` (tier 0, no effect); `write` (inside the claim's transaction, records only);
    `write` with `deliver` and `reconcile` (an outside effect: `write` returns the payload that `deliver` is given).
    `reconcile` says what became of an effect nobody recorded: `Sent`, `Refused` with code "absent", or `Unknown`.
    `describe` names, in the business's words, what an action will do; read-backs and approval cards are made of it.
    `hold` reserves what the action needs while it is asked or held, `release` lets go of it when it will not happen,
    `undo` takes back what `write` noted when the other side refused the effect. `checked_by` names the tool that reads,
    and its arguments, whose last answer must have been `"free": True` before this may be done.
    """

    name: str
    tier: int
    purpose: Purpose
    assurance: int
    args: type[BaseModel]
    read: Callable[[Any, Context], dict[str, Any]] | None = None
    write: Callable[[Any, Context], Receipt] | None = None
    deliver: Callable[[Permit, dict[str, Any]], Awaitable[Delivery]] | None = None
    reconcile: Callable[[Permit, dict[str, Any]], Awaitable[Delivery]] | None = None
    describe: Callable[[Any, Context], dict[str, str]] | None = None
    hold: Callable[[Any, Context], None] | None = None
    release: Callable[[Any, Context], None] | None = None
    undo: Callable[[Any, Context], None] | None = None
    checked_by: Callable[[Any], tuple[str, dict[str, Any]]] | None = None

    def __post_init__(self) -> None:
        if (self.read is None) == (self.write is None):
            raise ConfigurationError(f"tool {self.name}: give exactly one of read and write")
        if (self.read is not None) != (self.tier == 0):
            raise ConfigurationError(f"tool {self.name}: a tool that reads has tier 0, one that writes has 1 to 3")
        if (self.deliver is None) != (self.reconcile is None) or (self.deliver and not self.write):
            raise ConfigurationError(f"tool {self.name}: an outside effect needs write, deliver and reconcile together")
        if self.checked_by is not None and self.read is not None:
            raise ConfigurationError(f"tool {self.name}: only a tool that writes can need a look first")

    def look(self, args: BaseModel) -> tuple[str, str] | None:
        """The tool that must have looked first and the hash of its arguments, where one must."""
        if self.checked_by is None:
            return None
        name, wanted = self.checked_by(args)
        return name, digest(name, wanted)


ToolFactory = Callable[[Ports], Tool]
