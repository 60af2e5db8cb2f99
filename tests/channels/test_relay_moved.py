"""A call whose connection is made again at another process: nothing said is lost, and no answer is spoken twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from rehearsal import altered_pack
from telephone import STAFF, Exchange, opened_exchange

from channels.fake.calls import Call
from channels.fake.leg import Leg
from channels.line import Line
from domain.message import Receipted, Words

pytestmark = pytest.mark.asyncio(loop_scope="module")
Two = tuple[Exchange, Exchange]


def reachable(yaml: str) -> str:
    """The salon's settings with a telephone that rings."""
    return yaml.replace("links: []", f'transfer_to: "{STAFF}"\nlinks: []')


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """Return two processes of one salon: the same home, the same live state, each with its own address."""
    folder = tmp_path_factory.mktemp("moved")
    pack, home = altered_pack(folder / "pack", "business.yaml", reachable), folder / "home"
    async with opened_exchange(home, pack=pack) as one, opened_exchange(home, pack=pack, beside=one) as other:
        yield one, other


def at(other: Exchange, leg: Leg) -> Leg:
    """The same call's session, as the other process's address leads to it."""
    moved = replace(leg, company=other.company, url=other.company.webhooks.replace("http", "ws") + "/twilio/relay")
    moved.heard, moved.frames, moved.turns, moved.closed, moved.socket = [], [], 0, None, None
    moved.news = asyncio.Event()
    return moved


async def asked(leg: Leg, words: str) -> str:
    """Say something; what was answered."""
    await leg.prompt(words)
    [said] = await leg.answer()
    return said


async def closed(leg: Leg) -> int | None:
    """Wait until a connection is closed; with which code."""
    async with asyncio.timeout(10):
        while leg.closed is None:
            leg.news.clear()
            await leg.news.wait()
    return leg.closed


async def test_the_newest_connection_wins_wherever_it_is(two: Two) -> None:
    one, other = two
    mia = one.somebody()
    call, here = await one.dial(mia)
    assert "Shall I book it" in await asked(here, "can I book a haircut with Ana on Friday at 10am")
    there = at(other, here)
    assert await there.connect()
    assert await closed(here) == 1012, "the older connection is told that a newer one serves the call"
    assert "You're booked" in await asked(there, "yes please")
    assert mia.states("book") == ["done"]
    await there.leave()
    await one.handset.hang_up(call)


async def test_what_is_said_after_a_call_came_back_is_no_repetition(two: Two) -> None:
    one, other = two
    mia = one.somebody()
    call, here = await one.dial(mia)
    assert "free parking" in await asked(here, "is there parking?")
    there = at(other, here)
    assert await there.connect()
    assert "48 Chapel Street" in await asked(there, "where are you?")
    back = at(one, here)
    assert await back.connect()
    assert "free parking" in await asked(back, "sorry, is there parking?")
    heard = [row.text for row in mia.rows("message", "direction = 'in'", "n")]
    assert heard == ["is there parking?", "where are you?", "sorry, is there parking?"]
    assert len(mia.rows("message", "direction = 'out'")) == 3
    await back.leave()
    await one.handset.hang_up(call)


@pytest.fixture
def mute(two: Two, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Keep the first process from fetching answers until the event is set, as when its line is dead."""
    one, gate, real = two[0], asyncio.Event(), Line._collected

    async def slow(self: Line, got: Receipted, seconds: float) -> Sequence[Words] | None:
        if self.reception is one.app.reception:
            await gate.wait()
        return await real(self, got, seconds)

    monkeypatch.setattr(Line, "_collected", slow)
    return gate


async def test_what_one_process_heard_the_other_answers(two: Two, mute: asyncio.Event) -> None:
    one, other = two
    mia = one.somebody()
    call, here = await one.dial(mia)
    await here.prompt("is there parking?")
    await one.until(lambda: bool(mia.rows("message", "direction = 'out'")))
    await here.drop()
    there = at(other, here)
    assert await there.connect()
    [said] = await there.answer()
    assert "free parking" in said
    assert [row.state for row in mia.rows("message", "direction = 'out'")] == ["sent"]
    await there.leave()
    await one.handset.hang_up(call)
    await one.quiet()
    assert mia.loops() == []


async def test_the_session_s_end_may_be_told_to_the_other_process(two: Two, mute: asyncio.Event) -> None:
    """The call failed on one; the other goes on over <Gather> with what was not answered yet."""
    one, other = two
    mia = one.somebody()
    call, here = await one.dial(mia)
    await here.prompt("is there parking?")
    await one.until(lambda: bool(mia.rows("message", "direction = 'out'")))
    await here.drop()
    said = await over(other, call, SessionStatus="failed", CallStatus="in-progress")
    assert "free parking" in said and "<Gather" in said


async def test_who_is_put_through_hears_the_words_from_either(two: Two) -> None:
    one, other = two
    mia = one.somebody()
    call, here = await one.dial(mia)
    await here.prompt("can I talk to a real person please")
    await here.answer()
    assert here.handoff is not None
    said = await over(other, call, SessionStatus="ended", CallStatus="in-progress", HandoffData=here.handoff)
    words = [row.text for row in mia.rows("message", "direction = 'out'")]
    assert words and all(word in said for word in words) and STAFF in said


async def over(process: Exchange, call: Call, **form: Any) -> str:
    """Tell a process that a call's session is over; its TwiML."""
    told = {"CallSid": call.sid, "AccountSid": process.company.sid, "From": call.caller, "To": process.company.number}
    return await process.company.post("/twilio/call/relayed", {**told, **form})
