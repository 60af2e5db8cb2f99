"""`qotbot consent …`: what people agreed to, what follows from it, what staff were told, and the proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import records.contacts
from commands import listing
from commands.history import Unread
from commands.opening import Opened
from domain.action import Assurance, Proposal, Purpose, Tier
from domain.canonical import short_id
from domain.clock import SystemClock, from_ms, iso, to_ms
from domain.decision import Finding, fold
from domain.errors import BadInput
from domain.extensions import discover
from domain.phone import e164
from guards.facts import Clearance, load_facts
from guards.gate import ask
from guards.optout import revokes
from guards.order import ordered
from records import consents, disclosures, preferences
from records.database import Scope, Tx

CHANNELS = ("sms", "call")
SCOPES = ("all", "texts", "calls", "marketing")
PURPOSES: tuple[Purpose, ...] = ("service", "marketing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a purpose is allowed on a channel now, which rule says so, and the entries or messages it rests on."""

    channel: str
    purpose: str
    allowed: bool
    why: str
    rule: str
    evidence: tuple[str, ...]
    not_before: str | None = None


def address_of(text: str) -> str:
    """The number that was typed, in E.164; an e-mail address or chat session as it is."""
    return text if "@" in text or text.startswith("web") else e164(text)


def _channels(address: str) -> tuple[str, ...]:
    """The channels that reach an address."""
    return ("email",) if "@" in address else ("web",) if address.startswith("web") else CHANNELS


def shown(opened: Opened, address: str) -> list[dict[str, Any]]:
    """Every entry of an address with the wording that was shown, the oldest first."""
    business = opened.pack.business.id

    def look(tx: Tx) -> list[dict[str, Any]]:
        kept = [one for group in consents.GROUPS for one in _kept(tx, business, address, group=group)]
        return [*kept, *(_row(tx, business, row) for row in consents.of_address(tx, business, address))]

    return opened.database.read_now(look)


def _kept(tx: Tx, business: str, address: str, *, group: str) -> Iterator[dict[str, Any]]:
    """Revocations that outlived whoever gave them."""
    for row in consents.kept_revocations(tx, business, address, group=group):
        yield {
            "entry": row.id, "address": address, "contact": None, "channel": group, "group": group,
            "purpose": row.purpose, "act": row.act, "method": row.method, "evidence": row.id, "actor": "customer",
            "recorded_at": iso(from_ms(row.at)), "occurred_at": None, "wording": None,
        }  # fmt: skip


def exported(opened: Opened) -> list[dict[str, Any]]:
    """Every entry of the business, the oldest first."""
    business = opened.pack.business.id
    return opened.database.read_now(lambda tx: [_row(tx, business, row) for row in consents.of_business(tx, business)])


def _row(tx: Tx, business: str, row: Any) -> dict[str, Any]:
    wording = disclosures.of(tx, business, row.disclosure)
    return {
        "entry": row.id, "address": row.address, "contact": row.contact, "channel": row.channel or row.group,
        "group": row.group, "purpose": row.purpose, "act": row.act, "method": row.method, "evidence": row.evidence,
        "actor": row.actor, "recorded_at": iso(from_ms(row.at)), "occurred_at": _iso(row.occurred_at),
        "expires_at": _iso(row.expires_at), "jurisdiction": row.jurisdiction, "source": row.source or {},
        "detector": row.detector or {}, "wording_sha256": row.disclosure,
        "wording": wording.text if wording else None, "wording_version": wording.version if wording else None,
        "language": wording.language if wording else None,
    }  # fmt: skip


def _iso(at: int | None) -> str | None:
    return iso(from_ms(at)) if at is not None else None


def explained(opened: Opened, address: str) -> list[Verdict]:
    """Ask the real guards, for each channel and purpose, about a well-formed message that we would begin now."""
    guards = tuple(ordered(discover("guards", "GUARD")))
    clearance = Clearance(guards, opened.pack, SystemClock().now())

    return opened.database.read_now(lambda tx: list(verdicts(tx, clearance, address)))


def verdicts(tx: Tx, clearance: Clearance, address: str) -> Iterator[Verdict]:
    """What the guards say of each channel and purpose."""
    return (_verdict(tx, clearance, proposal) for proposal in _proposals(tx, clearance, address))


def _proposals(tx: Tx, clearance: Clearance, address: str) -> Iterator[Proposal]:
    business = clearance.pack.business
    contact = records.contacts.find(
        tx, business.id, kind=records.contacts.kind_of(tx, business.id, address), value=address
    )
    text = f"This is the automated assistant of {business.name}. Reply STOP to opt out."
    for channel in _channels(address):
        for purpose in PURPOSES:
            yield Proposal(
                tool="message", args={"text": text, "options": [], "author": "assistant"}, tier=Tier.PRIVATE,
                purpose=purpose, assurance=Assurance.UNKNOWN, business=business.id, contact=contact, cause="explain",
                proposed_by="explain", channel=channel, address=address, snapshot=clearance.pack.snapshot,
            )  # fmt: skip


def _verdict(tx: Tx, clearance: Clearance, proposal: Proposal) -> Verdict:
    facts = load_facts(tx, proposal, clearance)
    found = [f for f in (ask(g, proposal, facts) for g in clearance.guards) if f is not None]
    allowed = fold(found) == "run"
    telling = [f for f in found if f.verdict != "allow"] or found
    first: Finding | None = telling[0] if telling else None
    waits = [f.not_before for f in telling]
    later = None if allowed or None in waits else max(at for at in waits if at is not None)
    return Verdict(
        proposal.channel or "", proposal.purpose, allowed,
        "; ".join(f.reason for f in telling) or "nothing is against it", first.rule if first else "",
        tuple(e for f in telling for e in f.evidence), _iso(later),
    )  # fmt: skip


def imported(opened: Opened, file: Path) -> tuple[int, list[Unread]]:
    """Import a list in one transaction, or nothing of it; how many entries were new, and the rows that are wrong."""
    read = listing.contacts(file)
    wrong = [*read.unread, *listing.doubled(file, read)]
    if wrong or not read.rows:
        return 0, wrong or [Unread(file.name, 1, "no row was found")]
    file_hash = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    business, now = opened.pack.business.id, SystemClock().now()

    def work(tx: Tx) -> int:
        before = len(consents.of_business(tx, business))
        for person in read.rows:
            contact = records.contacts.ensure(tx, business, kind="phone", value=person.number, now=now)
            if person.name and not records.contacts.load(tx, contact).name:
                records.contacts.rename(tx, contact, person.name)
            for entry in listing.entries(person, business, contact, file_hash=file_hash):
                consents.add(tx, entry, now)
        return len(consents.of_business(tx, business)) - before

    return opened.database.write_now(Scope(business), work), []


@dataclass(frozen=True, slots=True)
class Note:
    """Who writes something down about a person, and why."""

    by: str
    why: str

    def evidence(self, address: str, now: datetime) -> str:
        """The id under which the note is kept; the ledger holds no words."""
        return short_id("stf", self.by, self.why, address, to_ms(now))


def revoke(opened: Opened, address: str, scope: str, *, note: Note) -> int:
    """Write down that somebody wants no messages, told another way: a letter, a voicemail, a number that changed hands.

    How many entries were made; `BadInput` for an unknown scope.
    """
    if scope not in SCOPES:
        raise BadInput(f"--scope {scope!r} is none of {', '.join(SCOPES)}")
    business, now = opened.pack.business.id, SystemClock().now()
    channels = _channels(address)

    def work(tx: Tx) -> int:
        contact = _contact(tx, business, address)
        made = 0
        for channel, purpose in revokes(scope).items():
            if channel in channels:
                entry = consents.Entry(
                    business=business, contact=contact, address=address, channel=channel, purpose=purpose,
                    act="revoke", method="staff_entry", evidence=note.evidence(address, now), actor="staff",
                    source={"by": note.by, "why": note.why},
                )  # fmt: skip
                consents.add(tx, entry, now)
                made += 1
        return made

    return opened.database.write_now(Scope(business), work)


def prefer(opened: Opened, address: str, wishes: Mapping[preferences.Kind, str], *, note: Note) -> int:
    """Write down what somebody wishes: a channel, hours, a language, a zone; how many were new. `-` takes one back."""
    business, now = opened.pack.business.id, SystemClock().now()

    def work(tx: Tx) -> int:
        contact = _contact(tx, business, address)
        if contact is None:
            raise BadInput(f"nobody is known under {address}; they have not written, called or been imported")
        made = 0
        for kind, value in wishes.items():
            wish = preferences.Preference(
                business=business, contact=contact, kind=kind, value=None if value == "-" else value, actor="staff",
                evidence=note.evidence(address, now),
            )  # fmt: skip
            made += preferences.set_preference(tx, wish, now=now)
        return made

    return opened.database.write_now(Scope(business), work)


def _contact(tx: Tx, business: str, address: str) -> str | None:
    kind = records.contacts.kind_of(tx, business, address)
    return records.contacts.find(tx, business, kind=kind, value=address)
