"""C35: while the database takes nothing, nothing is sent; an opt-out is acknowledged and obeyed first thing after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from rehearsal import PHONE, Salon, opened
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from domain.clock import SteppingClock
from domain.errors import Later, Unavailable
from domain.message import Heard
from graphs import effects
from graphs.effects import Outgoing
from records.database import Database
from records.spool import Spool
from workers import hearing
from workers.deliveries import carry_out

AFTERNOON = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # a Tuesday, 14:00 in New York
OTHER = "+12025550199"
BROKEN = {
    "sqlite": ["CREATE TRIGGER broken BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"],
    "postgresql": [
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE disk_full; END$$",
        "CREATE TRIGGER broken BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION broken()",
    ],
}
MENDED = {"sqlite": ["DROP TRIGGER broken"], "postgresql": ["DROP TRIGGER broken ON event", "DROP FUNCTION broken"]}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Return where the salon's records are."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgresql_copy")


@pytest_asyncio.fixture
async def salon(tmp_path: Path, url: str | None) -> AsyncIterator[Salon]:
    """Return the salon on a Tuesday afternoon."""
    async with opened(tmp_path, clock=SteppingClock(AFTERNOON), url=url) as found:
        yield found


@contextmanager
def away(salon: Salon) -> Iterator[None]:
    """Let the database refuse every ledger event, and with it every write that counts."""
    run(salon.app.database, BROKEN)
    try:
        yield
    finally:
        run(salon.app.database, MENDED)


def run(database: Database, statements: dict[str, list[str]]) -> None:
    """Run the statements of the dialect."""
    for statement in statements[database.dialect]:
        with database.writer.begin() as tx:
            tx.exec_driver_sql(statement)


async def remind(salon: Salon, address: str = PHONE) -> str:
    """Queue a reminder; its action's id."""
    outgoing = Outgoing(
        text="Willow & Co Hair: see you tomorrow at 2 pm.", purpose="service", contact=salon.contact, channel="sms",
        address=address, cause=f"reminder:{address}", proposed_by="test",
    )  # fmt: skip
    deps = salon.app.deps
    sent = await deps.database.write(deps.scope(salon.contact), lambda tx: effects.send(tx, deps, outgoing))
    assert sent.state == "cleared"
    return sent.id


def state(salon: Salon, action: str) -> str:
    """An action's state."""
    return str(salon.rows(f"SELECT state FROM action WHERE id = '{action}'")[0].state)  # noqa: S608 - our own id


async def test_c35_stop_is_acknowledged_kept_and_obeyed_before_anything_leaves(salon: Salon) -> None:
    await salon.says("hi")
    queued, before = await remind(salon), len(salon.carrier.bodies())
    spool = salon.app.deps.spool
    with away(salon):
        with pytest.raises((DBAPIError, Unavailable)):
            await carry_out(salon.app.deps, queued)
        with capture_logs() as logs:
            got = await salon.hear("STOP", sid="SM-stop")
        await salon.hear("STOP", sid="SM-stop")  # the carrier asks again: kept once
        assert got.new and len(spool.waiting()) == 1
        assert [one["event"] for one in logs] == ["hearing.spooled"] and PHONE not in str(logs)
        with pytest.raises((DBAPIError, Unavailable)):
            await salon.hear("are you open?", sid="SM-question")
        await hearing.drain(salon.app.deps)
        assert len(spool.waiting()) == 1 and len(salon.carrier.bodies()) == before
    await salon.app.run_until_idle()
    assert spool.waiting() == [] and state(salon, queued) == "refused"
    [told] = salon.carrier.bodies()[before:]
    assert "unsubscribed" in told
    assert len(salon.rows("SELECT 1 FROM consent WHERE act = 'revoke' AND \"group\" = 'text'")) == 1
    assert salon.sound()


async def test_no_claim_succeeds_while_one_waits(salon: Salon) -> None:
    await salon.says("hi")
    queued, before = await remind(salon), len(salon.carrier.bodies())
    salon.app.deps.spool.keep("msg_other", stop(OTHER), now=AFTERNOON)
    with pytest.raises(Later):
        await carry_out(salon.app.deps, queued)
    assert state(salon, queued) == "cleared" and len(salon.carrier.bodies()) == before
    await salon.app.run_until_idle()
    assert state(salon, queued) == "done"  # it was somebody else who said STOP, and that is obeyed by now
    assert salon.rows(f"SELECT 1 FROM consent WHERE address = '{OTHER}' AND act = 'revoke'")  # noqa: S608 - our own


def stop(address: str, sid: str = "SM-stop") -> Heard:
    """A STOP from a number."""
    return Heard(channel="sms", kind="text", address_kind="phone", address=address, text="STOP", provider="test",
                 provider_id=sid)  # fmt: skip


async def test_a_crash_after_the_commit_is_harmless(
    tmp_path: Path, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, clock=SteppingClock(AFTERNOON), url=url) as salon:
        await salon.says("hi")
        with away(salon):
            await salon.hear("STOP", sid="SM-stop")
        with monkeypatch.context() as patched:
            patched.setattr(Spool, "drop", lambda _self, _name: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                await hearing.drain(salon.app.deps)
        assert len(salon.app.deps.spool.waiting()) == 1
    async with opened(tmp_path, clock=SteppingClock(AFTERNOON), url=url) as salon:
        await salon.app.run_until_idle()
        assert salon.app.deps.spool.waiting() == []
        assert sum("unsubscribed" in body for body in salon.carrier.bodies(PHONE)) == 1
        assert len(salon.rows("SELECT 1 FROM consent WHERE act = 'revoke' AND \"group\" = 'text'")) == 1
        assert len(salon.rows("SELECT 1 FROM message WHERE text = 'STOP'")) == 1


async def test_a_later_start_is_heard_after_the_stop_that_waits(salon: Salon) -> None:
    await salon.says("hi")
    with away(salon):
        await salon.hear("STOP", sid="SM-stop")
    salon.clock.advance(1)
    await salon.hear("START", sid="SM-start")
    await salon.app.run_until_idle()
    acts = [row.act for row in salon.rows("SELECT act FROM consent WHERE \"group\" = 'text' ORDER BY n")]
    assert acts == ["revoke", "grant"]


async def test_after_five_minutes_the_stop_holds_and_nothing_is_confirmed(salon: Salon) -> None:
    await salon.says("hi")
    before = len(salon.carrier.bodies())
    with away(salon):
        await salon.hear("please stop texting me", sid="SM-stop")
    salon.clock.advance(301)
    await salon.app.run_until_idle()
    assert len(salon.carrier.bodies()) == before and salon.app.deps.spool.waiting() == []
    assert salon.rows("SELECT 1 FROM consent WHERE act = 'revoke'")
    [heard] = salon.rows("SELECT at FROM message WHERE text = 'please stop texting me'")
    assert heard.at == int(salon.clock.now().timestamp() * 1000) - 301_000


@pytest.mark.parametrize("words", ["STOP", "unsubscribe", "stop texting me please", "BAJA", "fin", "wrong number"])
async def test_whatever_may_be_a_revocation_is_kept(salon: Salon, words: str) -> None:
    if salon.app.database.dialect != "sqlite":
        pytest.skip("which words they are does not depend on the database")
    with away(salon):
        await salon.hear(words, sid="SM-1")
    assert len(salon.app.deps.spool.waiting()) == 1
    await salon.app.run_until_idle()
    assert salon.app.deps.spool.waiting() == []


async def test_one_that_cannot_be_read_holds_up_what_we_begin_and_nothing_else(salon: Salon) -> None:
    await salon.says("hi")
    queued = await remind(salon)
    spool = salon.app.deps.spool
    spool.keep("msg_broken", stop(OTHER), now=AFTERNOON)
    (spool.folder / spool.waiting()[0]).write_text("half a mes")
    spool.keep("msg_whole", stop(PHONE), now=AFTERNOON)
    with capture_logs() as logs:
        await hearing.drain(salon.app.deps)
    assert len(spool.waiting()) == 1 and [one["event"] for one in logs] == ["hearing.spool_stuck"]
    assert salon.rows("SELECT 1 FROM consent WHERE act = 'revoke'")
    with pytest.raises(Later):
        await carry_out(salon.app.deps, await remind_again(salon))
    assert state(salon, queued) == "cleared"


async def remind_again(salon: Salon) -> str:
    """Queue a text to somebody else's number; its action's id."""
    await salon.hear("hello", address="+12025550177", sid="SM-hello")
    return await remind(salon, "+12025550177")


async def test_a_database_that_hangs_is_not_waited_for(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "PATIENCE_S", 0.05)
    if salon.app.database.dialect != "postgresql":
        pytest.skip("a lock that is waited for without an end: PostgreSQL's")
    await salon.says("hi")
    with salon.app.database.writer.begin() as tx:
        tx.exec_driver_sql("SELECT id FROM contact FOR UPDATE")
        got = await salon.hear("STOP", sid="SM-stop")
        assert got.contact == "" and len(salon.app.deps.spool.waiting()) == 1
    await salon.app.run_until_idle()
    assert len(salon.rows("SELECT 1 FROM consent WHERE act = 'revoke' AND \"group\" = 'text'")) == 1
