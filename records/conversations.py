"""Conversations and their turns: what was heard since the last answer, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.canonical import short_id
from domain.clock import to_ms
from records import schema
from records.contacts import KIND, current
from records.database import Tx, among
from records.messages import Message, from_row, of_turn

_T = schema.turn.c
_M = schema.message.c
_UNANSWERED = (
    sa.select(schema.message)
    .where(_M.contact == sa.bindparam("contact"), _M.turn.is_(None), among(_M.direction, "in", "internal"),
           _M.state == "heard")
    .order_by(_M.n)
)  # fmt: skip
_C = schema.conversation.c
_OPEN = (
    sa.select(schema.turn, _C.state.label("memory"))
    .select_from(sa.outerjoin(schema.conversation, schema.turn, sa.and_(_T.contact == _C.contact, _T.status == "open")))
    .where(_C.contact == sa.bindparam("contact"))
    .limit(1)
)
_ONE = sa.select(schema.turn).where(_T.id == sa.bindparam("id"))
_SESSION = sa.select(_T.session).where(_T.id == sa.bindparam("id"))
_REACHED = sa.select(
    sa.select(_T.session).where(_T.id == sa.bindparam("turn")).scalar_subquery().label("session"),
    sa.select(schema.contact.c.merged_into)
    .where(schema.contact.c.id == sa.bindparam("contact"))
    .scalar_subquery()
    .label("merged_into"),
    KIND.scalar_subquery().label("kind"),
)
_RESULTS = sa.select(_T.results).where(_T.id == sa.bindparam("id"))
_TRY = schema.turn.update().where(_T.id == sa.bindparam("which")).values(tries=_T.tries + 1)
_TAKE = (
    schema.message.update()
    .where(_M.id.in_(sa.bindparam("heard", expanding=True)))
    .values(turn=sa.bindparam("new_turn"))
)
_COVER = schema.message.update().where(_M.turn == sa.bindparam("of_turn"), _M.state == "heard").values(state="covered")
_READ = (
    schema.turn.update()
    .where(_T.id == sa.bindparam("which"))
    .values(reading=sa.bindparam("new_reading"), read_by=sa.bindparam("new_read_by"))
)
_FOUND = schema.turn.update().where(_T.id == sa.bindparam("which")).values(results=sa.bindparam("new_results"))
_CLOSE = (
    schema.turn.update()
    .where(_T.id == sa.bindparam("which"))
    .values(
        status=sa.bindparam("new_status"), steps=sa.bindparam("new_steps"), answered_at=sa.bindparam("new_answered_at")
    )
)
_STATE = sa.select(_C.state).where(_C.contact == sa.bindparam("contact"))
_SAVE = (
    schema.conversation.update()
    .where(_C.contact == sa.bindparam("who"))
    .values(
        state=sa.bindparam("new_state"),
        version=_C.version + 1,
        updated_at=sa.bindparam("new_updated_at"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn with what has been recorded of it so far; a re-run after a crash starts from this."""

    id: str
    business: str
    contact: str
    channel: str
    address_kind: str
    address: str
    session: str | None
    status: str
    tries: int
    reading: dict[str, Any] | None
    read_by: str | None
    results: dict[str, Any]
    heard: list[Message] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)  # the conversation's state as the last turn left it


@dataclass(frozen=True, slots=True)
class Reached:
    """The contact behind an action by now, the session of its turn, and the kind of its address."""

    contact: str | None
    session: str | None
    address_kind: str


def open_turn(tx: Tx, contact: str, now: datetime) -> Turn | None:
    """The contact's unfinished turn, else a new one over what is unanswered on one channel; None where nothing is."""
    row = tx.execute(_OPEN, {"contact": contact}).one_or_none()
    memory = dict(row.memory or {}) if row else {}
    if row is not None and row.id is not None:
        tx.execute(_TRY, {"which": row.id})
        return _turn(row._mapping, row.tries + 1, of_turn(tx, row.id, "in"), memory=memory)
    waiting = tx.execute(_UNANSWERED, {"contact": contact}).all()
    if not waiting:
        return None
    first = waiting[0]
    same = [m for m in waiting if (m.channel, m.address, m.session) == (first.channel, first.address, first.session)]
    batch = same if first.direction == "in" else [first]
    batch = [m for m in batch if m.direction == first.direction]
    made = {
        "id": short_id("trn", *(m.id for m in batch)), "business": first.business, "contact": contact,
        "channel": first.channel, "address_kind": first.address_kind, "address": first.address,
        "session": first.session, "status": "open", "reading": None, "read_by": None, "results": {}, "steps": [],
        "tries": 1, "opened_at": to_ms(now),
    }  # fmt: skip
    tx.execute(schema.turn.insert(), made)
    tx.execute(_TAKE, {"heard": [m.id for m in batch], "new_turn": made["id"]})
    return _turn(made, 1, [from_row(m) for m in batch], memory=memory)


def unanswered(tx: Tx, contact: str) -> bool:
    """Whether something was heard that no turn has taken up."""
    return tx.execute(_UNANSWERED, {"contact": contact}).first() is not None


def save_reading(tx: Tx, turn: str, reading: dict[str, Any], *, read_by: str) -> None:
    """Record what was understood: the turn's first commit."""
    tx.execute(_READ, {"which": turn, "new_reading": reading, "new_read_by": read_by})


def save_results(tx: Tx, turn: str, results: dict[str, Any]) -> None:
    """Record what the tools that only read found, by call, so that a re-run decides on the same facts."""
    tx.execute(_FOUND, {"which": turn, "new_results": results})


def state_of(tx: Tx, contact: str) -> dict[str, Any]:
    """The conversation's state as the last turn left it."""
    row = tx.execute(_STATE, {"contact": contact}).one_or_none()
    return dict(row.state or {}) if row else {}


def save_state(tx: Tx, contact: str, state: dict[str, Any], *, now: datetime) -> None:
    """Store the conversation's state."""
    tx.execute(_SAVE, {"who": contact, "new_state": state, "new_updated_at": to_ms(now)})


def close_turn(tx: Tx, turn: str, status: str, *, steps: list[str], now: datetime) -> None:
    """End a turn: answered, silent or quarantined; its messages are no longer waiting."""
    tx.execute(_CLOSE, {"which": turn, "new_status": status, "new_steps": steps, "new_answered_at": to_ms(now)})
    tx.execute(_COVER, {"of_turn": turn})


def load_turn(tx: Tx, turn: str) -> Turn | None:
    """One turn, without what was heard in it and before it."""
    row = tx.execute(_ONE, {"id": turn}).one_or_none()
    return _turn(row._mapping, row.tries, [], memory={}) if row else None


def session_of(tx: Tx, turn: str) -> str | None:
    """The chat session or call that a turn belongs to."""
    found: str | None = tx.execute(_SESSION, {"id": turn}).scalar_one_or_none()
    return found


def reached(tx: Tx, action: Action) -> Reached:
    """Whom an action reaches now: its contact may have been joined with another in this turn."""
    given = {"turn": action.turn, "contact": action.contact, "business": action.business, "value": action.address}
    row = tx.execute(_REACHED, given).one()
    contact = current(tx, row.merged_into) if row.merged_into else action.contact
    return Reached(contact, row.session, row.kind or "phone")


def results_of(tx: Tx, turn: str) -> dict[str, Any]:
    """What the tools that only read found in a turn."""
    return dict(tx.execute(_RESULTS, {"id": turn}).scalar_one_or_none() or {})


def _turn(row: Any, tries: int, heard: list[Message], *, memory: dict[str, Any]) -> Turn:
    return Turn(
        id=row["id"], business=row["business"], contact=row["contact"], channel=row["channel"],
        address_kind=row["address_kind"], address=row["address"], session=row["session"], status=row["status"],
        tries=tries, reading=row["reading"], read_by=row["read_by"], results=dict(row["results"] or {}),
        heard=heard, memory=memory,
    )  # fmt: skip
