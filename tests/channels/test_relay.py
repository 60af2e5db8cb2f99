"""Calls over ConversationRelay, on real sockets against the running server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from shop import Person
from telephone import Exchange, opened_exchange

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
