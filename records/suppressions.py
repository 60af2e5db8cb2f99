"""Revocations that outlive the address they were given from: STOP holds although the person was forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from records import schema
from records.database import Tx, insert_new

_S = schema.suppression.c
_OF_ADDRESS = sa.select(_S.purpose, _S.entry, _S.at).where(
    _S.business == sa.bindparam("business"),
    _S.address_hash == sa.bindparam("address_hash"),
    _S.group == sa.bindparam("group"),
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A revocation that is kept: of "all" or of one purpose, by which consent entry, when in milliseconds UTC."""

    purpose: str
    entry: str
    at: int


def keep(tx: Tx, business: str, address_hash: str, *, group: str, kept: Suppression) -> None:
    """Keep a revocation under an address's keyed hash (`Keys.address_hash`); of two of one purpose the newer counts."""
    where = {"business": business, "address_hash": address_hash, "group": group, "purpose": kept.purpose}
    row = {**where, "entry": kept.entry, "at": kept.at}
    if not insert_new(tx, schema.suppression, row):
        older = sa.and_(*(_S[name] == value for name, value in where.items()), _S.at < kept.at)
        tx.execute(schema.suppression.update().where(older).values(entry=kept.entry, at=kept.at))


def all_of(tx: Tx, business: str, address_hash: str, *, group: str) -> list[Suppression]:
    """Every revocation that is kept of an address and channel group."""
    where = {"business": business, "address_hash": address_hash, "group": group}
    return [Suppression(row.purpose, row.entry, row.at) for row in tx.execute(_OF_ADDRESS, where)]


def suppressed(tx: Tx, business: str, address_hash: str, *, group: str, purpose: str = "all") -> Suppression | None:
    """The revocation that is kept of a purpose, or of everything; the newest of both."""
    found = [one for one in all_of(tx, business, address_hash, group=group) if one.purpose in ("all", purpose)]
    return max(found, key=lambda one: one.at, default=None)
