"""Forgetting a person: words, salts, names and addresses leave every table; ids, times and the ledger's leaves stay.

What other people's rows say of the person's addresses goes too. A leaf holds no words, only commitments to them under
salts, so that it verifies as before and nobody can find out what it was about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.errors import Unavailable
from records import campaigns, consents, schema, suppressions
from records.database import Tx
from records.suppressions import Suppression

FORGOTTEN = "contact.forgotten"
AT_ONCE = 500  # how many ids one statement names
_OF = ("action", "message", "turn", "booking", "obligation", "consent")
_BLANK: dict[str, dict[str, Any]] = {
    "contact": {"name": None, "language": None, "zone": None, "tags": None},
    "conversation": {"state": {}, "taken_by": None},
    "turn": {"address": "", "session": None, "reading": None, "results": None, "steps": None},
    "message": {"address": "", "session": None, "text": "", "options": None, "provider_id": None},
    "action": {"args": {}, "args_hash": "", "address": None, "findings": None, "asked": None, "confirmed_hash": None,
               "staff": None, "payload": None, "receipt": None},
    "booking": {"name": None},
    "obligation": {"detail": ""},
    "consent": {"address": "", "source": None, "detector": None},
}  # fmt: skip
_DELETED = ("address", "challenge", "preference")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom it is about: the contact, everybody merged into it, and the addresses as (kind, value)."""

    contact: str
    everyone: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...]


def person(tx: Tx, contact: str) -> Person:
    """A contact with whoever was merged into it and all its addresses."""
    c, a = schema.contact.c, schema.address.c
    everyone, added = [contact], [contact]
    while added:
        added = list(tx.execute(sa.select(c.id).where(c.merged_into.in_(added))).scalars())
        everyone += added
    rows = tx.execute(sa.select(a.kind, a.value).where(a.contact.in_(everyone)).order_by(a.value))
    return Person(contact, tuple(everyone), tuple((r.kind, r.value) for r in rows))


def when_forgotten(tx: Tx, business: str, contact: str) -> int | None:
    """When a contact was forgotten, in milliseconds UTC."""
    about, event = schema.event_subject.c, schema.event.c
    joined = schema.event.join(schema.event_subject, about.event == event.id)
    where = (event.business == business, about.subject == contact, event.kind == FORGOTTEN)
    found: int | None = tx.execute(sa.select(event.at).select_from(joined).where(*where).limit(1)).scalar_one_or_none()
    return found


def stop_work(tx: Tx, who: Person, *, now: int) -> None:
    """Take back jobs and timers about a person; `Unavailable` while a worker is at one of them."""
    ids = _ids(tx, who)
    about = [*who.everyone, *ids]
    lanes = [f"{kind}:{one}" for one in about for kind in ("contact", "deliver", "action")]
    job, timer = schema.job.c, schema.timer.c
    for column, names in ((job.lane, lanes), (job.ref, about)):
        for some in _parts(names):
            rows = tx.execute(sa.select(schema.job).where(column.in_(some)).with_for_update()).all()
            if any(row.state == "running" and (row.lease_until or 0) > now for row in rows):
                raise Unavailable("something of this person is being worked on; try again in a minute")
            tx.execute(schema.job.delete().where(column.in_(some)))
    for some in _parts(about):
        tx.execute(schema.timer.delete().where(timer.ref.in_(some)))


def keep_revocations(tx: Tx, business: str, who: Person) -> int:
    """Keep what was revoked at the person's addresses under their keyed hash; how many revocations."""
    c, held = schema.consent.c, 0
    mine = sa.or_(c.contact.in_(who.everyone), c.address.in_([value for _, value in who.addresses]))
    told = tx.execute(sa.select(c.address).where(c.business == business, c.address != "", mine).distinct()).scalars()
    for address in {*told, *(value for _, value in who.addresses)}:
        hashed = suppressions.hash_of(tx, address)
        kept = {group: _revoked(tx, business, address, group=group) for group in consents.GROUPS}
        suppressions.drop(tx, business, hashed)
        for group, revocations in kept.items():
            for one in revocations:
                suppressions.keep(tx, business, hashed, group=group, kept=one)
        held += sum(map(len, kept.values()))
    return held


def _revoked(tx: Tx, business: str, address: str, *, group: str) -> list[Suppression]:
    c = schema.consent.c
    where = (c.business == business, c.address == address, c.group == group)
    rows = [*tx.execute(sa.select(schema.consent).where(*where)).all()]
    rows += consents.kept_revocations(tx, business, address, group=group)
    standing, at = consents.fold(rows), {row.id: row.at for row in rows}
    if standing.revoked is not None:
        return [Suppression("all", standing.revoked, at[standing.revoked])]
    return [Suppression(purpose, entry, at[entry]) for purpose, entry in standing.ended]


def wipe(tx: Tx, business: str, who: Person) -> int:
    """Blank or delete everything personal of a person, and their addresses wherever they stand; how many texts went."""
    ids = _ids(tx, who)
    about = [*who.everyone, *ids, *_calls(tx, who)]
    _name_outcomes(tx, about)
    texts = sum(_erase_texts(tx, some) for some in _parts(about))
    for some in _parts(ids):
        tx.execute(
            schema.decision.update().where(schema.decision.c.action.in_(some)).values(args_hash="", findings=None)
        )
    for some in _parts(who.everyone):
        campaigns.forget(tx, some)
        for name, values in _BLANK.items():
            table = schema.METADATA.tables[name]
            key = table.c.id if name == "contact" else table.c.contact
            tx.execute(table.update().where(key.in_(some)).values(**values))
        for name in _DELETED:
            table = schema.METADATA.tables[name]
            tx.execute(table.delete().where(table.c.contact.in_(some)))
        _end_waiting(tx, some)
    return texts


def _end_waiting(tx: Tx, contacts: Sequence[str]) -> None:
    """Nothing that was heard waits for a turn, no turn is open, and no merge can be undone any more."""
    m, t, g = schema.message, schema.turn, schema.merge
    for was, becomes in (("heard", "covered"), ("planned", "failed")):
        where = sa.and_(m.c.contact.in_(contacts), m.c.state == was)
        tx.execute(m.update().where(where).values(state=becomes))
    tx.execute(t.update().where(t.c.contact.in_(contacts), t.c.status == "open").values(status="forgotten"))
    where = sa.or_(g.c.source.in_(contacts), g.c.target.in_(contacts))
    tx.execute(g.update().where(where).values(moved={}))


def _erase_texts(tx: Tx, subjects: Sequence[str]) -> int:
    about = schema.event_subject.c
    events = sa.select(about.event).where(about.subject.in_(subjects))
    return tx.execute(schema.event_text.delete().where(schema.event_text.c.event.in_(events))).rowcount


def _name_outcomes(tx: Tx, subjects: Sequence[str]) -> None:
    """A loop that staff closed with a note keeps the fact and loses the note."""
    about, text, o = schema.event_subject.c, schema.event_text.c, schema.obligation
    joined = schema.event_subject.join(schema.event_text, text.event == about.event)
    for some in _parts(subjects):
        noted = sa.select(about.subject).select_from(joined).where(about.subject.in_(some), text.field == "note")
        tx.execute(o.update().where(o.c.id.in_(noted)).values(outcome="closed by staff"))


def _ids(tx: Tx, who: Person) -> list[str]:
    """The ids of everything that belongs to a person."""
    found: list[str] = []
    for name in _OF:
        table = schema.METADATA.tables[name]
        found += tx.execute(sa.select(table.c.id).where(table.c.contact.in_(who.everyone))).scalars()
    return found


def _calls(tx: Tx, who: Person) -> list[str]:
    m = schema.message.c
    where = (m.contact.in_(who.everyone), m.channel == "call", m.session.is_not(None))
    return list(tx.execute(sa.select(m.session).where(*where).distinct()).scalars())


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
