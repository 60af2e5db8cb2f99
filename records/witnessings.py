"""Which heads left this machine, to whom, when; and whether what came since must leave at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx, insert_new
from records.forgetting import FORGOTTEN
from records.tree import consistency

URGENT = ("consent.revoke", FORGOTTEN)  # what somebody could want to have happened otherwise
_W = schema.witnessing.c


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One head that a witness has: its size and root, and when it got it, in milliseconds UTC."""

    witness: str
    size: int
    root: str
    at: int


def head_to_show(tx: Tx, business: str) -> dict[str, Any] | None:
    """The newest signed head, as it is shown to others; None where nothing was sealed yet."""
    head = ledger.latest_head(tx, business)
    return None if head is None else {name: value for name, value in head.items() if name != "frontier"}


def last(tx: Tx, business: str, witness: str) -> Witnessed | None:
    """The newest head that a witness has."""
    query = sa.select(schema.witnessing).where(_W.business == business, _W.witness == witness)
    row = tx.execute(query.order_by(_W.size.desc()).limit(1)).one_or_none()
    return Witnessed(row.witness, row.size, row.root, row.at) if row else None


def listed(tx: Tx, business: str, *, limit: int = 50) -> list[Witnessed]:
    """Heads that left, the newest first."""
    query = sa.select(schema.witnessing).where(_W.business == business).order_by(_W.at.desc(), _W.size.desc())
    return [Witnessed(r.witness, r.size, r.root, r.at) for r in tx.execute(query.limit(limit))]


def keep(tx: Tx, business: str, witness: str, *, head: Mapping[str, Any], now: datetime) -> None:
    """Remember that a witness has a head."""
    row = {"business": business, "witness": witness, "size": head["size"], "root": head["root"], "at": to_ms(now)}
    insert_new(tx, schema.witnessing, row)


def urgent_since(tx: Tx, business: str, size: int) -> bool:
    """Whether a leaf after the first `size` must be witnessed at once."""
    leaf, event = schema.leaf.c, schema.event.c
    joined = schema.leaf.join(schema.event, event.id == leaf.event)
    query = sa.select(leaf.seq).select_from(joined)
    query = query.where(leaf.business == business, leaf.seq > size, event.kind.in_(URGENT))
    return tx.execute(query.limit(1)).first() is not None


def proof(tx: Tx, business: str, *, old: int, new: int) -> list[str]:
    """The proof that the tree of the first `old` leaves is a beginning of that of the first `new` (RFC 6962 §2.1.2)."""
    leaf = schema.leaf.c
    query = sa.select(leaf.hash).where(leaf.business == business, leaf.seq <= new).order_by(leaf.seq)
    return consistency(list(tx.execute(query).scalars()), old)
