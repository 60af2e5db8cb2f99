"""A held action on a call: who stays on the line hears what was decided, who does not gets a text or a call back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from shop import Person
from telephone import Exchange, opened_exchange

from channels.fake.calls import Call
from desk.board import Board
from desk.cards import Accepted, Answer
from domain.channel import Voice
from records.database import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["relay", "gather"])
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon, once by each way of speaking; what is asked for at short notice waits for staff."""
    folder: Path = tmp_path_factory.mktemp("holding")
    voice: Voice = request.param
    async with opened_exchange(folder / "home", voice=voice) as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


async def held(shop: Exchange, caller: str) -> tuple[Call, str]:
    """Call and ask for what a person must confirm; the call, and the card's reference."""
    call = await shop.handset.call(caller, "answered")
    await shop.handset.say(call, "I'd like a haircut with Ana today at 11am")
    await shop.handset.say(call, "yes")
    spoken = " ".join(call.says)
    assert "a person from the team will confirm it by" in spoken
    assert "You may stay on the line" in spoken
    [ref] = [card.ref for card in await Board(shop.app.deps, shop.app.submit).cards() if card.ref in spoken]
    return call, ref


async def decided(shop: Exchange, ref: str, kind: str = "approve") -> None:
    """Staff decide on the card."""
    board = Board(shop.app.deps, shop.app.submit)
    [card] = [card for card in await board.cards() if card.ref == ref]
    text = "Ana is ill today." if kind == "reject" else ""
    answer = Answer(kind=kind, args_hash=card.args_hash, by="Sam", text=text)  # type: ignore[arg-type]
    assert await board.decide(card.id, answer) == Accepted()


async def silent(shop: Exchange, call: Call) -> str:
    """What a caller hears who says nothing: over the relay it just comes, <Gather> asks again."""
    await (shop.handset.listen(call) if call.leg else shop.handset.say(call, ""))
    return " ".join(call.says)


async def free(shop: Exchange) -> None:
    """Free the time again for the next test."""
    shop.app.database.write_now(Scope("salon"), lambda tx: tx.execute(sa.text("UPDATE allocation SET active = false")))


@pytest.mark.parametrize("kind", ["approve", "reject"])
async def test_who_waits_hears_what_was_decided_and_is_not_texted(shop: Exchange, mia: Person, kind: str) -> None:
    call, ref = await held(shop, mia.number)
    await decided(shop, ref, kind)
    said = await silent(shop, call)
    assert ("You're booked: Haircut with Ana" in said) == (kind == "approve")
    assert ("Ana is ill today." in said) == (kind == "reject")
    await shop.handset.say(call, "is there parking?")
    assert "free parking" in call.says[0]
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert (mia.inbox, mia.loops()) == ([], [])
    assert [b["why"] for b in shop.told("call.released", call.sid)] == ["told"]
    await free(shop)


async def test_who_hangs_up_gets_the_outcome_as_a_text(shop: Exchange, mia: Person) -> None:
    call, ref = await held(shop, mia.number)
    await shop.handset.hang_up(call)
    await decided(shop, ref)
    await shop.quiet()
    [text] = mia.inbox
    assert "You're booked: Haircut with Ana" in text
    await free(shop)


async def test_words_that_were_ready_when_the_caller_hung_up_go_as_a_text(shop: Exchange, mia: Person) -> None:
    call, ref = await held(shop, mia.number)
    if call.leg:
        await call.leg.drop()  # the line is cut, and Twilio has not told us of the end yet
    await decided(shop, ref)
    await shop.quiet()
    assert mia.inbox == []
    shop.clock.advance(31)
    await shop.until(lambda: len(mia.inbox) == 1)
    assert "You're booked: Haircut with Ana" in mia.inbox[0]
    await shop.quiet()
    assert "superseded" in mia.states("message"), "what was not spoken is not left waiting for a call that is over"
    await free(shop)


async def test_nobody_waits_longer_than_they_may(shop: Exchange, mia: Person) -> None:
    call, ref = await held(shop, mia.number)
    shop.clock.advance(121)
    said = await silent(shop, call)
    assert said.startswith("They have not decided yet, and will let you know.")
    await decided(shop, ref)
    await shop.quiet()
    [text] = mia.inbox
    assert "You're booked" in text
    await shop.handset.hang_up(call)
    await free(shop)


async def test_a_caller_who_cannot_be_texted_is_called_back(shop: Exchange) -> None:
    call, ref = await held(shop, "anonymous")
    await shop.handset.hang_up(call)
    await decided(shop, ref)
    await shop.quiet()
    nobody = Person(shop, f"anonymous:{call.sid}")
    assert nobody.loops() == ["callback"]
    [owed] = nobody.rows("obligation", "t.kind = 'callback'")
    assert owed.detail.startswith("Could not be told by message:")
    assert "You're booked" in owed.detail
    await free(shop)


async def test_who_was_cut_off_is_still_told_that_they_may_wait(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await shop.handset.call(mia.number, "answered")
    if call.leg is None:
        pytest.skip("<Gather> holds no connection")
    leg = call.leg
    await shop.handset.say(call, "I'd like a haircut with Ana today at 11am")
    await shop.say_and_lose(leg, "yes", monkeypatch)
    assert await leg.connect()
    [said] = await leg.answer()
    assert "You may stay on the line" in said
    await shop.handset.hang_up(call)
