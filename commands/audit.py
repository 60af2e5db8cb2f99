"""`qotbot audit`: a business's present list and history, judged by the real guards without importing it.

The history is played into a throw-away home with the clock set to each row's time: what customers wrote is heard as
always, what the business wrote is submitted to the door. Nothing is sent and nothing is kept. Our own brakes stay out
of it: they are about what leaves through us.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from commands import history, listing
from commands.consent import verdicts
from commands.history import Happened, Unread
from commands.listing import Listed
from commands.replaying import Breach, heard_in, play
from compose import App, Settings, compose, load_pack, shipped_guards
from domain.clock import SteppingClock, iso
from guards.facts import Clearance
from records import consents
from records.database import Tx
from records.messages import heard_id

LIST = "list:"  # what the evidence of the list's entries begins with, before the line
Told = Callable[[int, int], None]
NOT_LISTED = "not on the list"
ANSWERED = timedelta(days=2)  # a missed call that nobody came back to within this is lost


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may be contacted on a channel for a purpose, why, and what it rests on."""

    channel: str
    purpose: str
    allowed: bool
    why: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the list or the history."""

    number: str
    name: str
    proof: str
    permissions: tuple[Permission, ...]

    def allowed(self, channel: str, purpose: str) -> bool:
        """Whether they may be contacted on a channel for a purpose."""
        return any(p.allowed for p in self.permissions if (p.channel, p.purpose) == (channel, purpose))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A missed call that nobody answered in time."""

    line: int
    number: str
    at: str


@dataclass(slots=True)
class Report:
    """What the audit found."""

    business: str
    people: list[Person] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Files:
    """What a business hands over."""

    contacts: Path
    messages: Path | None = None
    calls: Path | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The list, the history, and the row of the files behind each id of evidence."""

    people: list[Listed]
    events: list[Happened]
    rows: Mapping[str, str]


def alike(people: list[Listed], talked: set[str]) -> dict[str, str]:
    """Who stands for whom: of people that only the list knows, the first of those whom no guard can tell apart.

    Guards see the area code, what was agreed to with which proof, and until when; abroad the whole number.
    """
    often = Counter(p.number for p in people)
    first: dict[tuple[object, ...], str] = {}
    found: dict[str, str] = {}
    for p in people:
        when = p.consent_at if p.relationship else p.consent_at is not None
        kind = (p.number[:5], p.opted_in, p.opted_out, bool(p.consent_text), p.relationship, when, p.expires_at)
        own = p.number in talked or often[p.number] > 1 or not p.number.startswith("+1")
        found[p.number] = p.number if own else first.setdefault(kind, p.number)
    return found


def rows_of(app: App, files: Files, events: list[Happened]) -> dict[str, str]:
    """The row of a file behind each message that was heard; under `LIST` the name of the list."""
    names = {"text": files.messages, "call": files.calls}
    return {LIST: files.contacts.name} | {
        heard_id(app.pack.business.id, heard_in(e)): f"{path.name}:{e.line}"
        for e in events
        if not e.ours and (path := names[e.kind]) is not None
    }


async def audit(files: Files, folder: Path, now: datetime, *, told: Told = lambda _done, _of: None) -> Report:
    """Read the files, play them, and tell; `BadInput` where a file cannot be read at all.

    `told` hears how many rows of the history are done, of how many.
    """
    business = load_pack(folder).business
    listed = listing.contacts(files.contacts)
    texts = history.messages(files.messages, business.phone, business.tz) if files.messages else history.Read()
    calls = history.calls(files.calls, business.phone, business.tz) if files.calls else history.Read()
    events = sorted([*texts.rows, *calls.rows], key=lambda e: (e.at, e.ours, e.line))
    twice = listing.doubled(files.contacts, listed)
    report = Report(business.name, unread=[*listed.unread, *twice, *texts.unread, *calls.unread])
    report.read = {"contacts": len(listed.rows), "messages": len(texts.rows), "calls": len(calls.rows)}
    with tempfile.TemporaryDirectory(prefix="qotbot-audit-") as home:
        began = min([now, *(e.at for e in events), *(p.consent_at for p in listed.rows if p.consent_at)])
        clock = SteppingClock(began)
        guards = [guard for guard in shipped_guards(None) if guard.name != "brake"]
        settings = Settings(home=Path(home), business=folder, durable=False, threads=False)
        app = await compose(settings, clock, guards=guards)
        try:
            models = alike(listed.rows, {e.number for e in events})
            needed = [p for p in listed.rows if models[p.number] == p.number]
            report.breaches = await play(app, clock, needed, events=events, told=told)
            clock.advance((now - clock.now()).total_seconds())
            past = Past(listed.rows, events, rows_of(app, files, events))
            report.people = await app.database.read(lambda tx: _people(tx, app.deps.clearance(), past, models=models))
        finally:
            await app.close()
    report.unanswered = _unanswered(calls.rows, events, now)
    return report


def _people(tx: Tx, clearance: Clearance, past: Past, *, models: Mapping[str, str]) -> list[Person]:
    names = {e.number: "" for e in past.events} | {p.number: p.name for p in past.people}
    listed = {p.number: p for p in past.people}
    found: list[Person] = []
    said: dict[str, tuple[Permission, ...]] = {}
    for number in sorted(names):
        person, model = listed.get(number), models.get(number, number)
        if model not in said:
            said[model] = _permissions(tx, clearance, model, rows=past.rows)
        permissions = said[model] if model == number or person is None else _own(said[model], person, past)
        found.append(Person(number, names[number], _proof(person) if person else NOT_LISTED, permissions))
    return found


def _own(permissions: tuple[Permission, ...], person: Listed, past: Past) -> tuple[Permission, ...]:
    """The same of another person, resting on their own row."""
    row = f"{past.rows[LIST]}:{person.line}"
    return tuple(replace(one, evidence=(row,) if one.evidence else ()) for one in permissions)


def _permissions(tx: Tx, clearance: Clearance, number: str, *, rows: Mapping[str, str]) -> tuple[Permission, ...]:
    """What the guards say of a number; one whose hour is not now may be contacted, later."""
    of_list = {row.id: row.evidence for row in consents.of_address(tx, clearance.pack.business.id, number)}
    return tuple(
        Permission(
            v.channel, v.purpose, v.allowed or v.not_before is not None,
            f"yes, from {v.not_before}" if v.not_before else "yes" if v.allowed else v.why,
            tuple(dict.fromkeys(_row(of_list.get(one, one), rows) for one in v.evidence)),
        )
        for v in verdicts(tx, clearance, number)
    )  # fmt: skip


def _row(evidence: str, rows: Mapping[str, str]) -> str:
    """The row of the files that a piece of evidence comes from; what comes from none (a rule's name) stays."""
    kind, _, line = evidence.rpartition(":")
    return f"{rows[LIST]}:{line}" if kind == LIST else rows.get(evidence, evidence)


def _proof(person: Listed) -> str:
    if person.opted_out:
        return "opted out"
    if not person.opted_in:
        return "not opted in"
    missing = [name for name, have in (("date", person.consent_at), ("wording shown", person.consent_text)) if not have]
    return f"opted in, but no proof: no {' and no '.join(missing)}" if missing else "opted in, with date and wording"


def _unanswered(calls: list[Happened], events: list[Happened], now: datetime) -> list[Unanswered]:
    """Missed calls after which nobody of the business called or wrote to the number in time."""
    ours: dict[str, list[datetime]] = {}
    for event in events:
        if event.ours:
            ours.setdefault(event.number, []).append(event.at)
    return [
        Unanswered(call.line, call.number, iso(call.at))
        for call in calls
        if call.missed and not any(call.at < at <= min(call.at + ANSWERED, now) for at in ours.get(call.number, ()))
    ]
