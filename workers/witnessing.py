"""Witnessing: heads leave this machine daily, and at once after a revocation; what fails is tried again and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from domain.canonical import short_id
from domain.clock import Clock, from_ms
from domain.errors import IntegrityError, Unavailable
from records import obligations, witnessings
from records.database import Database, Scope, Tx
from records.obligations import Ending, Owed
from workers.witnesses import Witness

log = structlog.get_logger()
DAILY = timedelta(hours=24)
APART = timedelta(minutes=1)  # revocations within a minute of the last head leave together
LONGEST_WAIT = timedelta(hours=1)


@dataclass(slots=True)
class _Tries:
    """What this process remembers of a witness: failures in a row, when to try again, how far it looked for urgency."""

    failed: int = 0
    again: datetime | None = None
    looked: int = 0
    urgent: bool = False


@dataclass(slots=True, kw_only=True)
class Witnesser:
    """Sends one business's heads to its witnesses; it stands beside the workers and nothing waits for it."""

    database: Database
    business: str
    clock: Clock
    witnesses: Sequence[Witness]
    _tries: dict[str, _Tries] = field(default_factory=dict)

    async def round(self) -> int:
        """Send what is due; how many witnesses got a head."""
        return sum([await self._visit(witness) for witness in self.witnesses])

    async def _visit(self, witness: Witness) -> bool:
        tries, now = self._tries.setdefault(witness.name, _Tries()), self.clock.now()
        if tries.again is not None and now < tries.again:
            return False
        head = await self.database.read(lambda tx: self._due(tx, witness.name, tries, now=now))
        return head is not None and await self.send(witness, head)

    def _due(self, tx: Tx, name: str, tries: _Tries, *, now: datetime) -> dict[str, Any] | None:
        head, last = witnessings.head_to_show(tx, self.business), witnessings.last(tx, self.business, name)
        if head is None or (last is not None and last.size >= head["size"]):
            return None
        if last is None or now - from_ms(last.at) >= DAILY:
            return head
        if not tries.urgent:
            tries.urgent = witnessings.urgent_since(tx, self.business, max(last.size, tries.looked))
            tries.looked = head["size"]
        return head if tries.urgent and now - from_ms(last.at) >= APART else None

    async def send(self, witness: Witness, head: dict[str, Any]) -> bool:
        """Hand a head to a witness and remember it; False where that failed, which staff see."""
        tries = self._tries.setdefault(witness.name, _Tries())
        try:
            await witness.keep(head, lambda old: self._prove(old, head["size"]))
        except (Unavailable, IntegrityError) as problem:
            tries.failed += 1
            tries.again = self.clock.now() + min(LONGEST_WAIT, timedelta(minutes=2 ** min(tries.failed - 1, 6)))
            log.error("witness.failed", business=self.business, size=head["size"], tries=tries.failed)
            why = str(problem)
            await self.database.write(Scope(self.business), lambda tx: self._tell_staff(tx, witness.name, why))
            return False
        self._tries[witness.name] = _Tries(looked=head["size"])
        await self.database.write(Scope(self.business), lambda tx: self._remember(tx, witness.name, head))
        return True

    async def _prove(self, old: int, new: int) -> list[str]:
        return await self.database.read(lambda tx: witnessings.proof(tx, self.business, old=old, new=new))

    def _remember(self, tx: Tx, name: str, head: dict[str, Any]) -> None:
        now = self.clock.now()
        witnessings.keep(tx, self.business, name, head=head, now=now)
        obligations.close_kind(tx, "witness", _cause(name), ending=Ending("witnessed", "system"), now=now)

    def _tell_staff(self, tx: Tx, name: str, why: str) -> None:
        """One follow-up a witness, however often it fails; it closes when a head got through."""
        now, cause = self.clock.now(), _cause(name)
        detail = f"The ledger's head did not reach its witness ({why}). It is tried again by itself."
        owed = Owed(kind="witness", cause=cause, contact=None, due=now, detail=detail)
        obligations.open_one(tx, self.business, owed, now=now)
        obligations.reopen(tx, "witness", cause, due=now, now=now)


def _cause(name: str) -> str:
    """The id that stands for a witness in the ledger, which holds no addresses."""
    return short_id("wit", name)
