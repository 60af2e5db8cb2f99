"""The ledger: one append-only event log per business, and the signed tree over it.

A transaction appends events; the sealer numbers them as leaves, grows the tree and signs its head. A leaf is the
RFC 6962 hash of canonical JSON made of ids, enums and whole numbers; personal text enters only as HMAC(random salt,
text), with text and salt in a table of their own, so erasing them is erasure and the tree still verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.canonical import canonical
from domain.clock import to_ms
from domain.codes import without_codes
from records import schema
from records.database import Tx
from records.keys import Keys
from records.tree import grow, leaf_hash, root

FORMAT = 1
AT_ONCE = 5_000  # events that are sealed in one transaction
_INSERT = schema.event.insert()
_INSERT_TEXT = schema.event_text.insert()
_INSERT_SUBJECT = schema.event_subject.insert()
_TEXTS = sa.select(schema.event_text).where(schema.event_text.c.event.in_(sa.bindparam("events", expanding=True)))
_INSERT_LEAF, _INSERT_HEAD = schema.leaf.insert(), schema.head.insert()


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: what happened, with its texts where they have not been erased."""

    n: int
    id: str
    business: str
    kind: str
    at: int
    body: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    seq: int | None = None

    @classmethod
    def of_row(cls, row: Any) -> Event:
        """The event in a row of the table, without its texts and its number as a leaf."""
        return cls(row.n, row.id, row.business, row.kind, row.at, json.loads(row.body)["body"])


@dataclass(frozen=True, slots=True)
class Entry:
    """What is appended: `body` takes ids, enums and whole numbers, personal words go into `texts`."""

    kind: str
    body: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)


def append(tx: Tx, business: str, entry: Entry, *, at: datetime) -> str:
    """Append one event and return its id; every id in its body (values of keys listed in SUBJECTS) finds it again."""
    event_id, when = f"evt_{secrets.token_hex(13)}", to_ms(at)
    texts = {name: without_codes(text) for name, text in entry.texts.items()}
    salts = {name: secrets.token_hex(16) for name in texts}
    commitments = {name: commitment(salts[name], text) for name, text in texts.items()}
    full = canonical({"v": FORMAT, "id": event_id, "business": business, "kind": entry.kind, "at": when,
                      "body": dict(entry.body), "texts": commitments})  # fmt: skip
    tx.execute(
        _INSERT,
        {"id": event_id, "business": business, "kind": entry.kind, "at": when, "body": full,
         "leaf": leaf_hash(full.encode("utf-8", "surrogatepass"))},
    )  # fmt: skip
    if texts:
        rows = [{"event": event_id, "field": k, "salt": salts[k], "text": v} for k, v in texts.items()]
        tx.execute(_INSERT_TEXT, rows)
    subjects = {entry.body[key] for key in SUBJECTS if isinstance(entry.body.get(key), str)}
    if subjects:
        tx.execute(_INSERT_SUBJECT, [{"subject": s, "event": event_id, "business": business} for s in subjects])
    return event_id


SUBJECTS = ("action", "message", "turn", "contact", "booking", "obligation", "call", "consent")


def commitment(salt: str, text: str) -> str:
    """HMAC-SHA-256 of a text under its salt, in hex."""
    return hmac.new(bytes.fromhex(salt), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def seal(tx: Tx, business: str, keys: Keys, *, now: datetime, whole: bool = False) -> int:
    """Number the new events, grow the tree and sign its head; how many events were sealed.

    `whole` looks through the whole ledger for what was left behind, not only near the last sealed row.
    """
    rows = tx.execute(_ANY_UNSEALED if whole else _UNSEALED, {"business": business}).all()
    if not rows:
        return 0
    size, frontier = rows[0].size or 0, json.loads(rows[0].frontier or "[]")
    leaves = [{"business": business, "seq": size + k + 1, "event": r.id, "hash": r.leaf} for k, r in enumerate(rows)]
    tx.execute(_INSERT_LEAF, leaves)
    frontier, size = grow(frontier, size, [r.leaf for r in rows])
    note = head_note(business, size, root(frontier), at_ms=to_ms(now))
    tx.execute(
        _INSERT_HEAD,
        {"business": business, "size": size, "root": root(frontier), "frontier": json.dumps(frontier),
         "signature": keys.sign(note), "key": keys.public_hex, "at": to_ms(now)},
    )  # fmt: skip
    return len(rows)


# A transaction may commit after a later-numbered one was sealed, so the search reaches back behind the last sealed row;
# what lies further back (a very long transaction, rows restored from a copy) is found by the look through the whole.
_SEALED_TO = (
    sa.select(sa.func.coalesce(sa.func.max(schema.event.c.n), 0))
    .select_from(schema.leaf.join(schema.event, schema.event.c.id == schema.leaf.c.event))
    .where(
        schema.leaf.c.business == sa.bindparam("business"),
        schema.leaf.c.seq
        > sa.select(sa.func.coalesce(sa.func.max(schema.head.c.size), 0) - 64)
        .where(schema.head.c.business == sa.bindparam("business"))
        .scalar_subquery(),
    )
    .scalar_subquery()
)
_LAST_SIZE = sa.select(sa.func.max(schema.head.c.size)).where(schema.head.c.business == sa.bindparam("business"))
_ANY_UNSEALED = (
    sa.select(schema.event.c.id, schema.event.c.leaf, schema.head.c.size, schema.head.c.frontier)
    .outerjoin(
        schema.head,
        sa.and_(schema.head.c.business == sa.bindparam("business"), schema.head.c.size == _LAST_SIZE.scalar_subquery()),
    )
    .where(
        schema.event.c.business == sa.bindparam("business"),
        ~sa.exists().where(schema.leaf.c.event == schema.event.c.id),
    )
    .order_by(schema.event.c.n)
    .limit(AT_ONCE)
)
_UNSEALED = _ANY_UNSEALED.where(schema.event.c.n > _SEALED_TO - 10_000)


def any_unsealed(tx: Tx, business: str, *, whole: bool = False) -> bool:
    """Whether there is something to seal; `whole` reads the whole ledger, which takes a while."""
    return tx.execute(_ANY_UNSEALED if whole else _UNSEALED, {"business": business}).first() is not None


def head_note(business: str, size: int, root_hex: str, *, at_ms: int) -> str:
    """The text that a signed head signs: log name, number of leaves, root, time."""
    return f"qotbot ledger {business}\n{size}\n{root_hex}\n{at_ms}\n"


def latest_head(tx: Tx, business: str) -> dict[str, Any] | None:
    """The newest signed head."""
    query = sa.select(schema.head).where(schema.head.c.business == business)
    row = tx.execute(query.order_by(schema.head.c.size.desc()).limit(1)).one_or_none()
    return dict(row._mapping) if row else None


def events(tx: Tx, business: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> list[Event]:
    """Events in order, sealed or not, after a row number; `newest` takes the last `limit` of them."""
    found = _events(tx, _NEWEST if newest else _AFTER, {"business": business, "after": after, "most": limit})
    return found[::-1] if newest else found


_SINCE = (
    sa.select(schema.event, schema.leaf.c.seq)
    .outerjoin(schema.leaf, schema.leaf.c.event == schema.event.c.id)
    .where(schema.event.c.business == sa.bindparam("business"), schema.event.c.n > sa.bindparam("after"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_AFTER, _NEWEST = _SINCE.order_by(schema.event.c.n), _SINCE.order_by(schema.event.c.n.desc())


def newest_of(tx: Tx, business: str, kind: str) -> Event | None:
    """The newest event of a kind."""
    query = (
        sa.select(schema.event, schema.leaf.c.seq)
        .outerjoin(schema.leaf, schema.leaf.c.event == schema.event.c.id)
        .where(schema.event.c.business == business, schema.event.c.kind == kind)
        .order_by(schema.event.c.n.desc())
        .limit(1)
    )
    return next(iter(_events(tx, query)), None)


def about(tx: Tx, business: str, subject: str, *, limit: int = 200) -> list[Event]:
    """The first `limit` events of one subject: a contact, an action, a message, a turn, a booking."""
    subjects = sa.select(schema.event_subject.c.event).where(schema.event_subject.c.subject == subject)
    query = (
        sa.select(schema.event, schema.leaf.c.seq)
        .outerjoin(schema.leaf, schema.leaf.c.event == schema.event.c.id)
        .where(schema.event.c.business == business, schema.event.c.id.in_(subjects))
        .order_by(schema.event.c.n)
        .limit(limit)
    )
    return _events(tx, query)


def latest(tx: Tx, business: str, subject: str, *, kind: str, limit: int = 50) -> list[Event]:
    """The newest events of one kind about one subject, newest first."""
    subjects = sa.select(schema.event_subject.c.event).where(schema.event_subject.c.subject == subject)
    query = (
        sa.select(schema.event, schema.leaf.c.seq)
        .outerjoin(schema.leaf, schema.leaf.c.event == schema.event.c.id)
        .where(schema.event.c.business == business, schema.event.c.kind == kind, schema.event.c.id.in_(subjects))
        .order_by(schema.event.c.n.desc())
        .limit(limit)
    )
    return _events(tx, query)


def sealed(tx: Tx, business: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> list[Event]:
    """Sealed events by leaf number, the cursor of live events; `newest` takes the last `limit` of them."""
    query = (
        sa.select(schema.event, schema.leaf.c.seq)
        .join(schema.leaf, schema.leaf.c.event == schema.event.c.id)
        .where(schema.leaf.c.business == business, schema.leaf.c.seq > after)
        .order_by(schema.leaf.c.seq.desc() if newest else schema.leaf.c.seq)
        .limit(limit)
    )
    found = _events(tx, query)
    return found[::-1] if newest else found


def _events(tx: Tx, query: sa.Select[Any], given: Mapping[str, Any] | None = None) -> list[Event]:
    rows = list(tx.execute(query, given).all())
    texts = _texts(tx, [r.id for r in rows])
    return [
        Event(r.n, r.id, r.business, r.kind, r.at, json.loads(r.body)["body"], texts.get(r.id, {}), r.seq) for r in rows
    ]


def _texts(tx: Tx, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    if ids:
        for row in tx.execute(_TEXTS, {"events": ids}):
            found.setdefault(row.event, {})[row.field] = row.text
    return found
