"""Jobs: runnable work in lanes; one lane's jobs run in order and never two at once.

A job that is waiting for the same kind and ref is not put twice. A worker that died is followed after its lease; the
fence number lets only the newest holder finish a job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.clock import from_ms, to_ms
from records import schema
from records.database import Tx

LEASE = timedelta(seconds=60)
PATIENCE = timedelta(seconds=5.5)
_J = schema.job.c
_GIVEN = ("business", "lane", "kind", "ref", "state", "ready_at", "tries", "fence", "created_at")
_SAME = (_J.kind == sa.bindparam("of_kind"), _J.ref == sa.bindparam("of_ref"), _J.state == "queued")
_PUT = (
    schema.job.insert()
    .from_select(
        _GIVEN,
        sa.select(*(sa.bindparam(name, type_=_J[name].type) for name in _GIVEN)).where(~sa.exists().where(*_SAME)),
    )
    .returning(_J.n)
)
_LATEST = _J.created_at + int(PATIENCE.total_seconds() * 1000)
# The newest: a job that is tried again may be queued beside one that was put while it ran.
_MOVE = (
    schema.job.update()
    .where(_J.n == sa.select(sa.func.max(_J.n)).where(*_SAME).correlate(None).scalar_subquery())
    .values(ready_at=sa.case((_LATEST < sa.bindparam("at"), _LATEST), else_=sa.bindparam("at")))
)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: the kind of job, what it is about, and the lane it waits in."""

    kind: str
    ref: str
    lane: str


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed job."""

    n: int
    business: str
    lane: str
    kind: str
    ref: str
    tries: int
    fence: int


def put(tx: Tx, business: str, work: Work, *, ready: datetime) -> None:
    """Make work runnable from `ready` on; work that waits already moves with it, but only by `PATIENCE` in all."""
    at, same = to_ms(ready), {"of_kind": work.kind, "of_ref": work.ref}
    row = {
        "business": business, "lane": work.lane, "kind": work.kind, "ref": work.ref, "state": "queued",
        "ready_at": at, "tries": 0, "fence": 0, "created_at": at,
    }  # fmt: skip
    if tx.execute(_PUT, {**row, **same}).one_or_none() is None:
        tx.execute(_MOVE, {**same, "at": at})


_W, _OTHER = schema.job.alias("waiting").c, schema.job.alias("other").c
_BLOCKED = (
    sa.exists()
    .where(
        _OTHER.lane == _W.lane,
        sa.or_(
            sa.and_(_OTHER.state == "running", _OTHER.lease_until > sa.bindparam("now")),
            _OTHER.n < _W.n,  # a job is queued, running or gone
        ),
        _OTHER.n != _W.n,
    )
    .correlate(_W.n.table)
)
# Two questions, each in the order of an index: one question for both sorts all that waits, for every job taken.
_LEFT = (
    sa.select(_W.n)
    .where(_W.state == "running", _W.lease_until <= sa.bindparam("now"), ~_BLOCKED)
    .order_by(_W.ready_at, _W.n)
    .limit(1)
)
_QUEUED = (
    sa.select(_W.n)
    .where(_W.state == "queued", _W.ready_at <= sa.bindparam("now"), ~_BLOCKED)
    .order_by(_W.ready_at, _W.n)
    .limit(1)
)


def _first(*queries: sa.Select[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(*(query.scalar_subquery() for query in queries))


_NEXT = (_LEFT, _QUEUED)  # what a dead worker left waits the longest
_NEXT_LOCKED = tuple(query.with_for_update(skip_locked=True) for query in _NEXT)
RUNNABLE = _first(*_NEXT).is_not(None)  # whether `take` would find something at `now`
_RUNNABLE = sa.select(RUNNABLE)
_TAKE, _TAKE_LOCKED = (
    schema.job.update()
    .where(_J.n == _first(*queries))
    .values(state="running", lease_until=sa.bindparam("until"), tries=_J.tries + 1, fence=_J.fence + 1)
    .returning(*_J)
    for queries in (_NEXT, _NEXT_LOCKED)
)


def take(tx: Tx, now: datetime) -> Job | None:
    """Claim the next runnable job whose lane is free."""
    statement = _TAKE_LOCKED if tx.dialect.name == "postgresql" else _TAKE
    row = tx.execute(statement, {"now": to_ms(now), "until": to_ms(now + LEASE)}).one_or_none()
    return Job(row.n, row.business, row.lane, row.kind, row.ref, row.tries, row.fence) if row else None


def any_runnable(tx: Tx, now: datetime) -> bool:
    """Whether `take` would find something; a look that locks nothing."""
    return bool(tx.execute(_RUNNABLE, {"now": to_ms(now)}).scalar_one())


_FINISH = schema.job.delete().where(_J.n == sa.bindparam("which"), _J.fence == sa.bindparam("held"))
NEXT_READY = sa.select(sa.func.min(_J.ready_at)).where(_J.state == "queued")


def finish(tx: Tx, job: Job) -> bool:
    """Remove a finished job; False where another holder followed."""
    return bool(tx.execute(_FINISH, {"which": job.n, "held": job.fence}).rowcount)


def retry(tx: Tx, job: Job, error: str, *, ready: datetime) -> None:
    """Let a failed job run again from `ready` on; its lane waits for it."""
    where = sa.and_(_J.n == job.n, _J.fence == job.fence)
    values = {"state": "queued", "ready_at": to_ms(ready), "lease_until": None, "error": error}
    tx.execute(schema.job.update().where(where).values(**values))


def release_all(tx: Tx) -> int:
    """Give back jobs of a process that is gone; only for the one process that owns an embedded home."""
    running = schema.job.update().where(_J.state == "running")
    return tx.execute(running.values(state="queued", lease_until=None)).rowcount


def next_ready(tx: Tx) -> datetime | None:
    """When the next waiting job may run."""
    at = tx.execute(NEXT_READY).scalar_one()
    return from_ms(at) if at is not None else None


def waiting(tx: Tx) -> int:
    """How many jobs are queued or running."""
    return tx.execute(sa.select(sa.func.count()).select_from(schema.job)).scalar_one()


def is_waiting(tx: Tx, kind: str, ref: str) -> bool:
    """Whether work of a kind about something is queued or running."""
    return tx.execute(sa.select(_J.n).where(_J.kind == kind, _J.ref == ref).limit(1)).first() is not None
