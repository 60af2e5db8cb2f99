"""What ends a call or a turn on it: a wish to be left alone, an answer that failed."""

from __future__ import annotations

import pytest
from shop import Person, Shop

from channels.fake.calls import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(shop: Shop, call: Call, words: str) -> list[str]:
    """Say something; what was heard then."""
    return (await shop.handset.say(call, words)).says


async def test_a_wish_to_be_left_alone_ends_the_call(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    [told] = await said(at_work, call, "take me off your list")
    assert told.endswith("Goodbye.") and "START" not in told, "nobody replies to a voice"
    assert call.ended
    other = await at_work.handset.call(mia.number, "answered")
    await said(at_work, other, "Take me off your list. And is there parking at your place?")
    assert not other.ended, "who says more hears the answer to it"
    await at_work.handset.hang_up(other)


async def test_a_turn_that_fails_is_owned_up_to_on_the_line(
    at_work: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("nothing works")

    monkeypatch.setattr("workers.turns.TRIES", 1)
    monkeypatch.setattr("workers.turns.run_turn", broken)
    call = await at_work.handset.call(mia.number, "answered")
    told = await said(at_work, call, "is there parking?")
    assert told == ["Sorry, something went wrong on our side. Somebody from the team will get back to you."]
    assert [row.session for row in mia.rows("message", "direction = 'out'")] == [call.sid]
    assert mia.loops() == ["answer", "quarantined"], "the apology is no answer: staff still owe one"
    await at_work.handset.hang_up(call)
