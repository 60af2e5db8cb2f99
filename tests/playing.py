"""The example salon on a stage that many conversations share: one composition, a fresh calendar and clock for each."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from channels.fake.api import api_app
from channels.fake.company import Company
from channels.reception import Account
from compose import Settings, compose, own_home
from domain.clock import SteppingClock
from evals.stage import Stage
from records.database import Tx

PACK = Path(__file__).resolve().parent.parent / "packs" / "salon"
TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00-05:00")  # the salon is open; Thursday it is closed
CLAIMS = {
    r"\byou're booked\b|\bis (?:now )?booked\b": "book",
    r"\bis (?:now )?moved\b|\bhave moved\b": "reschedule",
    r"\bis (?:now )?cancelled\b|\bhave cancelled\b": "cancel",
    r"\bis (?:now )?refunded\b|\bhave refunded\b": "refund_deposit",
}


class StageClock(SteppingClock):
    """A stepping clock that the next conversation may set back."""

    def set(self, moment: datetime) -> None:
        self.__init__(moment)  # type: ignore[misc]


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
    """One conversation after the other; each begins on a Tuesday at ten with nothing booked."""

    stage: Stage
    clock: StageClock
    played: int = 0
    code: str = ""
    said: dict[str, str] = field(default_factory=dict)

    async def begin(self, now: datetime = TUESDAY) -> None:
        """Let the next conversation begin, with customers nobody has met."""
        self.played += 1
        self.clock.set(now)

        def clear(tx: Tx) -> None:
            tx.execute(sa.text("DELETE FROM allocation"))
            tx.execute(sa.text("DELETE FROM booking"))

        await self.stage.app.database.write(self.stage.app.deps.scope(None), clear)

    async def says(self, text: str, *, channel: str, who: int = 1) -> Answer:
        """A customer says something; `{code}` is the last code that was texted."""
        number = f"+1202555{1000 + self.played * 2 + who}"
        address = number if channel != "web" else f"visitor-{self.played}-{who}"
        return self._answer(await self.stage.hear(channel, address, text.replace("{code}", self.code)))

    async def wait(self, minutes: float) -> Answer:
        """Time passes."""
        self.clock.advance(minutes * 60)
        await self.stage.app.run_until_idle()
        return self._answer(await self.stage.news())

    def _answer(self, events: list[dict[str, Any]]) -> Answer:
        words = [e["text"] for e in events if e["event"] == "reply"]
        if texted := re.search(r"\b(\d{6}) is your code\b", "\n".join(words)):
            self.code = texted[1]
        actions = tuple(f"{e['tool']} {e['state']}" for e in events if e["event"] == "action")
        lines = tuple(line for text in words for line in text.split("\n"))
        return Answer("\n".join(words), lines, actions, self._standing())

    def _standing(self) -> int:
        query = sa.text("SELECT count(*) FROM booking WHERE status = 'confirmed'")
        return int(self.stage.app.database.read_now(lambda tx: tx.execute(query).scalar_one()))


@asynccontextmanager
async def playing(home: Path, pack: Path = PACK) -> AsyncIterator[Playing]:
    """Compose the salon once, with the offline phone company inside the process."""
    clock = StageClock(TUESDAY)
    company = Company("AC" + "0" * 32, "not-a-secret", "+15185550100", "http://qotbot.invalid", clock)
    account = Account(
        company.sid, company.token, company.number, "http://carrier.invalid", httpx.ASGITransport(app=api_app(company))
    )
    app = await compose(Settings(home=home, business=pack, durable=False), clock, account=account)
    try:
        own_home(app)
        yield Playing(Stage(app, company), clock)
    finally:
        await app.close()
