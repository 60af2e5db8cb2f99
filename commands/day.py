"""`qotbot demo`: one day at the salon, played against the real parts."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk.board import Board
from desk.cards import Answer
from desk.telling import verdict, what, who
from domain.clock import SteppingClock, from_ms
from evals.stage import Stage, staged
from records import ledger
from records.audit import Audit, audit

MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # Tuesday, 10 in the morning in New York
SHOWN = ("action.judged", "action.done", "action.failed", "action.refused", "action.decided", "consent.revoke",
         "obligation.opened", "obligation.closed")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody in the play and their number."""

    name: str
    number: str


MIA, JO = Customer("Mia", "+12025550143"), Customer("Jo", "+12025550177")


@dataclass(slots=True)
class Teller:
    """Prints what happens, and each decision with its guards."""

    stage: Stage
    as_json: bool
    told: int = 0

    def say(self, who_: str, text: str) -> None:
        """A line of the play."""
        self._line({"who": who_, "text": text}, f"{who_:>10}  {text}")

    async def decisions(self) -> None:
        """The ledger's entries since the last look, with rules and verdicts."""
        business = self.stage.app.pack.business.id
        found = await self.stage.app.database.read(lambda tx: ledger.events(tx, business, after=self.told, limit=1000))
        for event in found:
            self.told = event.n
            if event.kind not in SHOWN or event.body.get("kind") == "answer":
                continue
            findings = [f"{f['rule']}:{f['verdict']}" for f in event.body.get("findings", [])]
            plain = f"{'':>10}  · {what(event.kind, event.body)} ({who(event)})"
            plain += f" — {verdict(event.body)}" if verdict(event.body) else ""
            plain += f" [{', '.join(findings)}]" if findings else ""
            self._line({"event": event.kind, "who": who(event), "verdict": verdict(event.body),
                        "findings": findings, "action": event.body.get("action")}, plain)  # fmt: skip

    def _line(self, data: dict[str, Any], plain: str) -> None:
        sys.stdout.write((json.dumps(data, ensure_ascii=False) if self.as_json else plain) + "\n")
        sys.stdout.flush()


async def play(home: Path, business: Path, *, as_json: bool) -> bool:
    """Play the day; whether the ledger verifies at its end."""
    clock = SteppingClock(MORNING)
    async with staged(home, business, clock) as stage:
        teller = Teller(stage, as_json)
        teller.say("", f"One day at {stage.app.pack.business.name}. No keys, no network; read by the phrasebook.")
        await _missed_call(stage, teller)
        clock.advance(3600)
        await _refund(stage, teller)
        clock.advance(3600)
        await _opt_out(stage, teller)
        await stage.app.run_until_idle()
        return await _verify(stage, teller)


async def _talk(stage: Stage, teller: Teller, customer: Customer, *texts: str) -> None:
    for text in texts:
        teller.say(customer.name, text)
        await _answers(teller, await stage.hear("sms", customer.number, text))


async def _answers(teller: Teller, events: list[dict[str, Any]]) -> None:
    await teller.decisions()
    for event in events:
        if event["event"] == "reply":
            teller.say("QotBot", event["text"].replace("\n", " "))


async def _missed_call(stage: Stage, teller: Teller) -> None:
    teller.say("", "10:00 — Mia calls while everybody is busy.")
    await _answers(teller, await stage.hear("call", MIA.number, "", kind="missed_call"))
    await _talk(stage, teller, MIA, "oh hi! can Ana do balayage on Friday after 2?", "the first one", "yes please")


async def _refund(stage: Stage, teller: Teller) -> None:
    teller.say("", "11:00 — Mia wants her deposit back; money waits for a person.")
    await _talk(stage, teller, MIA, "I'd like my deposit back please", "yes", "is there parking?")
    board = Board(stage.app.deps, stage.app.submit)
    card = (await board.cards())[0]
    teller.say("Sam", f"reads the card {card.ref}: {card.title}")
    await board.decide(card.id, Answer(kind="approve", args_hash=card.args_hash, by="Sam"))
    await stage.app.run_until_idle()
    await _answers(teller, await stage.news())


async def _opt_out(stage: Stage, teller: Teller) -> None:
    teller.say("", "12:00 — Jo texts STOP, and later calls without an answer: no text back may go out.")
    await _talk(stage, teller, JO, "STOP")
    await _answers(teller, await stage.hear("call", JO.number, "", kind="missed_call"))
    teller.say("", "Nothing was sent to Jo; the missed call waits for a person instead.")


async def _verify(stage: Stage, teller: Teller) -> bool:
    app = stage.app
    found: Audit = await app.database.read(lambda tx: audit(tx, app.pack.business.id, app.keys.public_hex))
    at = f"{from_ms(int(app.deps.clock.now().timestamp() * 1000)):%H:%M} UTC"
    verdict_ = "sound" if found.sound else f"NOT SOUND at leaf {found.first_bad}: {found.why}"
    teller.say("", f"{at} — the ledger is {verdict_}: {found.size} leaves, root {found.root[:16]}…")
    return found.sound
