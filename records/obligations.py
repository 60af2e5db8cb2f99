"""Obligations: open loops that end in a named outcome; staff see them as follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx, insert_new

_O = schema.obligation.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One open loop; `cause` is the id of what opened it."""

    id: str
    business: str
    contact: str | None
    kind: str
    cause: str
    detail: str
    due_at: int
    opened_at: int
    outcome: str | None = None
    closed_at: int | None = None


def open_one(tx: Tx, business: str, kind: str, *, cause: str, contact: str | None, due: datetime, now: datetime,
             detail: str = "") -> str:  # fmt: skip
    """Open an obligation, once per kind and cause; its id."""
    made = short_id("obl", business, kind, cause)
    row = {
        "id": made, "business": business, "contact": contact, "kind": kind, "cause": cause, "detail": detail,
        "due_at": to_ms(due), "opened_at": to_ms(now), "step": 0,
    }  # fmt: skip
    if insert_new(tx, schema.obligation, row):
        body = {"obligation": made, "kind": kind, "cause": cause, "contact": contact, "due": to_ms(due)}
        ledger.append(tx, business, "obligation.opened", at=now, body=body, texts={"detail": detail} if detail else None)
    return made


def close(tx: Tx, business: str, *, causes: list[str], outcome: str, by: str, now: datetime,
          kind: str | None = None) -> int:  # fmt: skip
    """Close the open obligations of these causes; how many were open."""
    where = sa.and_(_O.business == business, _O.cause.in_(causes), _O.closed_at.is_(None))
    query = sa.select(_O.id, _O.contact, _O.kind).where(where if kind is None else sa.and_(where, _O.kind == kind))
    rows = tx.execute(query).all()
    for row in rows:
        tx.execute(schema.obligation.update().where(_O.id == row.id).values(outcome=outcome, closed_at=to_ms(now)))
        body = {"obligation": row.id, "kind": row.kind, "contact": row.contact, "outcome": outcome, "by": by}
        ledger.append(tx, business, "obligation.closed", at=now, body=body)
    return len(rows)


def close_id(tx: Tx, obligation: str, *, outcome: str, by: str, now: datetime) -> bool:
    """Close one obligation by its id; False where it is closed or unknown."""
    row = tx.execute(sa.select(_O.business, _O.cause, _O.kind).where(_O.id == obligation)).one_or_none()
    if row is None:
        return False
    return close(tx, row.business, causes=[row.cause], outcome=outcome, by=by, now=now, kind=row.kind) > 0


def still_open(tx: Tx, business: str, *, kinds: tuple[str, ...] | None = None, limit: int = 200) -> list[Obligation]:
    """Open obligations, the most urgent first."""
    query = sa.select(schema.obligation).where(_O.business == business, _O.closed_at.is_(None))
    if kinds:
        query = query.where(_O.kind.in_(kinds))
    return [_obligation(r) for r in tx.execute(query.order_by(_O.due_at).limit(limit))]


def overdue_answers(tx: Tx, business: str, now: datetime) -> list[Obligation]:
    """Unanswered messages whose time is over and that staff have not been shown yet."""
    where = (_O.business == business, _O.closed_at.is_(None), _O.kind == "answer", _O.step == 0)
    query = sa.select(schema.obligation).where(*where, _O.due_at <= to_ms(now))
    return [_obligation(r) for r in tx.execute(query)]


def escalate(tx: Tx, obligation: str) -> None:
    """Take the next step of the ladder."""
    tx.execute(schema.obligation.update().where(_O.id == obligation).values(step=_O.step + 1))


def _obligation(row: Any) -> Obligation:
    return Obligation(**{name: getattr(row, name) for name in Obligation.__dataclass_fields__})
