"""Addresses in free text: found in every column of every table in any usual spelling, and taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from records import schema
from records.database import Tx

INSTEAD = "[forgotten]"
# The ledger's signed rows hold ids only and nobody may change them; its texts are deleted, for an edit would show.
_LEFT = frozenset({*schema.APPEND_ONLY, "event_subject", "ended_session", "suppression", "witnessing", "business"})


def spellings(address: str) -> list[str]:
    """The ways an address is written, the longest first; of a North American number also without the +1."""
    found = {address}
    if re.fullmatch(r"\+1\d{10}", address):
        area, exchange, line = address[2:5], address[5:8], address[8:]
        found |= {
            address[1:], address[2:], f"({area}) {exchange}-{line}", f"({area}){exchange}-{line}",
            *(f"{area}{mark}{exchange}{mark}{line}" for mark in "-. "),
        }  # fmt: skip
    elif address.startswith("+"):
        found.add(address[1:])
    return sorted(found, key=len, reverse=True)


def redact(tx: Tx, addresses: Sequence[str]) -> int:
    """Take addresses out of every table; how many rows held one."""
    written = [one for address in addresses for one in spellings(address)]
    if not written:
        return 0
    # Not inside longer runs of digits or letters: a time in milliseconds is no telephone number.
    pattern = re.compile(
        "|".join(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])" for one in written), re.IGNORECASE
    )
    tables = (t for t in schema.METADATA.sorted_tables if t.name not in _LEFT)
    return sum(_redact_table(tx, table, written, pattern=pattern) for table in tables)


def _redact_table(tx: Tx, table: sa.Table, written: Sequence[str], *, pattern: re.Pattern[str]) -> int:
    columns = [c for c in table.columns if isinstance(c.type, sa.Text | sa.JSON)]
    told = [
        sa.func.lower(sa.cast(c, sa.Text)).contains(one.lower(), autoescape=True) for c in columns for one in written
    ]
    if not told:
        return 0
    keys, found = list(table.primary_key.columns), 0
    for row in tx.execute(sa.select(table).where(sa.or_(*told))).all():
        before = {c.name: row._mapping[c] for c in columns}
        after = {name: _without(value, pattern) for name, value in before.items()}
        if after == before:
            continue
        found += 1
        this = sa.and_(*(key == row._mapping[key] for key in keys))
        if table.name == "event_text":
            tx.execute(table.delete().where(this))
        else:
            tx.execute(table.update().where(this).values(after))
    return found


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(INSTEAD, value)
    if isinstance(value, dict):
        return {_without(k, pattern): _without(v, pattern) for k, v in value.items()}
    if isinstance(value, list):
        return [_without(one, pattern) for one in value]
    return value
