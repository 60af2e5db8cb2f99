"""A stage to play conversations on: the real parts in one process, with the offline phone company behind them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from channels.fake.api import api_app
from channels.fake.company import Company
from channels.reception import Account
from compose import App, Settings, compose, own_home
from domain.action import Action
from domain.canonical import short_id
from domain.clock import Clock, from_ms, iso
from domain.configuration import Configuration
from domain.message import AddressKind, Heard, HeardKind, Receipted
from records import actions, bookings, ledger, messages
from records.database import Tx
from workers.answers import collect

KINDS: dict[str, AddressKind] = {"web": "web", "sms": "phone", "call": "phone"}


@dataclass(slots=True)
class Stage:
    """One app to play on; remembers how far the ledger and the threads were told."""

    app: App
    company: Company
    told_events: int = 0
    told_messages: int = 0

    async def hear(self, channel: str, address: str, text: str, *, kind: HeardKind = "text") -> list[dict[str, Any]]:
        """Say something as a customer, wait for the turn, and return what the records say happened."""
        spoken: HeardKind = "speech" if channel == "call" and kind == "text" else kind
        heard = Heard(
            channel=channel, kind=spoken, address_kind=KINDS[channel], address=address, text=text, provider="stage",
            provider_id=secrets.token_hex(12), session=short_id("ses", channel, address),
        )  # fmt: skip
        got = await self.app.hear(heard)
        await self.app.run_until_idle()
        if channel == "call":
            await collect(self.app.deps, got, 0.0)
        return await self.news(got)

    async def news(self, got: Receipted | None = None) -> list[dict[str, Any]]:
        """What the records hold that was not told yet: actions, held ones, bookings, replies."""
        return await self.app.database.read(lambda tx: self._news(tx, got))

    def _news(self, tx: Tx, got: Receipted | None) -> list[dict[str, Any]]:
        business = self.app.pack.business.id
        told: list[dict[str, Any]] = []
        touched: dict[str, None] = {}
        for event in ledger.events(tx, business, after=self.told_events, limit=5000):
            self.told_events = event.n
            if event.kind.startswith("action.") and event.body.get("tool") != "message" and "action" in event.body:
                touched[event.body["action"]] = None
        for row in (actions.load(tx, a) for a in touched):
            if row is not None and row.tool != "message":
                told += self._action(tx, row)
        for message in messages.sent_after(tx, business, self.told_messages):
            self.told_messages = message.n
            told.append(
                {"event": "reply", "text": message.text, "channel": message.channel, "to": message.address,
                 "message": message.id, "options": list(message.options)}
            )  # fmt: skip
        return told

    def _action(self, tx: Tx, row: Action) -> list[dict[str, Any]]:
        findings = [{"rule": f["rule"], "verdict": f["verdict"], "reason": f["reason"]} for f in row.findings]
        told: list[dict[str, Any]] = [
            {"event": "action", "action": row.id, "ref": row.ref, "tool": row.tool, "state": row.state,
             "findings": findings, "receipt": row.receipt or {}}
        ]  # fmt: skip
        if row.state == "held" and row.staff is None:
            until = iso(from_ms(row.expires_at)) if row.expires_at else None
            told.append({"event": "held", "action": row.id, "ref": row.ref, "tool": row.tool, "until": until})
        booking = bookings.load(tx, str((row.receipt or {}).get("booking", ""))) if row.state == "done" else None
        if booking is not None:
            told.append(
                {"event": "booking", "booking": booking.id, "status": booking.status, "service": booking.service,
                 "staff": booking.staff, "start": iso(from_ms(booking.start_at)), "code": booking.code}
            )  # fmt: skip
        return told


@asynccontextmanager
async def staged(
    home: Path, business: Path, clock: Clock, *, model: Any = None, reader: str = "phrasebook"
) -> AsyncIterator[Stage]:
    """Open a stage on a home; its phone company answers inside the process."""
    company = Company("AC" + "0" * 32, secrets.token_hex(16), "+15185550100", "http://qotbot.invalid", clock)
    transport = httpx.ASGITransport(app=api_app(company))
    account = Account(company.sid, company.token, company.number, "http://carrier.invalid", transport)
    settings = Settings(
        home=home, business=business, reader_name=reader, extensions=Configuration().extensions
    )  # fmt: skip
    app = await compose(settings, clock, account=account, model=model)
    try:
        own_home(app)
        stage = Stage(app, company)
        stage.told_events, stage.told_messages = await app.database.read(lambda tx: _ends(tx, app.pack.business.id))
        yield stage
    finally:
        await app.close()


def _ends(tx: Tx, business: str) -> tuple[int, int]:
    last = ledger.events(tx, business, limit=1, newest=True)
    return (last[-1].n if last else 0), messages.last_n(tx, business)
