"""Sealing: every second the new events become leaves under a signed head."""

from __future__ import annotations

from datetime import datetime

from records import ledger
from records.database import Database, Scope
from records.keys import Keys


async def seal(database: Database, business: str, keys: Keys, *, now: datetime) -> int:
    """Seal what was appended; how many events. One sealer per business: the scope's lock sees to it."""
    return await database.write(Scope(business), lambda tx: ledger.seal(tx, business, keys, now=now))
