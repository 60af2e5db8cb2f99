"""What the relay is not to be: opened by strangers, disturbed by odd messages, or brought down by bad ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from shop import Person
from telephone import Exchange, opened_exchange
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from channels.fake.grammar import parsed

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon of this file, its server running."""
    async with opened_exchange(tmp_path_factory.mktemp("refusals") / "home") as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


@pytest.fixture
def jo(shop: Exchange) -> Person:
    """Return another such customer."""
    return shop.somebody()


async def test_interruptions_that_fit_nothing_do_no_harm(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await leg.interrupt("words that nobody said")
    await shop.handset.say(call, "is there parking?")
    await leg.interrupt("")
    await leg.interrupt("something else entirely", -1)
    await shop.handset.say(call, "where are you?")
    assert "48 Chapel Street" in call.says[0]
    states = [row.state for row in mia.rows("message", "direction = 'out'", "n")]
    assert states == ["unheard", "sent"]
    await shop.handset.hang_up(call)


@pytest.mark.parametrize(
    "odd",
    [
        '{"type": "configUpdated", "config": {}}', '{"type": "info", "name": "agentSpeaking", "value": "on"}',
        '{"type": "info", "name": "tokensPlayed", "value": "Hi"}', '{"type": "error", "description": "64107"}',
        '{"type": "something-new", "x": 1}', '{"type": "prompt"}', '{"type": "dtmf", "digit": "12"}', "{", "[]", "null",
        "7", '"text"', '{"type": []}', '{"type": "prompt", "voicePrompt": 7}', '{"type": "setup"}', "", "[" * 50_000,
        '{"type": "prompt", "voicePrompt": "\\ud800", "last": false}', b"\x00\x01binary", "x" * 100_000,
    ],
)  # fmt: skip
async def test_what_we_do_not_know_is_ignored_and_answered_with_nothing(
    shop: Exchange, mia: Person, odd: str | bytes
) -> None:  # V14
    call, leg = await shop.dial(mia)
    await leg.send(odd)
    await shop.handset.say(call, "is there parking?")
    assert "free parking" in call.says[0]
    assert {f["type"] for f in leg.frames} == {"text"}
    assert leg.turns == 1, "nothing was said to it"
    await shop.handset.hang_up(call)


async def test_a_second_setup_on_one_connection_changes_nothing(shop: Exchange, mia: Person, jo: Person) -> None:
    call, leg = await shop.dial(mia)
    await leg.send({"type": "setup", "callSid": call.sid, "from": jo.number, "customParameters": dict(leg.parameters)})
    await shop.handset.say(call, "is there parking?")
    assert [row.text for row in mia.rows("message", "direction = 'in'")] == ["is there parking?"]
    assert jo.rows("message") == []
    await shop.handset.hang_up(call)


@pytest.mark.parametrize("signature", ["", "bm9wZQ==", None])
async def test_an_upgrade_that_twilio_did_not_sign_is_refused(
    shop: Exchange, mia: Person, signature: str | None
) -> None:
    call, leg = await shop.dial(mia)
    await leg.leave()
    url = leg.url if signature is not None else leg.url + "?call=1"
    odd = replace(leg, url=url, socket=None)
    theirs = RequestValidator(shop.company.token).compute_signature(leg.url, {}) if signature is None else signature
    assert not await odd.connect(signature=theirs)
    assert odd.closed == 403
    await shop.handset.hang_up(call)


async def test_a_token_opens_its_own_call_only_and_only_while_it_lasts(shop: Exchange, mia: Person, jo: Person) -> None:
    call, leg = await shop.dial(mia)
    other, stolen = await shop.dial(jo)
    for parameters in ({}, {"token": ""}, {"token": "x.y"}, dict(stolen.parameters)):
        thief = replace(leg, parameters=parameters, socket=None, news=asyncio.Event())
        await thief.connect()
        await thief.answer()
        assert thief.closed == 1008
    await shop.handset.hang_up(call)
    again = replace(leg, socket=None, news=asyncio.Event())
    await again.connect()
    await again.answer()
    assert again.closed == 1008, "the call is over"
    await shop.handset.hang_up(other)


async def test_a_connection_that_says_nothing_first_is_closed(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.relay.SETUP_S", 0.05)
    signed = RequestValidator(shop.company.token)
    call, leg = await shop.dial(mia)
    headers = {"X-Twilio-Signature": signed.compute_signature(leg.url, {})}
    for first in (None, "{}", b"\x00", '{"type": "prompt", "voicePrompt": "hi"}'):
        async with connect(leg.url, additional_headers=headers, proxy=None) as socket:
            if first is not None:
                await socket.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
    await shop.handset.hang_up(call)


async def test_a_frame_that_is_too_large_ends_its_connection_and_loses_nothing(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "is there parking?")
    await leg.send(b"\x00" * (1024 * 1024))
    await leg.answer()
    assert leg.closed == 1009
    assert await leg.connect()
    await shop.handset.say(call, "where are you?")
    assert "48 Chapel Street" in call.says[0]
    await shop.handset.hang_up(call)


@pytest.mark.parametrize("data", ["", "{", "[]", "7", '{"reason": 5}', "x" * 5000, None])
async def test_odd_ends_of_a_session_are_answered(shop: Exchange, mia: Person, data: str | None) -> None:
    more = {} if data is None else {"HandoffData": data}
    for status in ("ended", "failed", "completed", "", "new"):
        form = mia.call(CallStatus="in-progress", SessionStatus=status, **more)
        assert parsed(await shop.company.post("/twilio/call/relayed", form)).tag == "Response"
