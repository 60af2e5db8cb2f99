"""Jobs: runnable work in lanes; one lane's jobs run in order and never two at once.

A job that is waiting for the same kind and ref is not put twice. A worker that died is followed after its lease; the
fence number lets only the newest holder finish a job.
"""

from __future__ import annotations

from collections.abc import Sequence
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
# The newest: a job that is tried again may be queued beside one that was put while it ran.
_SAME = (
    sa.select(_J.n, _J.created_at)
    .where(_J.kind == sa.bindparam("kind"), _J.ref == sa.bindparam("ref"), _J.state == "queued")
    .order_by(_J.n.desc())
    .limit(1)
)
_INSERT = schema.job.insert()
_MOVE = schema.job.update().where(_J.n == sa.bindparam("which")).values(ready_at=sa.bindparam("new_ready_at"))


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
    same = tx.execute(_SAME, {"kind": work.kind, "ref": work.ref}).one_or_none()
    at = to_ms(ready)
    if same is not None:
        latest = same.created_at + int(PATIENCE.total_seconds() * 1000)
        tx.execute(_MOVE, {"which": same.n, "new_ready_at": min(at, latest)})
        return
    tx.execute(
        _INSERT,
        {"business": business, "lane": work.lane, "kind": work.kind, "ref": work.ref, "state": "queued",
         "ready_at": at, "tries": 0, "fence": 0, "created_at": at},
    )  # fmt: skip


_OTHER = schema.job.alias("other")
_BLOCKED = (
    sa.exists()
    .where(
        _OTHER.c.lane == _J.lane,
        sa.or_(
            sa.and_(_OTHER.c.state == "running", _OTHER.c.lease_until > sa.bindparam("now")),
            sa.and_(_OTHER.c.n < _J.n, _OTHER.c.state.in_(("queued", "running"))),
        ),
        _OTHER.c.n != _J.n,
    )
    .correlate(schema.job)
)
# Two questions, each in the order of an index: one question for both sorts all that waits, for every job taken.
_QUEUED = (
    sa.select(schema.job)
    .where(_J.state == "queued", _J.ready_at <= sa.bindparam("now"), ~_BLOCKED)
    .order_by(_J.ready_at, _J.n)
    .limit(1)
)
_LEFT = (
    sa.select(schema.job)
    .where(_J.state == "running", _J.lease_until <= sa.bindparam("now"), ~_BLOCKED)
    .order_by(_J.ready_at, _J.n)
    .limit(1)
)
_NEXT = (_LEFT, _QUEUED)  # what a dead worker left waits the longest
_NEXT_LOCKED = tuple(query.with_for_update(skip_locked=True, of=schema.job) for query in _NEXT)
_TAKE = (
    schema.job.update()
    .where(_J.n == sa.bindparam("which"))
    .values(state="running", lease_until=sa.bindparam("until"), tries=_J.tries + 1, fence=_J.fence + 1)
)


def take(tx: Tx, now: datetime) -> Job | None:
    """Claim the next runnable job whose lane is free."""
    queries = _NEXT_LOCKED if tx.dialect.name == "postgresql" else _NEXT
    row: Any = _first(tx, queries, now)
    if row is None:
        return None
    tx.execute(_TAKE, {"which": row.n, "until": to_ms(now + LEASE)})
    return Job(row.n, row.business, row.lane, row.kind, row.ref, row.tries + 1, row.fence + 1)


def any_runnable(tx: Tx, now: datetime) -> bool:
    """Whether `take` would find something; a look that locks nothing."""
    return _first(tx, _NEXT, now) is not None


def _first(tx: Tx, queries: Sequence[sa.Select[Any]], now: datetime) -> Any:
    found = (tx.execute(query, {"now": to_ms(now)}).one_or_none() for query in queries)
    return next((row for row in found if row is not None), None)


_FINISH = schema.job.delete().where(_J.n == sa.bindparam("which"), _J.fence == sa.bindparam("held"))
_NEXT_READY = sa.select(sa.func.min(_J.ready_at)).where(_J.state == "queued")


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
    at = tx.execute(_NEXT_READY).scalar_one()
    return from_ms(at) if at is not None else None


def waiting(tx: Tx) -> int:
    """How many jobs are queued or running."""
    return tx.execute(sa.select(sa.func.count()).select_from(schema.job)).scalar_one()


def is_waiting(tx: Tx, kind: str, ref: str) -> bool:
    """Whether work of a kind about something is queued or running."""
    return tx.execute(sa.select(_J.n).where(_J.kind == kind, _J.ref == ref).limit(1)).first() is not None
