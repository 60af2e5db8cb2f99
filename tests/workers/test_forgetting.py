"""Somebody is forgotten: no byte of theirs is left, STOP holds, the ledger verifies, and their time is free again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from making import BUSINESS
from shop import MIA, Person, Shop, opened_shop

import records.contacts
from domain.clock import to_ms
from domain.errors import BadInput, Unavailable
from records import actions, consents, forgetting, jobs, ledger, obligations, schema
from records.obligations import Owed
from workers.forgetting import Forgotten, forget

TOLD = ("Zebediah", "Quuxley", "zebediah@quux.example", "wheelchair at the back door", MIA, MIA[2:], "(202) 555-0143")
TALK = (
    "I'd like a balayage", "next week any time", "the first one", "yes", "my name is Zebediah Quuxley",
    "there is a wheelchair at the back door, write to zebediah@quux.example",
    "I'd like my deposit back please", "yes",
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """Yield the salon on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with opened_shop(tmp_path / "home", database_url=url) as opened:
        yield opened


@pytest.fixture
async def talked(shop: Shop) -> Person:
    """Return Mia, who booked, told much about herself, and whose refund waits for staff."""
    mia = Person(shop, MIA)
    for text in TALK:
        await mia.says(text)
    await shop.app.database.write(shop.app.deps.scope(None), lambda tx: _note_elsewhere(shop, tx))
    return mia


def _note_elsewhere(shop: Shop, tx: Any) -> None:
    """Staff note her number where it is not expected: in a follow-up about nobody."""
    owed = Owed(kind="callback", cause="note", contact=None, due=shop.clock.now(), detail="ring (202) 555-0143 back")
    obligations.open_one(tx, BUSINESS, owed, now=shop.clock.now())


async def contact_of(shop: Shop) -> str:
    business = shop.app.pack.business.id
    found = await shop.app.database.read(lambda tx: records.contacts.find(tx, business, kind="phone", value=MIA))
    assert found is not None
    return found


async def forgets(shop: Shop) -> Forgotten:
    contact = await contact_of(shop)
    done = await shop.app.database.write(
        shop.app.deps.scope(contact), lambda tx: forget(tx, shop.app.deps, contact, by="Sam")
    )
    await shop.app.run_until_idle()
    return done


def left(shop: Shop, words: tuple[str, ...] = TOLD) -> list[tuple[str, str]]:
    """Where words still lie: in the bytes of which file of the home, and on PostgreSQL in which table."""
    home = shop.app.settings.home
    files = [(p.name, p.read_bytes()) for p in home.rglob("*") if p.is_file()]
    if shop.app.database.dialect == "postgresql":
        files += shop.app.database.read_now(_tables)
    return [(name, word) for name, content in files for word in words if word.lower().encode() in content.lower()]


def _tables(tx: Any) -> list[tuple[str, bytes]]:
    """Every column of every row of every table, the checkpoints' too."""
    names = tx.execute(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    found = []
    for name in names:
        rows = tx.execute(sa.text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 - names of our own tables
        cells = [bytes(c) if isinstance(c, memoryview | bytes) else str(c).encode() for r in rows for c in r]
        found.append((name, b"\n".join(cells)))
    return found


async def test_no_byte_is_left_and_what_waited_is_ended(shop: Shop, talked: Person) -> None:
    assert {word for _, word in left(shop)} >= {"Zebediah", "wheelchair at the back door", MIA}, "it was there before"
    done = await forgets(shop)
    assert left(shop) == []
    assert done.texts >= 8 and done.ended == 1 and len(done.bookings) == 1 and done.elsewhere >= 1
    assert shop.sound()
    [told] = await shop.app.database.read(
        lambda tx: [
            e for e in ledger.about(tx, shop.app.pack.business.id, done.contact) if e.kind.endswith("forgotten")
        ]
    )
    assert told.texts == {"actor": "Sam"} and told.body["bookings"] == list(done.bookings)
    assert [r.state for r in shop.rows("SELECT state FROM action WHERE tool = 'refund_deposit'")] == ["superseded"]
    assert [r.status for r in shop.rows("SELECT status FROM booking")] == ["cancelled"]
    assert shop.rows("SELECT 1 FROM allocation WHERE active") == []
    open_loops = {r.kind: r.detail for r in shop.rows("SELECT kind, detail FROM obligation WHERE closed_at IS NULL")}
    assert set(open_loops) == {"forgotten", "callback"}
    assert "5000 cents" in open_loops["forgotten"] and open_loops["callback"] == "ring [forgotten] back"
    assert shop.rows("SELECT 1 FROM job") == [] and shop.rows("SELECT 1 FROM timer WHERE fired_at IS NULL") == []
    before = len(talked.inbox)
    await shop.clock.sleep(timedelta(days=2).total_seconds())
    await shop.app.run_until_idle()
    assert len(talked.inbox) == before, "no timer of theirs goes on"


@pytest.fixture
async def mia(tmp_path: Path) -> AsyncIterator[Person]:
    """Yield Mia, who said one thing, on SQLite."""
    async with opened_shop(tmp_path / "home") as opened:
        person = Person(opened, MIA)
        await person.says("hello, my name is Zebediah Quuxley")
        yield person


async def test_a_stop_holds_when_the_number_appears_again(shop: Shop, talked: Person) -> None:
    await talked.says("STOP")
    assert (await forgets(shop)).revocations > 0
    assert MIA not in str(shop.rows("SELECT * FROM suppression"))
    before = len(talked.inbox)
    assert await talked.says("do you have time tomorrow?") == []
    assert await talked.says("STOP") == [], "it was confirmed once"
    assert len(talked.inbox) == before
    await shop.clock.sleep(60)
    assert await talked.says("START")
    assert await talked.says("do you have time for a haircut tomorrow?")
    assert not await _standing(shop, "marketing"), "START never brings back offers"


async def _standing(shop: Shop, purpose: str) -> str | None:
    business = shop.app.pack.business.id
    standing = await shop.app.database.read(lambda tx: consents.standing(tx, business, MIA, channel="sms"))
    return standing.grant(purpose)


async def test_forgotten_again_after_start_nothing_is_suppressed(mia: Person) -> None:
    shop = mia.shop
    for words in ("STOP", "START"):
        await shop.clock.sleep(60)
        await mia.says(words)
    await forgets(shop)
    assert [r.purpose for r in shop.rows("SELECT purpose FROM suppression WHERE \"group\" = 'text'")] == []
    await mia.says("STOP")
    await forgets(shop)
    await shop.clock.sleep(60)
    await mia.says("START")
    await forgets(shop)
    assert shop.rows("SELECT 1 FROM suppression WHERE purpose = 'all' AND \"group\" = 'text'") == []
    assert await mia.says("hello, what are your opening hours?")


async def test_a_stop_of_offers_only_is_kept_as_that(mia: Person) -> None:
    shop = mia.shop
    await mia.says("no more promos, just my reminders")
    await forgets(shop)
    kept = {(r.group, r.purpose) for r in shop.rows("SELECT * FROM suppression")}
    assert ("text", "marketing") in kept and ("text", "all") not in kept


async def test_nobody_is_forgotten_while_a_worker_is_at_it(mia: Person) -> None:
    shop = mia.shop
    contact = await contact_of(shop)
    deps, now = shop.app.deps, shop.clock.now()
    scope = deps.scope(contact)
    await shop.app.database.write(
        scope, lambda tx: jobs.put(tx, BUSINESS, jobs.Work("turn", contact, f"contact:{contact}"), ready=now)
    )
    job = await shop.app.database.write(scope, lambda tx: jobs.take(tx, now))
    assert job is not None
    before = shop.counts()
    with pytest.raises(Unavailable, match="worked on"):
        await shop.app.database.write(scope, lambda tx: forget(tx, deps, contact, by="Sam"))
    assert shop.counts() == before and left(shop, ("Zebediah",))
    await shop.app.database.write(scope, lambda tx: jobs.finish(tx, job))
    await forgets(shop)
    assert left(shop) == []


async def test_what_a_dead_worker_left_executing_becomes_unknown(mia: Person) -> None:
    shop = mia.shop
    for text in TALK:
        await mia.says(text)
    contact, now = await contact_of(shop), shop.clock.now()
    [held] = await shop.app.database.read(lambda tx: actions.in_state(tx, shop.app.pack.business.id, ("held",)))
    dead = schema.action.update().where(schema.action.c.id == held.id)
    await shop.app.database.write(
        shop.app.deps.scope(contact),
        lambda tx: tx.execute(dead.values(state="executing", lease_until=to_ms(now) - 1)),
    )
    await forgets(shop)
    assert [r.state for r in shop.rows("SELECT state FROM action WHERE tool = 'refund_deposit'")] == ["unknown"]


async def test_twice_is_an_error_and_changes_nothing(mia: Person) -> None:
    shop = mia.shop
    contact = await contact_of(shop)
    await forgets(shop)
    before = shop.counts()
    with pytest.raises(BadInput, match="forgotten before"):
        await shop.app.database.write(
            shop.app.deps.scope(contact), lambda tx: forget(tx, shop.app.deps, contact, by="Sam")
        )
    assert shop.counts() == before


async def test_whoever_was_merged_into_them_is_forgotten_too(mia: Person) -> None:
    shop = mia.shop
    contact, business, now = await contact_of(shop), shop.app.pack.business.id, shop.clock.now()

    def merge(tx: Any) -> None:
        other = records.contacts.ensure(tx, business, kind="web", value="session-of-zebediah", now=now)
        records.contacts.rename(tx, other, "Zebediah the visitor")
        records.contacts.merge(tx, other, contact, actor="staff", now=now)

    await shop.app.database.write(shop.app.deps.scope(contact), merge)
    await forgets(shop)
    assert left(shop, (*TOLD, "session-of-zebediah")) == []
    assert await shop.app.database.read(lambda tx: forgetting.person(tx, contact)) == forgetting.Person(
        contact, (contact, *_others(shop, contact)), ()
    )


def _others(shop: Shop, contact: str) -> list[str]:
    return [r.id for r in shop.rows("SELECT id FROM contact WHERE merged_into = :into", into=contact)]
