"""How relay calls begin and end: a token that is over, words that nobody heard, troubles that the relay tells of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from fastapi import WebSocket
from shop import Person
from telephone import Exchange, opened_exchange

from channels.fake.leg import Leg
from channels.line import Line
from channels.relay import Relay

pytestmark = pytest.mark.asyncio(loop_scope="module")
PARKING = "is there parking?"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon of this file, its server running."""
    async with opened_exchange(tmp_path_factory.mktemp("ends") / "home") as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


async def hung_up_at_once(shop: Exchange, caller: Person, words: str = PARKING) -> Leg:
    """Call, say something and hang up before anything is spoken."""
    call = await shop.handset.call(caller.number, "answered")
    assert call.leg is not None
    leg = call.leg
    before = len(shop.told("message.heard"))
    await leg.prompt(words)
    await shop.until(lambda: len(shop.told("message.heard")) > before)
    await shop.handset.hang_up(call)
    await shop.quiet()
    return leg


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be fetched for a caller: the words are ready only when the caller is gone."""

    async def nothing(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("channels.line.Line._collected", nothing)


async def late(shop: Exchange) -> None:
    """Half a minute passes."""
    shop.clock.advance(32)
    await shop.until(lambda: not shop.rows("SELECT 1 FROM message WHERE channel = 'call' AND state = 'planned'"))
    await shop.quiet()


async def test_a_token_is_over_after_two_minutes(shop: Exchange, mia: Person) -> None:
    twiml = await shop.company.post("/twilio/call", mia.call(sid="CA" + "e" * 32, CallStatus="ringing"))
    token = twiml.partition('name="token" value="')[2].partition('"')[0]
    url = twiml.partition('url="')[2].partition('"')[0]
    leg = Leg(
        company=shop.company, call="CA" + "e" * 32, caller=mia.number, url=url, parameters={"token": token}
    )  # fmt: skip
    shop.clock.advance(121)
    assert await leg.connect()
    await leg.answer()
    assert leg.closed == 1008
    assert shop.told("call.connected", leg.call) == []


async def test_a_token_that_was_used_goes_on_while_the_call_lasts(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, PARKING)
    await leg.drop()
    shop.clock.advance(600)
    assert await leg.connect()
    await shop.handset.say(call, "where are you?")
    assert "48 Chapel Street" in call.says[0]
    await leg.drop()
    shop.clock.advance(4 * 3600)
    assert await leg.connect()
    await leg.answer()
    assert leg.closed == 1008, "no call lasts longer"
    thief = replace(leg, parameters={"token": leg.parameters["token"][:-1] + "A"}, socket=None, news=asyncio.Event())
    await thief.connect()
    await thief.answer()
    assert thief.closed == 1008


async def test_an_answer_that_comes_after_the_caller_hung_up_goes_as_a_text(
    shop: Exchange, mia: Person, mute: None
) -> None:
    await hung_up_at_once(shop, mia)
    assert (mia.inbox, mia.loops()) == ([], ["answer"])
    await late(shop)
    [text] = mia.inbox
    assert "free parking" in text
    assert mia.loops() == [], "answered"
    assert sorted(mia.states("message")) == ["done", "superseded"]


async def test_who_cannot_be_texted_is_called_back_with_the_answer(shop: Exchange, mute: None) -> None:
    nobody = Person(shop, "anonymous")
    leg = await hung_up_at_once(shop, nobody)
    await late(shop)
    caller = Person(shop, f"anonymous:{leg.call}")
    assert caller.loops() == ["callback"]
    [owed] = caller.rows("obligation", "t.kind = 'callback'")
    assert "free parking" in owed.detail
    assert [row.outcome for row in caller.rows("obligation", "t.kind = 'answer'")] == ["a call back is owed"]


async def test_after_stop_nothing_is_texted_and_a_person_calls(shop: Exchange, mia: Person, mute: None) -> None:
    await mia.says("STOP")
    await shop.quiet()
    shop.clock.advance(1)
    texts = len(mia.inbox)
    await hung_up_at_once(shop, mia)
    await late(shop)
    assert len(mia.inbox) == texts
    assert mia.loops() == ["callback"]


async def test_who_was_promised_a_call_gets_a_call(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch, mute: None
) -> None:
    call, leg = await shop.dial(mia)
    await leg.prompt(PARKING)
    await shop.until(lambda: bool(mia.rows("message", "direction = 'out'")))
    await shop.handset.relay_over(call, "ended", HandoffData='{"reason":"too_long","action":""}')
    assert call.says[-1].endswith("Somebody will call you back. Goodbye.")
    await shop.handset.hang_up(call)
    await late(shop)
    assert mia.inbox == []
    assert mia.loops() == ["callback"]
    [owed] = mia.rows("obligation", "t.kind = 'callback'")
    assert owed.detail.startswith("Promised a call: ")


async def test_a_confirmation_that_nobody_heard_is_not_texted_to_who_wants_no_texts(
    shop: Exchange, mia: Person, mute: None
) -> None:
    await hung_up_at_once(shop, mia, "take me off your list")
    await late(shop)
    assert (mia.inbox, mia.loops()) == ([], [])
    assert mia.states("message") == ["superseded"], "and how it ended is written down"


async def test_troubles_of_the_relay_are_shown_to_whoever_runs_this_once_a_day(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    for _ in range(3):
        await leg.send({"type": "error", "description": f"bad frame, said {mia.number}"})
    await shop.handset.say(call, PARKING)
    assert "free parking" in call.says[0]
    await shop.handset.hang_up(call)
    [owed] = shop.rows("SELECT * FROM obligation WHERE kind = 'carrier' AND detail LIKE '%64107%'")
    assert mia.number not in owed.detail


async def test_what_had_not_been_played_when_the_caller_hung_up_was_not_said(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    leg.tells = False
    await shop.handset.say(call, "can I book a haircut with Ben on Saturday at 10am")
    odd: list[object] = [{"odd": 1}, None, 7]
    for value in ("Haircut with", "Haircut with Ben,", *odd):
        await leg.send({"type": "info", "name": "tokensPlayed", "value": value})
    await leg.send({"type": "info", "name": "clientSpeaking", "value": "off"})
    await shop.handset.hang_up(call)
    await shop.quiet()
    [row] = mia.rows("message", "direction = 'out' AND channel = 'call'")
    assert row.text == "Haircut with Ben,"


async def test_the_whole_of_what_was_played_stays(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    assert leg.tells
    await shop.handset.say(call, PARKING)
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert [row.state for row in mia.rows("message", "direction = 'out'")] == ["sent"]
    [row] = mia.rows("message", "direction = 'out'")
    assert row.id not in {body["message"] for body in shop.told("message.interrupted")}


async def test_a_connection_that_is_lost_before_it_was_let_in_does_not_come_before_the_newer_one(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, gate, first = Relay._line, asyncio.Event(), asyncio.Event()

    async def slow(self: Relay, socket: WebSocket) -> Line | None:
        line = await real(self, socket)
        if not first.is_set():
            first.set()
            await gate.wait()
        return line

    monkeypatch.setattr(Relay, "_line", slow)
    call, leg = await shop.dial(mia)
    await first.wait()
    await leg.drop()
    assert await leg.connect()
    await leg.prompt(PARKING)
    await shop.until(lambda: bool(mia.rows("message")))
    gate.set()
    [said] = await leg.answer()
    assert "free parking" in said
    await shop.handset.say(call, "where are you?")
    assert "48 Chapel Street" in call.says[0] and leg.closed is None
    await shop.handset.hang_up(call)
