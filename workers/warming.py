"""Warming up: what a process does for the first time takes long, so it is done once before anybody waits for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import records.contacts
from domain.live import Limit
from domain.message import Heard
from domain.reading import Listening
from graphs.effects import Deps
from graphs.guarded import Compiled
from graphs.readers.reader import ReadBy, read_turn
from records.database import Scope, open_database
from records.upgrade import upgrade
from workers.hearing import hear
from workers.turns import TRIES, take_turn

REHEARSED = ("Hello, are you open on Saturday?", "I would like to make an appointment tomorrow at noon", "yes")


async def warm(deps: Deps, graph: Compiled) -> None:
    """Play a short chat on a database of its own, which is thrown away; no model is asked, nothing leaves."""
    business = deps.pack.business
    with TemporaryDirectory(prefix="qotbot-warming-") as folder:
        database = open_database(
            f"sqlite:///{Path(folder) / 'rehearsal.db'}", durable=False, threads=False, hashes=deps.database.hashes
        )
        try:
            upgrade(database)
            database.write_now(
                Scope(business.id),
                lambda tx: records.contacts.ensure_business(tx, business.id, business.name, now=deps.clock.now()),
            )
            await database.live.allow("rehearsal", Limit(1, 60))
            there = replace(deps, database=database, understand=_by_rule)
            for n, text in enumerate(REHEARSED):
                got = await hear(there, _said(text, n))
                await take_turn(there, graph, got.contact, tries=TRIES)  # one that fails ends there, as any other
        finally:
            database.close()


def _said(text: str, n: int) -> Heard:
    return Heard(
        channel="web", kind="text", address_kind="web", address="rehearsal", text=text, provider="rehearsal",
        provider_id=str(n), session="rehearsal",
    )  # fmt: skip


async def _by_rule(text: str, listening: Listening) -> ReadBy:
    return await read_turn(None, text, listening, limit_s=8.0)
