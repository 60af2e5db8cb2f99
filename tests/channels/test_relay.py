"""Calls over ConversationRelay, on real sockets against the running server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio
import sqlalchemy as sa
from shop import Person
from telephone import Exchange, opened_exchange

from channels.fake.grammar import parsed
from channels.line import Line
from domain.message import Receipted, Words
from records.database import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")
RECORDED = "This call may be recorded and transcribed."
GREETING = f"Hi, this is the automated assistant of Willow & Co Hair. {RECORDED} How can I help?"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon of this file, its server running."""
    async with opened_exchange(tmp_path_factory.mktemp("relay") / "home") as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


@pytest.fixture
def jo(shop: Exchange) -> Person:
    """Return another such customer."""
    return shop.somebody()


async def test_a_call_is_greeted_and_answered(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    assert call.says == [GREETING]
    await shop.handset.say(call, "can I book a haircut with Ana on Friday at 10am")
    assert call.says == ["Haircut with Ana, Friday 27 November at 10:00 am, $45. Shall I book it?"]
    await shop.handset.say(call, "yes please")
    assert call.says[0].startswith("You're booked: Haircut with Ana")
    assert [f["last"] for f in leg.frames].count(True) == 2, "every turn is closed"
    assert leg.refused is None
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert (mia.inbox, mia.loops()) == ([], [])
    assert mia.states("book") == ["done"]


async def test_the_twiml_asks_for_what_the_session_needs(shop: Exchange, mia: Person) -> None:
    answer = await shop.company.post("/twilio/call", mia.call(CallStatus="ringing"))
    relay = parsed(answer)[0][0]
    assert relay.get("url", "").startswith("ws://127.0.0.1:")
    assert (relay.get("welcomeGreetingInterruptible"), relay.get("applicationReconnect")) == ("none", "true")
    assert parsed(answer)[0].get("action") == "/twilio/call/relayed"


async def test_speech_that_goes_on_is_one_thing_said(shop: Exchange, mia: Person) -> None:  # V11
    call, leg = await shop.dial(mia)
    await leg.prompt("is there", last=False)
    await leg.prompt("is there any", last=False)
    await leg.prompt("is there any parking?")
    [said] = await leg.answer()
    assert "free parking" in said
    assert [row.text for row in mia.rows("message", "direction = 'in'")] == ["is there any parking?"]
    await shop.handset.hang_up(call)


@pytest.mark.parametrize("ms", [460, "460"])
async def test_what_was_not_heard_was_not_said(shop: Exchange, mia: Person, ms: int | str) -> None:  # V12, V13
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "can I book a haircut with Ben on Saturday at 10am")
    assert call.says[0].endswith("Shall I book it?")
    await leg.interrupt("Haircut with", ms)
    await shop.until(lambda: [r.text for r in mia.rows("message", "direction = 'out'")] == ["Haircut with"])
    await shop.handset.say(call, "yes")
    assert call.says[0].endswith("Shall I book it?"), "a yes to what was not heard is asked again"
    assert mia.rows("booking") == []
    await shop.handset.say(call, "yes")
    assert call.says[0].startswith("You're booked")
    await leg.interrupt("You're booked: Haircut", ms)
    await shop.handset.say(call, "is there parking?")
    assert mia.states("book") == ["done"], "who interrupts cancels nothing"
    await shop.handset.hang_up(call)
    await cancelled(shop, mia)


async def cancelled(shop: Exchange, mia: Person) -> None:
    """Free the time again for the next test."""
    shop.app.database.write_now(Scope("salon"), lambda tx: tx.execute(sa.text("UPDATE allocation SET active = false")))


async def test_a_lost_connection_goes_on_where_it_stopped(shop: Exchange, mia: Person) -> None:  # V18
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "can I book a haircut with Ana on Friday at 2pm")
    await leg.drop()
    assert await leg.connect()
    await shop.handset.say(call, "yes")
    assert call.says[0].startswith("You're booked: Haircut with Ana, Friday 27 November at 2:00 pm")
    assert mia.states("book") == ["done"]
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert mia.loops() == []


async def test_a_connection_cut_while_we_think_is_answered_on_the_next(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, real = asyncio.Event(), shop.app.reception.collect
    monkeypatch.setattr("channels.line.WAIT_S", 5.0)

    async def slow(self: Line, got: Receipted, seconds: float) -> Sequence[Words] | None:
        await gate.wait()
        return await real(got, 5.0)

    monkeypatch.setattr(Line, "_collected", slow)
    call, leg = await shop.dial(mia)
    await leg.prompt("is there parking?")
    await shop.until(lambda: len(mia.rows("message")) > 0)
    await leg.drop()
    gate.set()
    assert await leg.connect()
    [said] = await leg.answer()
    assert "free parking" in said
    assert len(mia.rows("message", "direction = 'out'")) == 1
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert mia.loops() == []


async def test_a_newer_connection_takes_the_call_over(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "where are you?")
    twin = replace(leg, heard=[], frames=[], news=asyncio.Event(), socket=None, reading=None, turns=0)
    assert await twin.connect()
    await leg.answer()
    assert leg.closed == 1012
    await twin.prompt("is there parking?")
    assert "free parking" in (await twin.answer())[0]
    await leg.prompt("where are you?")
    call.leg = twin
    await shop.handset.hang_up(call)
    assert [row.text for row in mia.rows("message", "direction = 'in'", "n")] == ["where are you?", "is there parking?"]


async def test_where_the_relay_fails_the_call_goes_on_by_gather(shop: Exchange, mia: Person) -> None:  # V16
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "can I book a haircut with Ana on Friday at 4pm")
    await leg.drop()
    call.says = []
    await shop.handset.relay_over(call, "failed", ErrorCode="39001", ErrorMessage="lost")
    assert call.says == ["Sorry, the line broke for a moment.", "How else can I help?"]
    assert call.action
    await shop.handset.say(call, "yes")
    assert call.says[0].startswith("You're booked: Haircut with Ana, Friday 27 November at 4:00 pm")
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert (mia.loops(), mia.inbox) == ([], [])


async def test_keys_are_one_number_once_they_pause(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.line.KEYS_PAUSE_S", 0.1)
    call, leg = await shop.dial(mia)
    await shop.handset.press(call, "482913")
    await shop.handset.press(call, "77#")
    heard = mia.rows("message", "direction = 'in'", "n")
    assert [(row.kind, row.text) for row in heard] == [("keys", "482913"), ("keys", "77")]
    assert leg.turns == 2
    await shop.handset.hang_up(call)


async def test_who_asks_is_told_that_a_machine_speaks(shop: Exchange, mia: Person) -> None:  # V24
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "are you a robot?")
    assert call.says[0].startswith("Yes, I am the automated assistant of Willow & Co Hair, not a person.")
    await shop.handset.hang_up(call)


async def test_another_language_changes_nothing_while_there_is_wording_in_one(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await leg.send({"type": "prompt", "voicePrompt": "hola, quiero un corte", "lang": "es-US", "last": True})
    [unread] = await leg.answer()
    assert unread
    await leg.send({"type": "prompt", "voicePrompt": "is there parking?", "lang": None, "last": True})
    assert "free parking" in (await leg.answer())[0], "what it heard is answered, whatever language it takes it for"
    assert {frame["type"] for frame in leg.frames} == {"text"} and leg.refused is None
    await shop.handset.hang_up(call)


async def test_a_date_is_read_back_before_anything_is_booked(shop: Exchange, mia: Person) -> None:  # V10
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "a haircut with ben on saturday at eleven")
    assert call.says == ["Haircut with Ben, Saturday 28 November at 11:00 am, $45. Shall I book it?"]
    assert mia.rows("booking") == []
    await shop.handset.hang_up(call)
    await shop.until(lambda: mia.loops() == ["missed_call"])  # V17
    [owed] = mia.rows("obligation", "t.kind = 'missed_call'")
    assert owed.detail == "The caller hung up before answering our last question"
    assert mia.inbox == []


async def test_a_wish_to_be_left_alone_is_obeyed_on_the_call(shop: Exchange, mia: Person) -> None:  # V19
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "take me off your list")
    assert {(row.act, row.group) for row in mia.rows("consent")} == {("revoke", "call"), ("revoke", "text")}
    assert call.says[0].endswith("Goodbye.") and call.ended, "and it is said, politely, once"
    await shop.handset.hang_up(call)
    assert mia.inbox == []


async def test_a_caller_who_says_nothing_is_texted(shop: Exchange, mia: Person) -> None:  # V07
    call, _ = await shop.dial(mia)
    await shop.handset.hang_up(call)
    await shop.quiet()
    [text] = mia.inbox
    assert text.startswith("Sorry we missed your call.")
    assert [body["case"] for body in shop.told("missed.settled")][-1] == "abandoned"
    assert mia.loops() == []


async def test_a_slow_answer_is_waited_for_and_then_promised(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(self: Line, got: Receipted, seconds: float) -> Sequence[Words] | None:
        return None

    monkeypatch.setattr(Line, "_collected", never)
    call, leg = await shop.dial(mia)
    await leg.prompt("is there parking?")
    said = await leg.answer(9)
    assert said == ["One moment, please."] * 3
    call.says = []
    await shop.handset.relay_over(call, "ended", HandoffData=leg.handoff or "")
    assert call.says == ["I am sorry, this takes too long. Somebody will call you back. Goodbye."]
    assert call.ended
    assert mia.loops() == ["answer"], "the promise is kept by a person"
