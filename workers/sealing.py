"""Sealing: every second new events become leaves under a signed head; hourly the whole ledger is looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from records import ledger
from records.database import Database, Scope
from records.keys import Keys

WHOLE_EVERY = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Sealer:
    """Seals one business's ledger; one sealer at a time, the scope's lock sees to it."""

    database: Database
    business: str
    keys: Keys
    looked: datetime | None = None

    async def seal(self, now: datetime, *, sure: bool = False) -> int:
        """Seal what was appended; how many events. At first and then every hour nothing is too old to be found.

        `sure` saves the look that keeps an idle process from writing.
        """
        whole = self.looked is None or now - self.looked >= WHOLE_EVERY
        count, more = (
            0,
            sure or await self.database.read(lambda tx: ledger.any_unsealed(tx, self.business, whole=whole)),
        )
        while more:
            sealed = await self.database.write(
                Scope(self.business, about="ledger"),
                lambda tx: ledger.seal(tx, self.business, self.keys, now=now, whole=whole),
            )
            count, more = count + sealed, sealed == ledger.AT_ONCE
        if whole:
            self.looked = now
        return count
