"""Bookings and the allocations that make a slot taken; the database decides, never a check before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.clock import to_ms
from records import schema
from records.database import Tx, insert_new

_B = schema.booking.c
_L = schema.allocation.c
_ONE = sa.select(schema.booking).where(_B.id == sa.bindparam("id"))
_WHOSE = (_L.holder == sa.bindparam("whose"), _L.active.is_(True))
_HELD = sa.select(schema.allocation).where(*_WHOSE)
_RELEASE = schema.allocation.update().where(*_WHOSE).values(active=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One appointment; `start_at` and `end_at` are what the customer sees, without buffers."""

    id: str
    contact: str
    service: str
    staff: str
    status: str
    version: int
    name: str | None
    price_cents: int
    deposit_cents: int
    refunded_cents: int
    start_at: int
    end_at: int

    @property
    def code(self) -> str:
        """What the customer is told to name it by."""
        return code_of(self.id)


def code_of(booking: str) -> str:
    """The short name of a booking: six letters and digits of its id."""
    return booking[4:10].upper()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time that is to be taken at one resource: milliseconds UTC, end exclusive, buffers included."""

    resource: str
    start_at: int
    end_at: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes time: an action whose hold ends at `expires_at` (milliseconds UTC), or a booking for good."""

    id: str
    kind: str
    expires_at: int | None = None


def allocate(tx: Tx, business: str, stretch: Stretch, *, holder: Holder, now: datetime) -> bool:
    """Take the stretch for a holder; False where somebody else has any part of it.

    Run-out holds are let go first: no constraint can look at a clock.
    """
    run_out = sa.and_(
        _L.business == business, _L.resource == stretch.resource, _L.active.is_(True), _L.expires_at <= to_ms(now)
    )
    tx.execute(schema.allocation.update().where(run_out).values(active=False))
    return insert_new(
        tx,
        schema.allocation,
        {"business": business, "resource": stretch.resource, "start_at": stretch.start_at, "end_at": stretch.end_at,
         "active": True, "kind": holder.kind, "holder": holder.id, "expires_at": holder.expires_at},
    )  # fmt: skip


def release(tx: Tx, holder: str) -> None:
    """Let go of everything a holder has."""
    tx.execute(_RELEASE, {"whose": holder})


def held_by(tx: Tx, holder: str) -> list[Stretch]:
    """What a holder has taken."""
    rows = tx.execute(_HELD, {"whose": holder})
    return [Stretch(r.resource, r.start_at, r.end_at) for r in rows]


def extend(tx: Tx, holder: str, expires_at: int | None) -> None:
    """Keep a holder's allocations until another time."""
    where = sa.and_(_L.holder == holder, _L.active.is_(True))
    tx.execute(schema.allocation.update().where(where).values(expires_at=expires_at))


def rehold(tx: Tx, holder: str, new_holder: str, *, kind: str) -> None:
    """Pass a holder's allocations on for good."""
    where = sa.and_(_L.holder == holder, _L.active.is_(True))
    tx.execute(schema.allocation.update().where(where).values(holder=new_holder, kind=kind, expires_at=None))


def taken(tx: Tx, business: str, resources: Sequence[str], *, window: tuple[int, int], now: datetime) -> list[Stretch]:
    """What is taken at the resources inside a window (milliseconds UTC)."""
    query = sa.select(schema.allocation).where(
        _L.business == business,
        _L.resource.in_(resources),
        _L.active.is_(True),
        _L.start_at < window[1],
        _L.end_at > window[0],
        sa.or_(_L.expires_at.is_(None), _L.expires_at > to_ms(now)),
    )
    return [Stretch(r.resource, r.start_at, r.end_at) for r in tx.execute(query)]


def insert(tx: Tx, row: dict[str, Any]) -> bool:
    """Keep a booking, once per action."""
    return insert_new(tx, schema.booking, row)


def load(tx: Tx, booking: str) -> Booking | None:
    """One booking."""
    row = tx.execute(_ONE, {"id": booking}).one_or_none()
    return _booking(row) if row else None


def upcoming(tx: Tx, contact: str, now: datetime) -> list[Booking]:
    """A contact's confirmed bookings that have not begun, soonest first."""
    query = sa.select(schema.booking).where(
        _B.contact == contact, _B.status == "confirmed", _B.start_at > to_ms(now)
    ).order_by(_B.start_at)  # fmt: skip
    return [_booking(r) for r in tx.execute(query)]


def refundable(tx: Tx, contact: str) -> list[Booking]:
    """A contact's bookings with a deposit that was not paid back, newest first."""
    query = sa.select(schema.booking).where(_B.contact == contact, _B.deposit_cents > _B.refunded_cents)
    return [_booking(r) for r in tx.execute(query.order_by(_B.created_at.desc()))]


def change(tx: Tx, booking: str, version: int, *, values: dict[str, Any]) -> bool:
    """Compare-and-set on the version; False where it moved on or is not confirmed."""
    where = sa.and_(_B.id == booking, _B.version == version, _B.status == "confirmed")
    done = tx.execute(schema.booking.update().where(where).values(version=version + 1, **values))
    return bool(done.rowcount)


def refund(tx: Tx, booking: str, cents: int) -> bool:
    """Count money as paid back, never more than the deposit."""
    where = sa.and_(_B.id == booking, _B.refunded_cents + cents <= _B.deposit_cents)
    done = tx.execute(schema.booking.update().where(where).values(refunded_cents=_B.refunded_cents + cents))
    return bool(done.rowcount)


def _booking(row: Any) -> Booking:
    values = {name: getattr(row, name) for name in Booking.__dataclass_fields__}
    return Booking(**values)


def last_starts(tx: Tx, business: str) -> dict[str, int]:
    """When each contact's last booking that stands begins or began, in milliseconds UTC."""
    query = sa.select(_B.contact, sa.func.max(_B.start_at).label("start")).where(
        _B.business == business, _B.status == "confirmed"
    )
    return {row.contact: row.start for row in tx.execute(query.group_by(_B.contact))}
