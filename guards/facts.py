"""The facts that guards decide on, loaded afresh for every judgement and never kept."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from importlib import resources
from typing import Any

import structlog

import records.actions
import records.challenges
import records.consents
import records.contacts
import records.conversations
import records.preferences
from domain.action import Action, Assurance, Proposal
from domain.clock import from_ms
from domain.guard import Guard
from domain.settings import Pack
from records.consents import Standing
from records.contacts import Contact
from records.database import Tx
from records.preferences import Preferences

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Clearance:
    """What the door works with: the guards in order, the business's settings and the time."""

    guards: tuple[Guard, ...]
    pack: Pack
    now: datetime
    heard: LastHeard | None = None  # while guards load facts of their own: what the person last said


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for a guard's own fact that could not be loaded."""

    why: str


@dataclass(frozen=True, slots=True)
class LastHeard:
    """What the person last said, and when."""

    message: str
    at: datetime


class Facts:
    """What is known about an action now. A guard sees only the facts that it reads."""

    def __init__(self, pack: Pack, now: datetime, known: Mapping[str, Any]) -> None:
        self.pack = pack
        self.now = now
        self._known = known

    def seen_by(self, guard: Guard) -> Facts:
        """The facts that a guard declared."""
        wanted = (*guard.reads, guard.name)
        return Facts(self.pack, self.now, {k: v for k, v in self._known.items() if k in wanted})

    @property
    def contact(self) -> Contact | None:
        """The person it is about."""
        found: Contact | None = self._known["contact"]
        return found

    @property
    def standing(self) -> Standing:
        """Consent at the address it goes to."""
        found: Standing = self._known["standing"]
        return found

    @property
    def last_heard(self) -> datetime | None:
        """When the person last wrote or called."""
        found: LastHeard | None = self._known["last_heard"]
        return found.at if found else None

    @property
    def heard_as(self) -> tuple[str, ...]:
        """The message that `last_heard` is about."""
        found: LastHeard | None = self._known["last_heard"]
        return (found.message,) if found else ()

    @property
    def preferences(self) -> Preferences:
        """What the person wishes about messages; nothing where the action is none."""
        found: Preferences = self._known["preferences"]
        return found

    @property
    def row(self) -> Action | None:
        """The action as it stands, with the customer's yes and the staff's answer."""
        found: Action | None = self._known["row"]
        return found

    @property
    def assurance(self) -> int:
        """How sure we are who is speaking."""
        found: int = self._known["assurance"]
        return found

    def own(self, guard: str) -> Any:
        """What a guard loaded for itself."""
        return self._known[guard]

    def lost(self, guard: str) -> str | None:
        """Why a guard's own fact could not be loaded, if it could not."""
        found = self._known.get(guard)
        return found.why if isinstance(found, Lost) else None

    def approved(self, rule: str, args_hash: str) -> bool:
        """Whether staff approved exactly this with this rule on the card they saw."""
        staff = self.row.staff if self.row else None
        if not staff or staff["kind"] not in ("approve", "edit"):
            return False
        return bool(staff["hash"] == args_hash and rule in staff["rules"])


def load_facts(tx: Tx, proposal: Proposal, clearance: Clearance) -> Facts:
    """Load every fact that some guard reads, and the action's row; a guard whose own `load` fails denies."""
    wanted = {"row", *(name for guard in clearance.guards for name in guard.reads)}
    known: dict[str, Any] = {}
    for names, load_all in LOADERS.items():
        if not wanted.isdisjoint(names):
            known |= zip(names, load_all(tx, proposal, clearance), strict=True)
    clearance = replace(clearance, heard=known.get("last_heard"))
    loading = [(guard.name, guard.load) for guard in clearance.guards if guard.load is not None]
    try:
        with _undone(tx):
            known |= {name: load(tx, proposal, clearance) for name, load in loading}
    except Exception:  # noqa: BLE001  one of them failed: each by itself, so that the others keep their facts
        for name, load in loading:
            known[name] = _own(tx, name, partial(load, tx, proposal, clearance), action=proposal.id)
    return Facts(clearance.pack, clearance.now, known)


def _undone(tx: Tx) -> AbstractContextManager[Any]:
    """On PostgreSQL a statement that fails spoils its transaction up to the last savepoint; on SQLite itself only."""
    return tx.begin_nested() if tx.dialect.name == "postgresql" else nullcontext()


def _own(tx: Tx, guard: str, load: Callable[[], Any], *, action: str) -> Any:
    """A guard's own fact; a failure is undone and told, so that the door can still record its no."""
    try:
        with _undone(tx):
            return load()
    except Exception as problem:  # noqa: BLE001  a guard must not stop the door from recording its no
        log.error("guard.load_failed", guard=guard, action=action, error=type(problem).__name__)
        return Lost(type(problem).__name__)


def _person(tx: Tx, proposal: Proposal, _: Clearance) -> tuple[Contact | None, LastHeard | None]:
    if not proposal.contact:
        return None, None
    contact, message, at = records.contacts.with_last_heard(tx, proposal.contact)
    return contact, LastHeard(message, from_ms(at)) if message else None


def _standing(tx: Tx, proposal: Proposal, clearance: Clearance) -> tuple[Standing]:
    whose, address = (proposal.contact, clearance.now), proposal.address
    return (records.consents.standing(tx, proposal.business, address, channel=proposal.channel, whose=whose),)


def _preferences(tx: Tx, proposal: Proposal, _: Clearance) -> tuple[Preferences]:
    message = proposal.tool == "message" or proposal.proposed_by == "missed_call"
    return (records.preferences.of(tx, proposal.contact) if message and proposal.contact else Preferences(),)


def _row(tx: Tx, proposal: Proposal, _: Clearance) -> tuple[Action | None]:
    return (records.actions.load(tx, proposal.id),)


def _assurance(tx: Tx, proposal: Proposal, clearance: Clearance) -> tuple[int]:
    return (_sure(tx, proposal, clearance),)


def _sure(tx: Tx, proposal: Proposal, clearance: Clearance) -> int:
    if not proposal.turn:
        return Assurance.STAFF
    by_channel = assurance_table(clearance.pack.business.sector).get(proposal.channel or "", 0)
    if by_channel >= proposal.assurance:
        return by_channel
    session = records.conversations.session_of(tx, proposal.turn)
    return Assurance.CODE if records.challenges.passed(tx, session) else by_channel


LOADERS: dict[tuple[str, ...], Callable[[Tx, Proposal, Clearance], tuple[Any, ...]]] = {
    ("contact", "last_heard"): _person,
    ("standing",): _standing,
    ("preferences",): _preferences,
    ("row",): _row,
    ("assurance",): _assurance,
}


@cache
def assurance_table(sector: str) -> dict[str, int]:
    """The level each channel gives in a sector."""
    table = tomllib.loads(resources.files("guards").joinpath("data/assurance.toml").read_text("utf-8"))
    return dict(table[sector])
