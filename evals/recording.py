"""Taking evidence while a case is played: the ledger's new events after each turn, the records when they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.settings import Pack
from evals.case import Case
from evals.evidence import Evidence, Person, State
from records import audit, ledger, snapshot
from records.database import Database, Tx
from records.ledger import Event

PAGE = 5_000


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Reads one business's records; `turns` holds how many events there were before each turn."""

    database: Database
    pack: Pack
    case: Case
    public_hex: str = ""
    events: list[Event] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)

    def begin_turn(self) -> None:
        """What is appended from now on belongs to the next turn."""
        self.database.read_now(self._read_on)
        self.turns.append(len(self.events))

    def records(self) -> State:
        """The records as they stand."""
        return self.database.read_now(lambda tx: snapshot.snapshot(tx, self.pack.business.id))

    def evidence(
        self,
        *,
        before: State | None = None,
        whole: bool = False,
        logs: Sequence[Mapping[str, Any]] = (),
        carried: Sequence[Mapping[str, str]] | None = None,
    ) -> Evidence:
        """What there is to read now; `whole` also recomputes the ledger."""

        def read(tx: Tx) -> tuple[State, bool | None]:
            self._read_on(tx)
            sound = audit.audit(tx, self.pack.business.id, self.public_hex).sound if whole else None
            return snapshot.snapshot(tx, self.pack.business.id), sound

        state, sound = self.database.read_now(read)
        quiet = self.pack.policy.quiet_hours
        return Evidence(
            business=self.pack.business.id, zone=self.pack.business.tz, events=tuple(self.events), state=state,
            before=before, turns=tuple(self.turns), people=people(self.case, state),
            quiet=(f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}"), sound=sound, logs=tuple(logs),
            carried=None if carried is None else tuple(carried),
        )  # fmt: skip

    def _read_on(self, tx: Tx) -> None:
        full = True
        while full:
            last = self.events[-1].n if self.events else 0
            new = ledger.events(tx, self.pack.business.id, after=last, limit=PAGE)
            self.events += new
            full = len(new) == PAGE


def people(case: Case, state: State) -> dict[str, Person]:
    """The case's contacts with the contact that the records know them as."""
    found = {}
    for person in case.contacts:
        addresses = tuple(a for a in (person.phone, person.web) if a)
        known = [row["contact"] for row in state["addresses"] if row["value"] in addresses]
        found[person.ref] = Person(ref=person.ref, addresses=addresses, contact=known[0] if known else None)
    return found
