"""`qotbot witness`: show a head to the witnesses now, and list what they have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from commands.opening import Opened
from domain.clock import SystemClock
from domain.configuration import Configuration
from domain.errors import BadInput
from records import ledger, witnessings
from records.database import Scope
from records.witnessings import Witnessed
from workers.witnesses import FileWitness, Witness, configured
from workers.witnessing import Witnesser

NONE = "no witness is set: name --file, or set QOTBOT_WITNESS_FILE, QOTBOT_WITNESS_EMAIL or QOTBOT_WITNESS_URL"


@dataclass(frozen=True, slots=True)
class Shown:
    """Which head a witness was shown, and whether it took it."""

    witness: str
    size: int
    root: str
    kept: bool


async def shown(opened: Opened, file: Path | None) -> list[Shown]:
    """Seal what is not sealed and hand the newest head to every witness; `BadInput` where there is none, or no head."""
    witnesses: tuple[Witness, ...] = (FileWitness(file),) if file else configured(Configuration())
    if not witnesses:
        raise BadInput(NONE)
    business, clock = opened.pack.business.id, SystemClock()
    await opened.database.write(
        Scope(business), lambda tx: ledger.seal(tx, business, opened.keys, now=clock.now(), whole=True)
    )
    head = await opened.database.read(lambda tx: witnessings.head_to_show(tx, business))
    if head is None:
        raise BadInput("the ledger is empty: nothing was sealed yet")
    witnesser = Witnesser(database=opened.database, business=business, clock=clock, witnesses=witnesses)
    return [Shown(w.name, head["size"], head["root"], await witnesser.send(w, head)) for w in witnesses]


def listed(opened: Opened) -> list[Witnessed]:
    """Heads that left this machine, the newest first."""
    return opened.database.read_now(lambda tx: witnessings.listed(tx, opened.pack.business.id))
