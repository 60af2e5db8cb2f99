"""Checking the ledger from its own rows: every leaf, every text that is kept, every signed head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from records import schema
from records.database import Tx
from records.keys import valid
from records.ledger import commitment, head_note
from records.tree import grow, leaf_hash, root


@dataclass(frozen=True, slots=True)
class Audit:
    """What the check found; `first_bad` is the number of the first leaf that does not hold."""

    size: int
    root: str
    heads: int
    unsealed: int
    first_bad: int | None = None
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return self.first_bad is None


def audit(tx: Tx, business: str, public_hex: str) -> Audit:
    """Recompute the ledger of a business and compare it with its signed heads."""
    signed = sa.select(schema.head).where(schema.head.c.business == business)
    heads = list(tx.execute(signed.order_by(schema.head.c.size)))
    sealed = sa.select(schema.leaf.c.event)
    unsealed = tx.execute(
        sa.select(sa.func.count()).where(schema.event.c.business == business, schema.event.c.id.not_in(sealed))
    ).scalar_one()
    frontier: list[str] = []
    size, due = 0, iter(heads)
    upcoming = next(due, None)
    good = 0
    for seq, leaf, problem in _leaves(tx, business):
        if problem or seq != size + 1:
            why = problem or f"leaf {size + 1} is missing"
            return Audit(size, root(frontier), len(heads), unsealed, size + 1, why)
        frontier, size = grow(frontier, size, [leaf])
        if upcoming is not None and upcoming.size == size:
            if why := _head_problem(upcoming, root(frontier), public_hex):
                return Audit(size, root(frontier), len(heads), unsealed, good + 1, why)
            good, upcoming = size, next(due, None)
    if upcoming is not None:
        why = f"the signed head counts {upcoming.size} leaves, {size} are left"
        return Audit(size, root(frontier), len(heads), unsealed, size + 1, why)
    return Audit(size, root(frontier), len(heads), unsealed)


def _head_problem(head: Any, computed: str, public_hex: str) -> str:
    if head.root != computed:
        return f"the leaves do not give the root of the head signed at {head.size} leaves"
    note = head_note(head.business, head.size, head.root, at_ms=head.at)
    if head.key != public_hex or not valid(public_hex, head.signature, note):
        return f"the head at {head.size} leaves is not signed by this ledger's key"
    return ""


def _leaves(tx: Tx, business: str) -> Iterator[tuple[int, str, str]]:
    """Each leaf's number, its recomputed hash, and what is wrong with it."""
    event, leaf = schema.event, schema.leaf
    query = (
        sa.select(
            leaf.c.seq, leaf.c.hash, event.c.business, event.c.body, event.c.leaf, event.c.id, event.c.kind, event.c.at
        )
        .outerjoin(event, event.c.id == leaf.c.event)
        .where(leaf.c.business == business)
        .order_by(leaf.c.seq)
    )
    for rows in tx.execute(query).partitions(500):
        texts = _texts(tx, [r.id for r in rows if r.id is not None])
        for row in rows:
            if row.body is None:
                yield row.seq, row.hash, f"the event of leaf {row.seq} was deleted"
                continue
            computed = leaf_hash(row.body.encode("utf-8", "surrogatepass"))
            yield row.seq, computed, _leaf_problem(row, computed, texts.get(row.id, []))


def _texts(tx: Tx, events: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for text in tx.execute(sa.select(schema.event_text).where(schema.event_text.c.event.in_(events))):
        found.setdefault(text.event, []).append(text)
    return found


def _leaf_problem(row: Any, computed: str, texts: list[Any]) -> str:
    if computed != row.hash or computed != row.leaf:
        return f"the event of leaf {row.seq} was edited"
    body = json.loads(row.body)
    if (body["id"], body["business"], body["kind"], body["at"]) != (row.id, row.business, row.kind, row.at):
        return f"the columns of leaf {row.seq} contradict its signed content"
    for text in texts:
        if body["texts"].get(text.field) != commitment(text.salt, text.text):
            return f"the text {text.field!r} of leaf {row.seq} was edited"
    return ""
