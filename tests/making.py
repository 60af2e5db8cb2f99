"""Values that tests of records and guards are made with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import records.contacts
from domain.action import Action, Proposal
from domain.decision import Decision, Finding, fold
from domain.message import Heard
from domain.pack import read_pack
from domain.settings import Pack
from records import actions
from records.actions import Ruling
from records.database import Database, Scope, Tx
from records.keys import Keys

T = TypeVar("T")
BUSINESS = "salon"
PHONE = "+12025550143"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
KEYS = Keys(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "secret")
SALON = Path(__file__).resolve().parent.parent / "packs" / "salon"


def later(minutes: float = 0, *, seconds: float = 0) -> datetime:
    """An instant after `NOW`."""
    return NOW + timedelta(minutes=minutes, seconds=seconds)


def within(database: Database, work: Callable[[Tx], T], contact: str | None = None) -> T:
    """Run a unit of work about the business or a contact."""
    return database.write_now(Scope(BUSINESS, contact), work)


def a_contact(database: Database, phone: str = PHONE) -> str:
    """The contact of a phone number."""
    return within(database, lambda tx: records.contacts.ensure(tx, BUSINESS, kind="phone", value=phone, now=NOW))


def heard(text: str, provider_id: str, *, channel: str = "sms", session: str | None = None) -> Heard:
    """Something that a phone said."""
    return Heard(
        channel=channel, kind="text", address_kind="phone", address=PHONE, text=text, provider="carrier",
        provider_id=provider_id, session=session,
    )  # fmt: skip


def booking_of(start: int = 1, *, contact: str | None = None, cause: str = "trn_1") -> Proposal:
    """A proposal to book, about a contact."""
    return Proposal(
        tool="book", args={"service": "cut", "start": start}, tier=2, purpose="service", assurance=1,
        business=BUSINESS, contact=contact, cause=cause, proposed_by="conversation", channel="sms", address=PHONE,
    )  # fmt: skip


def message_of(text: str = "Willow & Co Hair: hi", *, contact: str | None = None, cause: str = "trn_1") -> Proposal:
    """A proposal to send a service message."""
    return Proposal(
        tool="message", args={"text": text, "options": []}, tier=1, purpose="service", assurance=0,
        business=BUSINESS, contact=contact, cause=cause, proposed_by="conversation", channel="sms", address=PHONE,
    )  # fmt: skip


def judged(proposal: Proposal, *findings: Finding) -> Decision:
    """The decision that follows from findings."""
    return Decision(proposal.id, fold(findings), findings)


def recorded(tx: Tx, proposal: Proposal, *findings: Finding, now: datetime = NOW) -> Action:
    """The action of a proposal that was decided so."""
    was, expires = actions.load(tx, proposal.id), now + timedelta(minutes=30)
    ruling = Ruling(proposal=proposal, decision=judged(proposal, *findings), was=was, expires=expires)
    return actions.record(tx, ruling, now=now)


HOLD = Finding("tier", "hold", "a person confirms this")
ASK = Finding("confirmed", "ask", "the customer has not said yes to this")
DENY = Finding("consent", "deny", "the customer asked us to stop")


@cache
def salon() -> Pack:
    """The shipped salon."""
    files = {str(p.relative_to(SALON)): p.read_text("utf-8") for p in SALON.rglob("*") if p.suffix in (".yaml", ".md")}
    return read_pack({name: text for name, text in files.items() if not name.startswith("scenarios")})
