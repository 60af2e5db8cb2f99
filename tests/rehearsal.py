"""The example salon at work in one process: a folder of its own, a clock that stands still, a carrier in a file."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from carrier import Carrier, When, nothing

import compose
from compose import App, Settings
from domain.action import Action
from domain.clock import SteppingClock
from domain.message import AddressKind, Heard, HeardKind, Receipted
from domain.reading import Listening
from graphs.readers.reader import ReadBy
from records import actions, audit, messages, obligations
from records.staff_answers import StaffAnswer
from workers.answers import collect
from workers.handlers import Graphs, Sending, handlers
from workers.runner import Runner

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "packs" / "salon"
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, 10:00 at the salon
PHONE = "+12025550143"
Kind = Literal["approve", "edit", "reject", "answer", "expire"]
Understand = Callable[[str, Listening], Awaitable[ReadBy]]


@dataclass(kw_only=True)
class Salon:
    """A composed app with what surrounds it."""

    app: App
    clock: SteppingClock
    carrier: Carrier
    contact: str = ""
    seen: int = 0

    async def hear(
        self,
        text: str,
        *,
        channel: str = "sms",
        sid: str | None = None,
        address: str = PHONE,
        session: str | None = None,
    ) -> Receipted:
        """Something reaches us; an empty text is a missed call."""
        number = self.rows("SELECT count(*) FROM message")[0][0]
        kind: HeardKind = "text" if text else "missed_call"
        where: AddressKind = "web" if channel == "web" else "phone"
        got = await self.app.hear(
            Heard(
                channel=channel,
                kind=kind,
                address_kind=where,
                address=address,
                text=text,
                provider="test",
                provider_id=sid or f"{channel}-{number}",
                session=session or (channel if channel != "sms" else None),
            )  # fmt: skip
        )
        self.contact = got.contact
        return got

    async def says(
        self, text: str, *, channel: str = "sms", address: str = PHONE, session: str | None = None
    ) -> list[str]:
        """The customer says something; what they are answered once all is quiet."""
        got = await self.hear(text, channel=channel, address=address, session=session)
        await self.app.run_until_idle()
        if channel == "call":
            await collect(self.app.deps, got, 0)
        return await self.told()

    async def told(self) -> list[str]:
        """Run until all is quiet; what has reached the customer since we last looked."""
        await self.app.run_until_idle()
        new = self.app.database.read_now(lambda tx: messages.thread(tx, self.contact, after=self.seen))
        self.seen = max([self.seen, *(m.n for m in new)])
        return [m.text for m in new if m.direction == "out" and m.state == "sent"]

    def rows(self, query: str) -> list[Any]:
        """Rows of the database."""
        return self.app.database.read_now(lambda tx: list(tx.execute(sa.text(query)).all()))

    def action(self, tool: str) -> Action:
        """The newest action of a tool."""
        newest = self.app.database.read_now(
            lambda tx: tx.execute(
                sa.text("SELECT id FROM action WHERE tool = :tool ORDER BY created_at DESC LIMIT 1"), {"tool": tool}
            ).scalar_one()
        )
        found = self.app.database.read_now(lambda tx: actions.load(tx, newest))
        assert found is not None
        return found

    async def decide(
        self, kind: Kind, *, tool: str, text: str = "", args: dict[str, Any] | None = None
    ) -> Action | None:
        """Staff answer the newest action of a tool, as it stands on their card."""
        return await self.decide_on(self.action(tool), kind, text=text, args=args)

    async def decide_on(
        self, card: Action, kind: Kind, *, text: str = "", args: dict[str, Any] | None = None
    ) -> Action | None:
        """Staff answer a card as they see it."""
        said = StaffAnswer(kind=kind, by="staff:kim", args_hash=card.args_hash, args=args, text=text)
        return await self.app.submit(card.id, said)

    def open_loops(self) -> list[str]:
        """The kinds of the obligations that are still open."""
        business = self.app.pack.business.id
        return sorted(o.kind for o in self.app.database.read_now(lambda tx: obligations.still_open(tx, business)))

    def sound(self) -> bool:
        """Whether the ledger verifies to its last event."""
        found = self.app.database.read_now(
            lambda tx: audit.audit(tx, self.app.pack.business.id, self.app.keys.public_hex)
        )
        return found.sound and found.unsealed == 0


@asynccontextmanager
async def opened(
    home: Path,
    *,
    clock: SteppingClock | None = None,
    pack: Path = PACK,
    url: str | None = None,
    point: When = nothing,
) -> AsyncIterator[Salon]:
    """Compose the salon on a folder, and let go of it afterwards; the folder can be opened again."""
    carrier = Carrier(home / "carrier.jsonl", point)
    clock = clock or SteppingClock(START)
    settings = Settings(home=home, business=pack, database_url=url, durable=False)
    app = await compose.compose(settings, clock, account=carrier.account)
    compose.own_home(app)
    try:
        salon = Salon(app=app, clock=clock, carrier=carrier)
        salon.seen = salon.rows("SELECT coalesce(max(n), 0) FROM message")[0][0]
        yield salon
    finally:
        await app.close()


def read_by(salon: Salon, understand: Understand) -> Salon:
    """The same salon with another reader, whose readings nothing stands before."""
    app = salon.app
    deps = replace(app.deps, understand=understand)
    works = handlers(deps, Graphs(app.graph, app.action_graphs, asks_model=True), Sending())
    return replace(salon, app=replace(app, deps=deps, runner=Runner(deps, app.keys, works)))


def altered_pack(folder: Path, file: str, change: Callable[[str], str]) -> Path:
    """A copy of the salon's folder with one file changed."""
    shutil.copytree(PACK, folder)
    before = (folder / file).read_text("utf-8")
    after = change(before)
    assert after != before, "the change found nothing to change"
    (folder / file).write_text(after, "utf-8")
    return folder
