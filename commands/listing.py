"""A business's list of people with what they agreed to, and the consent entries that it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.history import NO, YES, Read, Row, Unread, instant, number, read
from domain.errors import BadInput
from guards.basis import IMPLIED, implied_until, jurisdiction_of
from records.consents import IMPORTED, Entry
from records.disclosures import Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person of the list."""

    line: int
    number: str
    name: str
    opted_in: bool
    opted_out: bool
    consent_at: datetime | None
    consent_text: str
    consent_source: str
    relationship: str = ""
    version: str = ""
    language: str = ""
    evidence: str = ""
    expires_at: datetime | None = None
    state: str = ""

    @property
    def proved(self) -> bool:
        """Whether the list says when they agreed and what they were shown."""
        return self.opted_in and self.consent_at is not None and bool(self.consent_text)


def contacts(file: Path) -> Read[Listed]:
    """The people of a list; `BadInput` where the file is none."""
    return read(file, ("phone",), _listed)


def doubled(file: Path, read: Read[Listed]) -> Iterator[Unread]:
    """Rows whose number stands on another row before."""
    seen: dict[str, int] = {}
    for person in read.rows:
        if (first := seen.setdefault(person.number, person.line)) != person.line:
            yield Unread(file.name, person.line, f"the same number as line {first}; keep one of them")


def entries(person: Listed, business: str, contact: str, *, file_hash: str = "") -> Iterator[Entry]:
    """What the list claims of a person.

    With date and wording it is an opt-in to marketing, without them to service messages at most. A purchase or an
    inquiry implies marketing only where the number's country says so, until it ends there.
    """
    if person.opted_out:
        yield _entry(person, (business, contact), purpose="all", act="revoke", file_hash=file_hash)
        return
    if person.opted_in:
        yield _entry(person, (business, contact), purpose="service", act="grant", file_hash=file_hash)
    if person.proved or _implied(person) is not None:
        yield _entry(person, (business, contact), purpose="marketing", act="grant", file_hash=file_hash)


def _entry(person: Listed, whose: tuple[str, str], *, purpose: str, act: str, file_hash: str) -> Entry:
    business, contact = whose
    marketing = purpose == "marketing"
    implied = _implied(person) if marketing and not person.proved else None
    shown = Disclosure(person.consent_text, person.version or "imported", person.language or "en")
    source = {"file_line": str(person.line), "source": person.consent_source, "evidence": person.evidence}
    return Entry(
        business=business, contact=contact, address=person.number, channel="sms", purpose=purpose, act=act,
        method=person.relationship if implied else IMPORTED, evidence=f"list:{file_hash}:{person.line}", actor="staff",
        occurred_at=person.consent_at, expires_at=implied or person.expires_at,
        jurisdiction=jurisdiction_of(person.number), disclosure=shown if marketing and person.proved else None,
        source={name: value for name, value in source.items() if value},
    )  # fmt: skip


def _implied(person: Listed) -> datetime | None:
    if person.consent_at is None:
        return None
    return implied_until(person.relationship, jurisdiction_of(person.number), person.consent_at)


def _listed(line: int, row: Row) -> Listed:
    told = row.get("relationship", "").casefold()
    if told and told not in IMPLIED:
        raise BadInput(f"relationship {told!r} is none of {', '.join(sorted(IMPLIED))}")
    person = Listed(
        line=line, number=number(row.get("phone", "")), name=row.get("name", ""),
        opted_in=_yes(row, "opted_in"), opted_out=_yes(row, "opted_out"),
        consent_at=_time(row, "consent_at"), consent_text=row.get("consent_text", ""),
        consent_source=row.get("consent_source", ""), relationship=told, version=row.get("version", ""),
        language=row.get("language", ""), evidence=row.get("evidence", ""), expires_at=_time(row, "expires_at"),
        state=row.get("state", "").upper(),
    )  # fmt: skip
    if person.opted_in and person.opted_out:
        raise BadInput("this person opted in and opted out; keep what they said last")
    if person.consent_at is not None and person.consent_at > datetime.now(UTC):
        raise BadInput("the consent lies in the future; write when it was given")
    return person


def _yes(row: Row, name: str) -> bool:
    """Whether a cell says yes; what is neither yes nor no is no consent and no mistake to pass over."""
    told = row.get(name, "").strip().casefold()
    if told not in YES | NO:
        raise BadInput(f"{told!r} under {name.replace('_', ' ')} is neither yes nor no")
    return told in YES


def _time(row: Row, name: str) -> datetime | None:
    return instant(row[name], ZoneInfo("UTC")) if row.get(name) else None
