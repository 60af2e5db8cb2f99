"""The ledger as lines that a stranger can check without us: every leaf's signed content and every signed head."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from records import schema
from records.database import Tx

FORMAT = "qotbot-ledger-1"
RECEIPT_BYTES = 5


@dataclass(frozen=True, slots=True)
class Sealed:
    """One leaf: its number, its hash, and the canonical JSON that the hash is of."""

    seq: int
    hash: str
    body: str


def export(tx: Tx, business: str, public_hex: str, *, texts: bool = False) -> Iterator[str]:
    """Yield JSON lines: what this is, each leaf in order, each head; personal texts with their salts on demand."""
    yield _line({"format": FORMAT, "business": business, "key": public_hex})
    leaf, event = schema.leaf.c, schema.event.c
    query = sa.select(leaf.seq, event.id, event.body).select_from(
        schema.leaf.join(schema.event, event.id == leaf.event)
    )
    for rows in tx.execute(query.where(leaf.business == business).order_by(leaf.seq)).partitions(500):
        kept = _texts(tx, [row.id for row in rows]) if texts else {}
        for row in rows:
            more = {"texts": kept[row.id]} if row.id in kept else {}
            yield _line({"leaf": row.seq, "content": row.body, **more})
    head = schema.head.c
    for row in tx.execute(sa.select(schema.head).where(head.business == business).order_by(head.size)):
        yield _line({"head": {"size": row.size, "root": row.root, "at": row.at, "signature": row.signature,
                              "key": row.key, "business": row.business}})  # fmt: skip


def receipt(leaf_hash: str) -> str:
    """The short name of a leaf that people are given: the first 40 bits of its hash in eight letters and digits."""
    return base64.b32encode(bytes.fromhex(leaf_hash)[:RECEIPT_BYTES]).decode()


def receipt_about(tx: Tx, subject: str) -> str | None:
    """The receipt of the newest event about a subject, sealed or not yet."""
    event, about = schema.event.c, schema.event_subject.c
    query = sa.select(event.leaf).join(schema.event_subject, about.event == event.id).where(about.subject == subject)
    found: str | None = tx.execute(query.order_by(event.n.desc()).limit(1)).scalar_one_or_none()
    return receipt(found) if found else None


def by_receipt(tx: Tx, business: str, code: str) -> Sealed | None:
    """The leaf that a receipt names; None where there is none, or where it is not sealed yet."""
    try:
        prefix = base64.b32decode(code.strip().upper()).hex()
    except ValueError:
        return None
    leaf, event = schema.leaf.c, schema.event.c
    query = sa.select(leaf.seq, leaf.hash, event.body).join(schema.event, event.id == leaf.event)
    row = tx.execute(query.where(leaf.business == business, leaf.hash.startswith(prefix)).limit(1)).one_or_none()
    return Sealed(row.seq, row.hash, row.body) if row and len(prefix) == 2 * RECEIPT_BYTES else None


def _texts(tx: Tx, events: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in tx.execute(sa.select(schema.event_text).where(schema.event_text.c.event.in_(events))):
        found.setdefault(row.event, {})[row.field] = {"salt": row.salt, "text": row.text}
    return found


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
