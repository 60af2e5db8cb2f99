"""Heads leave daily, and at once after a revocation, to three places; failures are shown and retried."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from making import BUSINESS, KEYS, NOW, PHONE
from pydantic import SecretStr

from commands.keeping import Keeper, Server, listen
from domain.clock import SteppingClock
from domain.configuration import Configuration
from domain.errors import ConfigurationError, Unavailable
from records import consents, ledger, obligations, witnessings
from records.database import Database, Scope, Tx
from records.ledger import Entry
from workers.witnesses import FileWitness, HostWitness, MailWitness, Prove, Witness, configured
from workers.witnessing import Witnesser


@dataclass
class Notebook:
    """A witness that remembers, and can be away."""

    name: str = "notebook"
    kept: list[Mapping[str, Any]] = field(default_factory=list)
    away: bool = False

    async def keep(self, head: Mapping[str, Any], prove: Prove) -> None:
        if self.away:
            raise Unavailable("nobody answers")
        self.kept.append(head)


@dataclass
class House:
    """A ledger, its witnesses and a clock."""

    database: Database
    clock: SteppingClock
    witnesser: Witnesser

    async def happens(self, *kinds: str) -> None:
        """Append events and seal them."""

        def work(tx: Tx) -> None:
            for kind in kinds:
                ledger.append(tx, BUSINESS, Entry(kind, {"n": 1}), at=self.clock.now())
            ledger.seal(tx, BUSINESS, KEYS, now=self.clock.now())

        await self.database.write(Scope(BUSINESS), work)

    async def stop(self) -> None:
        """Somebody revokes, and it is sealed."""
        entry = consents.Entry(
            business=BUSINESS, contact=None, address=PHONE, channel="sms", purpose="all", act="revoke",
            method="keyword", evidence=f"msg_{self.clock.now()}", actor="customer",
        )  # fmt: skip
        await self.database.write(Scope(BUSINESS), lambda tx: consents.add(tx, entry, self.clock.now()))
        await self.happens()

    async def owed(self) -> list[str]:
        """What staff are shown."""
        found = await self.database.read(lambda tx: obligations.still_open(tx, BUSINESS, kinds=("witness",)))
        return [one.detail for one in found]


def house(database: Database, *witnesses: Witness) -> House:
    clock = SteppingClock(NOW)
    return House(database, clock, Witnesser(database=database, business=BUSINESS, clock=clock, witnesses=witnesses))


async def test_daily_and_only_what_is_new(database: Database) -> None:
    notebook = Notebook()
    at = house(database, notebook)
    assert await at.witnesser.round() == 0, "there is no head yet"
    await at.happens("turn.opened", "turn.answered")
    assert await at.witnesser.round() == 1 and await at.witnesser.round() == 0
    await at.happens("turn.opened")
    await at.clock.sleep(timedelta(hours=23).total_seconds())
    assert await at.witnesser.round() == 0, "a day is not over"
    await at.clock.sleep(timedelta(hours=1).total_seconds())
    assert await at.witnesser.round() == 1
    await at.clock.sleep(timedelta(days=2).total_seconds())
    assert await at.witnesser.round() == 0, "nothing happened since"
    assert [head["size"] for head in notebook.kept] == [2, 3]
    listed = await database.read(lambda tx: witnessings.listed(tx, BUSINESS))
    assert [(one.witness, one.size) for one in listed] == [("notebook", 3), ("notebook", 2)]


async def test_a_revocation_leaves_at_once_and_a_flood_of_them_together(database: Database) -> None:
    notebook = Notebook()
    at = house(database, notebook)
    await at.happens("turn.opened")
    await at.witnesser.round()
    await at.clock.sleep(61)
    await at.happens("turn.answered")
    assert await at.witnesser.round() == 0
    await at.stop()
    assert await at.witnesser.round() == 1
    for _ in range(5):
        await at.clock.sleep(5)
        await at.stop()
        await at.happens("turn.opened")
        assert await at.witnesser.round() == 0, "less than a minute apart"
    await at.clock.sleep(60)
    assert await at.witnesser.round() == 1
    assert [head["size"] for head in notebook.kept] == [1, 3, 13]


async def test_a_revocation_of_another_process_is_seen_after_a_restart(database: Database) -> None:
    notebook = Notebook()
    first = house(database, notebook)
    await first.happens("turn.opened")
    await first.witnesser.round()
    await first.stop()
    again = house(database, notebook)
    await again.clock.sleep(120)
    assert await again.witnesser.round() == 1


async def test_a_failure_is_shown_once_retried_later_and_closed(database: Database) -> None:
    away, other = Notebook(away=True), Notebook("another")
    at = house(database, away, other)
    await at.happens("turn.opened")
    assert await at.witnesser.round() == 1, "one witness that is away keeps no other from its head"
    assert len(await at.owed()) == 1 and "nobody answers" in (await at.owed())[0]
    waits = []
    for _ in range(8):
        before = at.clock.now()
        while at.witnesser._tries["notebook"].again and at.clock.now() < at.witnesser._tries["notebook"].again:
            await at.witnesser.round()
            await at.clock.sleep(60)
        waits.append((at.clock.now() - before) // timedelta(minutes=1))
        await at.witnesser.round()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60] and len(await at.owed()) == 1
    away.away = False
    await at.clock.sleep(3600)
    assert await at.witnesser.round() >= 1 and away.kept[-1]["size"] >= 1
    assert await at.owed() == []
    away.away = True
    await at.clock.sleep(timedelta(days=1).total_seconds())
    await at.happens("turn.opened")
    await at.witnesser.round()
    assert len(await at.owed()) == 1, "the follow-up opens again"


async def test_no_address_of_a_witness_is_in_the_ledger(database: Database) -> None:
    at = house(database, Notebook("email:owner@salon.example", away=True))
    await at.happens("turn.opened")
    await at.witnesser.round()
    rows = await database.read(lambda tx: [e.body for e in ledger.events(tx, BUSINESS)])
    assert "owner@salon.example" not in str(rows)


async def test_a_file_gets_a_line_each(sqlite: Database, tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    at = house(sqlite, FileWitness(file))
    for _ in range(2):
        await at.happens("turn.opened")
        await at.witnesser.round()
        await at.clock.sleep(timedelta(days=1).total_seconds())
    assert [json.loads(line)["size"] for line in file.read_text("utf-8").splitlines()] == [1, 2]
    gone = house(sqlite, FileWitness(tmp_path / "none" / "heads.jsonl"))
    await gone.witnesser.round()
    assert "No such file" in (await gone.owed())[0]


class Mailbox:
    """Takes every message over real SMTP."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.messages.append(envelope.content)
        return "250 kept"


@pytest.fixture
async def smtp() -> AsyncIterator[tuple[Mailbox, int]]:
    """Yield a mailbox and the port of its server."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    async with server:
        yield mailbox, server.sockets[0].getsockname()[1]


async def test_a_mailbox_gets_a_message_with_the_head_on_one_line(sqlite: Database, smtp: tuple[Mailbox, int]) -> None:
    mailbox, port = smtp
    mail = MailWitness(
        to="owner@salon.example", sender="bot@salon.example", host="127.0.0.1", port=port, security="none"
    )
    at = house(sqlite, mail)
    await at.happens("turn.opened")
    assert await at.witnesser.round() == 1
    [message] = mailbox.messages
    [line] = [one for one in message.decode().splitlines() if one.startswith("{")]
    head = await sqlite.read(lambda tx: witnessings.head_to_show(tx, BUSINESS))
    assert json.loads(line) == head and b"Subject: Ledger head of salon: 1 entries" in message


async def test_a_mail_server_that_is_away_or_has_no_tls_is_a_failure(
    sqlite: Database, smtp: tuple[Mailbox, int]
) -> None:
    to, sender, host = "o@salon.example", "b@salon.example", "127.0.0.1"
    for mail in (
        MailWitness(to=to, sender=sender, host=host, port=1, security="none"),
        MailWitness(to=to, sender=sender, host=host, port=smtp[1], security="starttls"),
    ):
        at = house(sqlite, mail)
        await at.happens("turn.opened")
        assert await at.witnesser.round() == 0 and smtp[0].messages == []
        assert len(await at.owed()) == 1


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[tuple[Server, str]]:
    """Yield a second host that keeps heads, and its address."""
    server = listen(Keeper(tmp_path / "kept.jsonl"), ("127.0.0.1", 0), token="a-token")
    running = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    yield server, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    running.join()
    server.server_close()


async def test_a_second_host_keeps_what_grew(sqlite: Database, host: tuple[Server, str]) -> None:
    server, url = host
    at = house(sqlite, HostWitness(url, "a-token"))
    for number in (1, 3, 2, 9):
        await at.happens(*["turn.opened"] * number)
        assert await at.witnesser.round() == 1
        await at.clock.sleep(timedelta(days=1).total_seconds())
    newest = server.newest(BUSINESS)
    assert newest is not None and newest.size == 15 and newest.key == KEYS.public_hex


async def test_a_second_host_refuses_a_rewritten_ledger_and_a_wrong_token(
    sqlite: Database, host: tuple[Server, str]
) -> None:
    server, url = host
    at = house(sqlite, HostWitness(url, "a-token"))
    await at.happens("turn.opened", "turn.answered")
    await at.witnesser.round()
    await at.happens("turn.opened")
    head = await sqlite.read(lambda tx: witnessings.head_to_show(tx, BUSINESS))
    assert head is not None
    note = ledger.head_note(BUSINESS, 3, "0" * 64, at_ms=head["at"])
    rewritten = {**head, "root": "0" * 64, "signature": KEYS.sign(note)}
    assert not await at.witnesser.send(at.witnesser.witnesses[0], rewritten)
    assert "contradicts" in (await at.owed())[0]
    assert not await at.witnesser.send(HostWitness(url, "another"), head)
    kept = server.newest(BUSINESS)
    assert kept is not None and kept.size == 2


def test_what_is_configured(tmp_path: Path) -> None:
    assert configured(Configuration()) == ()
    full = Configuration(
        witness_file=tmp_path / "heads", witness_email="owner@salon.example", smtp_host="mail.example",
        smtp_user="bot", smtp_password=SecretStr("p"), smtp_from="bot@salon.example",
        witness_url="https://other.example/heads", witness_token=SecretStr("t"),
    )  # fmt: skip
    assert [w.name.partition(":")[0] for w in configured(full)] == ["file", "email", "host"]
    for wrong in (Configuration(witness_email="o@salon.example"), Configuration(witness_url="other.example")):
        with pytest.raises(ConfigurationError, match="QOTBOT_"):
            configured(wrong)
