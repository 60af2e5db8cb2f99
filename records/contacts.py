"""Contacts and the addresses they are reached at; the contact, not the channel, owns the conversation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import jobs, ledger, schema
from records.database import Tx, among, insert_new
from records.jobs import Work

_BY_ADDRESS = sa.select(schema.address.c.contact).where(
    schema.address.c.business == sa.bindparam("business"),
    schema.address.c.kind == sa.bindparam("kind"),
    schema.address.c.value == sa.bindparam("value"),
)
_ONE = sa.select(schema.contact).where(schema.contact.c.id == sa.bindparam("id"))
_HEARD = (
    sa.select(schema.message.c.n)
    .where(schema.message.c.contact == sa.bindparam("id"), schema.message.c.direction == "in")
    .order_by(schema.message.c.n.desc())
    .limit(1)
    .scalar_subquery()
)
_WITH_LAST = sa.select(
    schema.contact, schema.message.c.id.label("heard"), schema.message.c.at.label("heard_at")
).select_from(sa.outerjoin(schema.contact, schema.message, schema.message.c.n == _HEARD))
_WITH_LAST = _WITH_LAST.where(schema.contact.c.id == sa.bindparam("id"))
KIND = (  # every kind is named: a search by business and value alone reads all addresses that the business has
    sa.select(schema.address.c.kind)
    .where(
        schema.address.c.business == sa.bindparam("business"),
        among(schema.address.c.kind, "email", "phone", "web"),
        schema.address.c.value == sa.bindparam("value"),
    )
    .limit(1)
)
_RENAME = (
    schema.contact.update().where(schema.contact.c.id == sa.bindparam("which")).values(name=sa.bindparam("new_name"))
)
_MOVED = ("turn", "message", "action", "booking", "obligation", "challenge", "consent", "preference", "address")


@dataclass(frozen=True, slots=True)
class Contact:
    """A person we know at least one address of."""

    id: str
    business: str
    name: str | None
    language: str | None
    zone: str | None


def ensure_business(tx: Tx, business: str, name: str, *, now: datetime) -> None:
    """Make the business's row where there is none."""
    insert_new(tx, schema.business, {"id": business, "name": name, "created_at": to_ms(now)})


def find(tx: Tx, business: str, *, kind: str, value: str) -> str | None:
    """The contact reached at an address."""
    where = {"business": business, "kind": kind, "value": value}
    found: str | None = tx.execute(_BY_ADDRESS, where).scalar_one_or_none()
    return found


def at_address(tx: Tx, business: str, value: str) -> list[str]:
    """The contacts reached at an address, whatever its kind."""
    a = schema.address.c
    return list(tx.execute(sa.select(a.contact).where(a.business == business, a.value == value)).scalars())


def beginning_with(tx: Tx, business: str, start: str, *, limit: int = 20) -> list[str]:
    """The contact of this id, else those whose ids begin so."""
    c = schema.contact.c
    ids = sa.select(c.id).where(c.business == business)
    exact = list(tx.execute(ids.where(c.id == start)).scalars())
    return exact or list(tx.execute(ids.where(c.id.startswith(start, autoescape=True)).limit(limit)).scalars())


def kind_of(tx: Tx, business: str, value: str) -> str:
    """What kind of address a value is: as it was first heard, else a telephone number."""
    return str(tx.execute(KIND, {"business": business, "value": value}).scalar_one_or_none() or "phone")


def ensure(tx: Tx, business: str, *, kind: str, value: str, now: datetime) -> str:
    """The contact reached at an address, made where there is none."""
    if known := find(tx, business, kind=kind, value=value):
        return known
    made, at = _new_id(), to_ms(now)
    reached = {"business": business, "kind": kind, "value": value, "contact": made, "created_at": at}
    if not insert_new(tx, schema.address, reached):
        return find(tx, business, kind=kind, value=value) or made  # another transaction was first
    insert_new(tx, schema.contact, {"id": made, "business": business, "created_at": at})
    insert_new(tx, schema.conversation, {"contact": made, "business": business, "state": {}, "updated_at": at})
    return made


def _new_id() -> str:
    """A random id: one made of the number could be guessed back from the ledger, where ids outlive the number."""
    return f"con_{secrets.token_hex(13)}"


def load(tx: Tx, contact: str) -> Contact:
    """One contact."""
    row = tx.execute(_ONE, {"id": contact}).one()
    return Contact(row.id, row.business, row.name, row.language, row.zone)


def with_last_heard(tx: Tx, contact: str) -> tuple[Contact, str | None, int]:
    """One contact, with the message they sent last and its time (milliseconds UTC; 0 where there is none)."""
    row = tx.execute(_WITH_LAST, {"id": contact}).one()
    return Contact(row.id, row.business, row.name, row.language, row.zone), row.heard, row.heard_at or 0


def current(tx: Tx, contact: str) -> str:
    """The contact that a contact was merged into, else itself."""
    row = tx.execute(_ONE, {"id": contact}).one()
    return current(tx, row.merged_into) if row.merged_into else contact


def rename(tx: Tx, contact: str, name: str) -> None:
    """Remember what a contact is called."""
    tx.execute(_RENAME, {"which": contact, "new_name": name})


def names(tx: Tx, business: str) -> tuple[str, ...]:
    """Every name that the records of a business know."""
    query = sa.select(schema.contact.c.name).where(schema.contact.c.business == business)
    return tuple(sorted({name for name in tx.execute(query).scalars() if name}))


def addresses(tx: Tx, contact: str) -> list[tuple[str, str]]:
    """A contact's addresses as (kind, value), verified ones first."""
    a = schema.address.c
    rows = tx.execute(sa.select(a.kind, a.value).where(a.contact == contact).order_by(a.verified_at.is_(None), a.value))
    return [(r.kind, r.value) for r in rows]


def reached_by(tx: Tx, business: str, kind: str) -> list[str]:
    """Every contact of a business that has an address of a kind, by id."""
    a = schema.address.c
    query = sa.select(a.contact).where(a.business == business, a.kind == kind).distinct().order_by(a.contact)
    return list(tx.execute(query).scalars())


def verify_address(tx: Tx, business: str, *, kind: str, value: str, now: datetime) -> None:
    """Remember that the person proved to hold an address."""
    a = schema.address.c
    where = sa.and_(a.business == business, a.kind == kind, a.value == value)
    tx.execute(schema.address.update().where(where).values(verified_at=to_ms(now)))


def detach(tx: Tx, business: str, *, kind: str, value: str, now: datetime) -> str:
    """Give an address to a new contact, because somebody else holds it now; that contact's id."""
    was, at = find(tx, business, kind=kind, value=value), to_ms(now)
    made = _new_id()
    a = schema.address.c
    insert_new(tx, schema.contact, {"id": made, "business": business, "created_at": at})
    insert_new(tx, schema.conversation, {"contact": made, "business": business, "state": {}, "updated_at": at})
    where = sa.and_(a.business == business, a.kind == kind, a.value == value)
    tx.execute(schema.address.update().where(where).values(contact=made, verified_at=None))
    body = {"contact": was, "becomes": made}
    ledger.append(tx, business, ledger.Entry("contact.detached", body), at=now)
    return made


def merge(tx: Tx, source: str, target: str, *, actor: str, now: datetime) -> str:
    """Make two contacts one; every row moved is remembered, so that staff can undo it. Returns the merge's id.

    Lanes and scopes are the contact's, so both contacts must be owned by the calling unit of work or idle.
    """
    moved: dict[str, list[Any]] = {}
    for name in _MOVED:
        table, key = _keyed(name)
        moved[name] = list(tx.execute(sa.select(key).where(table.c.contact == source)).scalars())
        tx.execute(table.update().where(table.c.contact == source).values(contact=target))
    business = load(tx, target).business
    merge_id = short_id("mrg", source, target, to_ms(now))
    row = {"id": merge_id, "business": business, "source": source, "target": target, "moved": moved, "at": to_ms(now)}
    tx.execute(schema.merge.insert(), row)
    tx.execute(schema.contact.update().where(schema.contact.c.id == source).values(merged_into=target))
    body = {"contact": target, "source": source, "merge": merge_id, "by": actor}
    ledger.append(tx, business, ledger.Entry("contact.merged", body), at=now)
    # What waited in the source's lane, or a turn that is cut off now, goes on in the target's.
    jobs.put(tx, business, Work("turn", target, f"contact:{target}"), ready=now)
    return merge_id


def unmerge(tx: Tx, merge_id: str, *, actor: str, now: datetime) -> bool:
    """Give the moved rows back to the contact they came from; False where that was done before."""
    row = tx.execute(sa.select(schema.merge).where(schema.merge.c.id == merge_id)).one()
    if row.undone_at is not None:
        return False
    for name, keys in row.moved.items():
        table, key = _keyed(name)
        tx.execute(table.update().where(key.in_(keys), table.c.contact == row.target).values(contact=row.source))
    tx.execute(schema.contact.update().where(schema.contact.c.id == row.source).values(merged_into=None))
    tx.execute(schema.merge.update().where(schema.merge.c.id == merge_id).values(undone_at=to_ms(now)))
    body = {"contact": row.source, "source": row.target, "merge": merge_id, "by": actor}
    ledger.append(tx, row.business, ledger.Entry("contact.unmerged", body), at=now)
    return True


def _keyed(name: str) -> tuple[sa.Table, sa.Column[Any]]:
    """A table that belongs to contacts, and the column its rows are remembered by."""
    table = schema.METADATA.tables[name]
    return table, table.c.value if name == "address" else list(table.primary_key.columns)[0]
