"""Leases of executing actions: given back, moved, ended."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.clock import to_ms
from records import schema
from records.database import Tx

_A = schema.action.c


def give_back(tx: Tx, action: str, *, now: datetime) -> None:
    """Return the claim of an action whose effect never left; it may be claimed again once the door has been asked."""
    where = sa.and_(_A.id == action, _A.state == "executing")
    values = {"state": "cleared", "lease_until": None, "updated_at": to_ms(now)}
    tx.execute(schema.action.update().where(where).values(**values))


def move(tx: Tx, action: str, until: datetime) -> None:
    """Change the end of an executing action's lease."""
    tx.execute(schema.action.update().where(_A.id == action).values(lease_until=to_ms(until)))


def end_all(tx: Tx) -> None:
    """Nobody else can be executing: for the one process that owns an embedded home, at its start."""
    tx.execute(schema.action.update().where(_A.state == "executing").values(lease_until=None))
