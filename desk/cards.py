"""What the screens show and what staff answer: plain values, and the desk that supplies and takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

FieldKind = Literal["text", "datetime", "money", "number", "choice"]
AnswerKind = Literal["approve", "edit", "reject", "answer"]
Speaker = Literal["customer", "assistant", "staff"]


@dataclass(frozen=True, slots=True)
class House:
    """The business as the screens name it; `reader` is what reads customers: `phrasebook` or `provider:model`."""

    name: str
    zone: ZoneInfo
    reader: str
    staff: str = "Staff"  # whoever holds the printed token


@dataclass(frozen=True, slots=True)
class Link:
    """A way into the product, on its first page."""

    href: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a field may take, and its name for people."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One argument that will run; `value` is its canonical form.

    A datetime is ISO 8601 with its offset, money a decimal number of `unit`, a choice one of `choices`.
    """

    name: str
    label: str
    value: str
    kind: FieldKind = "text"
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that stopped the action, and its reason in plain words."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Words:
    """Something said in the conversation; `at` is aware."""

    who: Speaker
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A held action; `fields` are the canonical arguments, all else explains them. Instants are aware.

    `previous` holds the fields as staff saw them before, where the card came back changed.
    """

    id: str
    ref: str
    tool: str
    title: str
    fields: tuple[Field, ...]
    args_hash: str
    version: int
    tier: int
    why: tuple[Why, ...]
    contact_name: str
    contact_address: str  # masked
    channel: str
    customer_said: tuple[Words, ...]
    will_send: str
    waiting_since: datetime
    expires_at: datetime | None = None
    previous: tuple[Field, ...] = ()
    consequences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """An open loop that somebody must end; instants are aware."""

    id: str
    title: str
    contact_name: str
    contact_address: str  # masked
    since: datetime
    due: datetime
    detail: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """One ledger entry in plain words; `seq` is the cursor of live events, `verdict` empty where none was given."""

    seq: int
    at: datetime
    who: str
    what: str
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What staff decided on the card whose `args_hash` they saw.

    `args` holds only the fields that staff changed, in canonical form; `text` is the reason or the words to send.
    """

    kind: AnswerKind
    args_hash: str
    by: str
    args: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer is recorded and its work is on the way."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else had decided."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Invalid:
    """The edit cannot run; `errors` by field name, `""` for the whole."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """The card is not the one that staff saw; they must look again."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The action expired, was withdrawn or never existed."""


Outcome = Accepted | Conflict | Invalid | Changed | Gone


class Desk(Protocol):
    """What the screens need of the records."""

    async def cards(self) -> Sequence[Card]:
        """Return the held, undecided actions, oldest first."""
        ...

    async def card(self, action_id: str) -> Card | None:
        """Return one held, undecided action."""
        ...

    async def decide(self, action_id: str, answer: Answer) -> Outcome:
        """Record an answer if the action is still held, undecided and as shown."""
        ...

    async def followups(self) -> Sequence[FollowUp]:
        """Return the open follow-ups, the most urgent first."""
        ...

    async def close_followup(self, followup_id: str, note: str, *, by: str) -> Outcome:
        """End a follow-up with a note of its outcome."""
        ...

    async def recent_events(self, limit: int) -> Sequence[LedgerEvent]:
        """Return the newest events, newest first."""
        ...

    def events_after(self, cursor: int) -> AsyncIterator[LedgerEvent]:
        """Yield every event with a higher `seq`, in order, and then each new one as it is sealed."""
        ...
