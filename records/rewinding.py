"""A copy of the records in which time runs backwards, so that decisions can be asked again on what was known then.

The original is only read. The copy follows the ledger from its newest event to its oldest; undoing an event takes back
the rows it tells of. What is not rewound: names, zones and merges of contacts, and later changes of a booking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from records import schema
from records.database import Tx
from records.ledger import Event

COPIED = (
    schema.business, schema.contact, schema.address, schema.conversation, schema.turn, schema.message, schema.action,
    schema.booking, schema.consent, schema.disclosure, schema.suppression, schema.preference, schema.brake,
    schema.challenge, schema.event, schema.event_subject,
)  # fmt: skip
AT_ONCE = 500
_STATES = {"run": "cleared", "ask": "asked", "hold": "held", "refuse": "refused"}
_A, _M = schema.action.c, schema.message.c


def copy(source: Tx, target: Tx) -> None:
    """Copy what guards may look at into an empty database; a few hundred rows are in memory at a time."""
    for table in COPIED:
        for rows in source.execution_options(yield_per=AT_ONCE).execute(sa.select(table)).partitions(AT_ONCE):
            target.execute(table.insert(), [dict(row._mapping) for row in rows])


def backwards(tx: Tx, business: str) -> Iterator[Event]:
    """The events of a business, newest first, without their texts."""
    before: int | None = None
    while True:
        query = sa.select(schema.event).where(schema.event.c.business == business)
        if before is not None:
            query = query.where(schema.event.c.n < before)
        rows = tx.execute(query.order_by(schema.event.c.n.desc()).limit(AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            yield Event.of_row(row)
        before = rows[-1].n


def undo(tx: Tx, event: Event, earlier: Sequence[Event] = ()) -> None:
    """Take back what an event tells of; for a decision, `earlier` are the events of the same action before it."""
    body = event.body
    if event.kind == "action.judged":
        _undo_decision(tx, body["action"], earlier)
    elif event.kind == "message.heard":
        tx.execute(schema.message.delete().where(_M.id == body["message"]))
    elif event.kind.startswith("consent.") and "consent" in body:
        tx.execute(schema.consent.delete().where(schema.consent.c.id == body["consent"]))
        tx.execute(schema.suppression.delete().where(schema.suppression.c.entry == body["consent"]))
    elif event.kind == "brake.on":
        tx.execute(schema.brake.delete().where(schema.brake.c.id == body["brake"]))
    elif event.kind == "brake.off":
        lifted = schema.brake.update().where(schema.brake.c.id == body["brake"])
        tx.execute(lifted.values(lifted_at=None, lifted_by=None))
    elif event.kind == "preference.set":
        _undo_preference(tx, body["contact"], body["preference"])


def _undo_decision(tx: Tx, action: str, earlier: Sequence[Event]) -> None:
    """Leave the action as the decision before left it; without one it did not exist."""
    tx.execute(schema.message.delete().where(_M.action == action, _M.direction == "out"))
    judged = [event for event in earlier if event.kind == "action.judged"]
    if not judged:
        tx.execute(schema.action.delete().where(_A.id == action))
        return
    said = [event.body["args_hash"] for event in earlier if event.kind == "action.confirmed"]
    values = {
        "state": _STATES[judged[-1].body["outcome"]], "confirmed_hash": said[-1] if said else None, "receipt": None,
        "expires_at": None, "lease_until": None,
    }  # fmt: skip
    if not any(event.kind == "action.decided" for event in earlier):
        values["staff"] = sa.null()
    tx.execute(schema.action.update().where(_A.id == action).values(**values))


def _undo_preference(tx: Tx, contact: str, kind: str) -> None:
    p = schema.preference.c
    newest = sa.select(sa.func.max(p.n)).where(p.contact == contact, p.kind == kind).scalar_subquery()
    tx.execute(schema.preference.delete().where(p.n == newest))
