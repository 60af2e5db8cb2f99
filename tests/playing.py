"""The example salon before the evaluations' own player, turn by turn; each conversation begins with fresh records."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evals.case import Case, Turn
from evals.performing import Performance
from evals.recording import Recorder
from evals.transcript import lines
from evals.venue import Venue, Venues

PACK = Path(__file__).resolve().parent.parent / "packs" / "salon"
TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00-05:00")  # the salon is open; Thursday it is closed
CLAIMS = {
    r"\byou're booked\b|\bis (?:now )?booked\b": "book",
    r"\bis (?:now )?moved\b|\bhave moved\b": "reschedule",
    r"\bis (?:now )?cancelled\b|\bhave cancelled\b": "cancel",
    r"\bis (?:now )?refunded\b|\bhave refunded\b": "refund_deposit",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a turn brought: the words to the customer, actions as "tool state", and how many bookings stand."""

    text: str
    lines: tuple[str, ...]
    actions: tuple[str, ...]
    bookings: int

    def unbacked(self) -> list[str]:
        """The claims in it that no finished action of the same turn backs."""
        claimed = [tool for words, tool in CLAIMS.items() if re.search(words, self.text, re.IGNORECASE)]
        return [tool for tool in claimed if f"{tool} done" not in self.actions]


@dataclass(slots=True)
class Playing:
    """One conversation after the other; each begins on a Tuesday at ten with nothing booked and nobody known."""

    venue: Venue
    case: Case
    show: Performance
    recorder: Recorder
    played: int = 0

    async def begin(self, now: datetime = TUESDAY) -> None:
        """Let the next conversation begin."""
        self.played += 1
        await self.venue.begin(now)
        self.show, self.recorder = _cast(self.venue, self.case, self.played)

    async def says(self, text: str, *, channel: str, who: int = 1) -> Answer:
        """A customer says something; `{code}` is the last code that was texted."""
        return await self._play(Turn.model_validate({"user": [text], "channel": channel, "who": f"customer-{who}"}))

    async def wait(self, minutes: float) -> Answer:
        """Time passes."""
        return await self._play(Turn(wait=f"{minutes:g}m"))

    async def _play(self, turn: Turn) -> Answer:
        self.recorder.begin_turn()
        await self.show.perform(turn)
        evidence = self.recorder.evidence()
        told = [line.text for line in lines(evidence) if line.turn == len(evidence.turns) and line.kind == "says"]
        rows = evidence.by_id("actions")
        named = [
            e.body["action"] for e in evidence.scoped("turn") if e.kind.startswith("action.") and "action" in e.body
        ]
        touched = [rows[name] for name in dict.fromkeys(named) if name in rows]
        return Answer(
            text="\n".join(told),
            lines=tuple(line for text in told for line in text.split("\n")),
            actions=tuple(f"{row['tool']} {row['state']}" for row in touched if row["tool"] != "message"),
            bookings=sum(row["status"] == "confirmed" for row in evidence.rows("bookings")),
        )


def _cast(venue: Venue, case: Case, number: int) -> tuple[Performance, Recorder]:
    app = venue.app
    recorder = Recorder(database=app.database, pack=app.pack, case=case, public_hex=app.keys.public_hex)
    return Performance(venue, case, f"{case.id}:{number}"), recorder


@asynccontextmanager
async def playing(pack: Path = PACK) -> AsyncIterator[Playing]:
    """Compose the salon once, with the offline carrier inside the process."""
    people = [
        {"ref": f"customer-{n}", "phone": f"+1202555{1000 + n}", "web": f"visitor-{n}"} for n in (1, 2)
    ]  # fmt: skip
    about = {"id": "played", "clock": TUESDAY.isoformat(), "business": str(pack), "contacts": people}
    case, venues = Case.model_validate({**about, "turns": [{"user": ["hello"]}]}), Venues()
    try:
        venue = await venues.of(case, pack, modelled=False)
        yield Playing(venue, case, *_cast(venue, case, 0))
    finally:
        await venues.close()
