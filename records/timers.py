"""Timers: things due at an instant of our own clock; a due one enqueues its job in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import from_ms, to_ms
from records import jobs, schema
from records.database import Tx, insert_new
from records.jobs import Work

_T = schema.timer.c
_O = schema.obligation.c
_DUE = sa.union_all(
    sa.select(_T.id).where(
        _T.business == sa.bindparam("business"), _T.fired_at.is_(None), _T.due_at <= sa.bindparam("now")
    ),
    sa.select(_O.id).where(
        _O.business == sa.bindparam("business"), _O.closed_at.is_(None), _O.kind == "answer", _O.step == 0,
        _O.due_at <= sa.bindparam("now"),
    ),
).limit(1)  # fmt: skip


_AHEAD = sa.select(
    _DUE.exists().label("due"), jobs.RUNNABLE.label("runnable"), jobs.NEXT_READY.scalar_subquery().label("ready")
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Whether something is due, whether a job can run now, and when the next one that waits may."""

    due: bool
    runnable: bool
    ready: datetime | None


def set_timer(tx: Tx, business: str, work: Work, *, due: datetime) -> str:
    """Set a timer for some work, once per kind, ref and instant; its id."""
    made = short_id("tmr", business, work.kind, work.ref, to_ms(due))
    row = {
        "id": made, "business": business, "kind": work.kind, "ref": work.ref, "payload": {"lane": work.lane},
        "due_at": to_ms(due),
    }  # fmt: skip
    insert_new(tx, schema.timer, row)
    return made


def next_due(tx: Tx) -> int | None:
    """When the next timer is due, in milliseconds UTC."""
    due: int | None = tx.execute(sa.select(sa.func.min(_T.due_at)).where(_T.fired_at.is_(None))).scalar_one()
    return due


def fire(tx: Tx, business: str, now: datetime, *, limit: int = 100) -> int:
    """Turn due timers into jobs; how many were due."""
    where = (_T.business == business, _T.fired_at.is_(None), _T.due_at <= to_ms(now))
    rows: list[Any] = list(tx.execute(sa.select(schema.timer).where(*where).order_by(_T.due_at).limit(limit)))
    for row in rows:
        jobs.put(tx, business, Work(row.kind, row.ref, row.payload["lane"]), ready=now)
        tx.execute(schema.timer.update().where(_T.id == row.id).values(fired_at=to_ms(now)))
    return len(rows)


def ahead(tx: Tx, business: str, now: datetime) -> Ahead:
    """One look at all that may come: timers, unanswered messages, jobs."""
    row = tx.execute(_AHEAD, {"business": business, "now": to_ms(now)}).one()
    return Ahead(bool(row.due), bool(row.runnable), from_ms(row.ready) if row.ready is not None else None)


def any_due(tx: Tx, business: str, now_ms: int) -> bool:
    """Whether a timer or an unanswered message is due."""
    return tx.execute(_DUE, {"business": business, "now": now_ms}).first() is not None
