"""Revocations that outlive the address they were given from: STOP holds although the person was forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from domain.errors import ConfigurationError
from records import schema
from records.database import ADDRESS_HASH, Tx, insert_new

_S = schema.suppression.c
_OF_ADDRESS = sa.select(_S.purpose, _S.entry, _S.at).where(
    _S.business == sa.bindparam("business"),
    _S.address_hash == sa.bindparam("address_hash"),
    _S.group == sa.bindparam("group"),
)

NO_KEYS = "the database was opened without the home's keys, and revocations are kept under them"
_ANY = sa.select(_S.entry).where(_S.business == sa.bindparam("business")).limit(1)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A revocation that is kept: of "all" or of one purpose, by which consent entry, when in milliseconds UTC."""

    purpose: str
    entry: str
    at: int


def of_address(tx: Tx, business: str, address: str, *, group: str) -> list[Suppression]:
    """Every revocation that is kept of an address, found by the hash that this database was opened with."""
    hashed = kept_under(tx, business, address)
    return all_of(tx, business, hashed, group=group) if hashed is not None else []


def kept_under(tx: Tx, business: str, address: str) -> str | None:
    """The hash that an address's revocations are kept under; None where the database was opened without keys.

    Opened so it may not pass over revocations that it cannot look up: `ConfigurationError` if there are some.
    """
    if (hashes := _hashes(tx)) is not None:
        return hashes(address)
    if tx.execute(_ANY, {"business": business}).first() is not None:
        raise ConfigurationError(NO_KEYS)
    return None


def hash_of(tx: Tx, address: str) -> str:
    """The keyed hash of an address in this home; `ConfigurationError` where the database was opened without keys."""
    hashes = _hashes(tx)
    if hashes is None:
        raise ConfigurationError(NO_KEYS)
    return hashes(address)


def _hashes(tx: Tx) -> Callable[[str], str] | None:
    found: Callable[[str], str] | None = tx.get_execution_options().get(ADDRESS_HASH)
    return found


def drop(tx: Tx, business: str, address_hash: str) -> None:
    """Let go of what is kept of an address, because it is about to be kept anew."""
    tx.execute(schema.suppression.delete().where(_S.business == business, _S.address_hash == address_hash))


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
