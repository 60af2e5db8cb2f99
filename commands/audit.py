"""`qotbot audit`: a business's present list and history, judged by the real guards without importing it.

The history is played into a throw-away home with the clock set to each row's time: what customers wrote is heard as
always, what the business wrote is submitted to the door. Nothing is sent and nothing is kept.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from commands import history, listing
from commands.history import Happened, Unread
from commands.listing import Listed
from commands.replaying import Breach, Permission, permissions, play
from compose import App, Settings, compose, load_pack
from domain.clock import SteppingClock, iso
from records.database import Tx

ANSWERED = timedelta(days=2)  # a missed call that nobody came back to within this is lost


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the list or the history."""

    number: str
    name: str
    proof: str
    permissions: tuple[Permission, ...]

    def allowed(self, purpose: str) -> bool:
        """Whether they may be texted for a purpose."""
        return any(p.allowed for p in self.permissions if p.purpose == purpose)


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


async def audit(files: Files, folder: Path, now: datetime) -> Report:
    """Read the files, play them, and tell; `BadInput` where a file cannot be read at all."""
    business = load_pack(folder).business
    listed = listing.contacts(files.contacts)
    texts = history.messages(files.messages, business.phone, business.tz) if files.messages else history.Read()
    calls = history.calls(files.calls, business.phone, business.tz) if files.calls else history.Read()
    events = sorted([*texts.rows, *calls.rows], key=lambda e: (e.at, e.ours, e.line))
    report = Report(business.name, unread=[*listed.unread, *texts.unread, *calls.unread])
    report.read = {"contacts": len(listed.rows), "messages": len(texts.rows), "calls": len(calls.rows)}
    with tempfile.TemporaryDirectory(prefix="qotbot-audit-") as home:
        began = min([now, *(e.at for e in events), *(p.consent_at for p in listed.rows if p.consent_at)])
        clock = SteppingClock(began)
        app = await compose(Settings(home=Path(home), business=folder, durable=False), clock)
        try:
            report.breaches = await play(app, clock, listed.rows, events=events)
            clock.advance((now - clock.now()).total_seconds())
            report.people = await _people(app, listed.rows, events)
        finally:
            await app.close()
    report.unanswered = _unanswered(calls.rows, events, now)
    return report


async def _people(app: App, listed: list[Listed], events: list[Happened]) -> list[Person]:
    names = {e.number: "" for e in events} | {p.number: p.name for p in listed}
    proofs = {p.number: _proof(p) for p in listed}

    def look(tx: Tx) -> list[Person]:
        return [
            Person(number, names[number], proofs.get(number, "not on the list"), permissions(tx, app.deps, number))
            for number in sorted(names)
        ]

    return await app.database.write(app.deps.scope(None), look)


def _proof(person: Listed) -> str:
    if person.opted_out:
        return "opted out"
    if not person.opted_in:
        return "not opted in"
    missing = [name for name, have in (("date", person.consent_at), ("wording shown", person.consent_text)) if not have]
    return f"opted in, but no proof: no {' and no '.join(missing)}" if missing else "opted in, with date and wording"


def _unanswered(calls: list[Happened], events: list[Happened], now: datetime) -> list[Unanswered]:
    """Missed calls after which nobody of the business called or wrote to the number in time."""
    lost = []
    for call in (c for c in calls if c.missed):
        until = min(call.at + ANSWERED, now)
        if not any(e.ours and e.number == call.number and call.at < e.at <= until for e in events):
            lost.append(Unanswered(call.line, call.number, iso(call.at)))
    return lost
