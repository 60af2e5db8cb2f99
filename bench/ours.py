"""A whole turn of QotBot: heard, read, judged by every guard, done, on the ledger, answered; then sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import lead
from compose import App, Settings, compose
from domain.clock import SteppingClock
from domain.message import Heard
from graphs.readers.scripted import ScriptedModel
from records import actions, audit, messages

PACK = Path(__file__).resolve().parent.parent / "packs" / "salon"
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@dataclass(kw_only=True)
class Ours:
    """The composed app with durable SQLite, a scripted model and the web channel."""

    app: App
    clock: SteppingClock
    name: str = "QotBot"

    @classmethod
    async def open(cls, home: Path) -> Ours:
        """Compose the salon in a home."""
        clock = SteppingClock(START)
        settings = Settings(home=home, business=PACK, durable=True)
        return cls(app=await compose(settings, clock, model=ScriptedModel(script=lead.reading)), clock=clock)

    async def turn(self, person: str, n: int) -> None:
        """One turn to its committed answer and the sealed ledger."""
        heard = Heard(
            channel="web", kind="text", address_kind="web", address=person, text=lead.words(n), provider="bench",
            provider_id=f"{person}-{n}", session=person,
        )  # fmt: skip
        await self.app.hear(heard)
        await self.app.run_until_idle()

    def check(self, turns: int) -> None:
        """Every turn did its lead once and was answered, and the ledger holds."""
        business = self.app.pack.business.id
        with self.app.database.reader.connect() as tx:
            done = actions.in_state(tx, business, ["done"])
            assert sum(a.tool == "capture_lead" for a in done) == turns
            contact = next(a.contact for a in done if a.contact)
            said = [m for m in messages.thread(tx, contact, limit=10_000) if m.direction == "out"]
            assert said and all(m.state == "sent" for m in said)
            assert audit.audit(tx, business, self.app.keys.public_hex).sound

    async def fsync(self) -> str:
        """SQLite's own words on when it syncs."""
        with self.app.database.writer.connect() as tx:
            mode, sync = (tx.exec_driver_sql(f"PRAGMA {p}").scalar_one() for p in ("journal_mode", "synchronous"))
        return f"journal_mode={mode} synchronous={sync}"

    def files(self) -> list[Path]:
        """All that is stored."""
        return sorted(self.app.settings.home.glob("*.db"))

    async def close(self) -> None:
        """Let go."""
        await self.app.close()
