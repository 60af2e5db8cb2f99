"""Conversations and their turns: what was heard since the last answer, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import schema
from records.database import Tx
from records.messages import Message, of_turn

_T = schema.turn.c
_M = schema.message.c
_UNANSWERED = (
    sa.select(_M.id, _M.business, _M.channel, _M.address_kind, _M.address, _M.session, _M.direction)
    .where(_M.contact == sa.bindparam("contact"), _M.turn.is_(None), _M.direction.in_(("in", "internal")),
           _M.state == "heard")
    .order_by(_M.n)
)  # fmt: skip
_OPEN = sa.select(schema.turn).where(_T.contact == sa.bindparam("contact"), _T.status == "open").limit(1)
_STATE = sa.select(schema.conversation.c.state).where(schema.conversation.c.contact == sa.bindparam("contact"))
_SAVE = (
    schema.conversation.update()
    .where(schema.conversation.c.contact == sa.bindparam("who"))
    .values(
        state=sa.bindparam("new_state"),
        version=schema.conversation.c.version + 1,
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


def open_turn(tx: Tx, contact: str, now: datetime) -> Turn | None:
    """The contact's unfinished turn, else a new one over what is unanswered on one channel; None where nothing is."""
    row = tx.execute(_OPEN, {"contact": contact}).one_or_none()
    if row is not None:
        tx.execute(schema.turn.update().where(_T.id == row.id).values(tries=row.tries + 1))
        return _turn(tx, row._mapping, row.tries + 1)
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
    tx.execute(schema.message.update().where(_M.id.in_([m.id for m in batch])).values(turn=made["id"]))
    return _turn(tx, made, 1)


def save_reading(tx: Tx, turn: str, reading: dict[str, Any], *, read_by: str) -> None:
    """Record what was understood: the turn's first commit."""
    tx.execute(schema.turn.update().where(_T.id == turn).values(reading=reading, read_by=read_by))


def save_result(tx: Tx, turn: str, call: str, *, result: dict[str, Any]) -> None:
    """Record what a tool that only reads found, so that a re-run decides on the same facts."""
    row = tx.execute(sa.select(_T.results).where(_T.id == turn)).one()
    tx.execute(schema.turn.update().where(_T.id == turn).values(results={**(row.results or {}), call: result}))


def state_of(tx: Tx, contact: str) -> dict[str, Any]:
    """The conversation's state as the last turn left it."""
    row = tx.execute(_STATE, {"contact": contact}).one_or_none()
    return dict(row.state or {}) if row else {}


def save_state(tx: Tx, contact: str, state: dict[str, Any], *, now: datetime) -> None:
    """Store the conversation's state."""
    tx.execute(_SAVE, {"who": contact, "new_state": state, "new_updated_at": to_ms(now)})


def close_turn(tx: Tx, turn: str, status: str, *, steps: list[str], now: datetime) -> None:
    """End a turn: answered, silent or quarantined; its messages are no longer waiting."""
    tx.execute(schema.turn.update().where(_T.id == turn).values(status=status, steps=steps, answered_at=to_ms(now)))
    tx.execute(schema.message.update().where(_M.turn == turn, _M.state == "heard").values(state="covered"))


def load_turn(tx: Tx, turn: str) -> Turn | None:
    """One turn."""
    row = tx.execute(sa.select(schema.turn).where(_T.id == turn)).one_or_none()
    return _turn(tx, row._mapping, row.tries) if row else None


def _turn(tx: Tx, row: Any, tries: int) -> Turn:
    return Turn(
        id=row["id"], business=row["business"], contact=row["contact"], channel=row["channel"],
        address_kind=row["address_kind"], address=row["address"], session=row["session"], status=row["status"],
        tries=tries, reading=row["reading"], read_by=row["read_by"], results=dict(row["results"] or {}),
        heard=of_turn(tx, row["id"], "in"),
    )  # fmt: skip
