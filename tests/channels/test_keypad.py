"""Keys on a call: answers that were offered, a menu for who is not understood, a person."""

from __future__ import annotations

import pytest
from shop import Person, Shop

from channels.fake.calls import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talk(shop: Shop, call: Call, line: str) -> list[str]:
    """Say a line; what is heard after it."""
    return (await shop.handset.say(call, line)).says


async def test_who_is_not_understood_is_offered_the_keys_first(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    unclear, menu = await talk(at_work, call, "flurb the wibble quonk")
    assert unclear.startswith("Sorry, I did not get that.")
    assert "press 1 to book" in menu
    await at_work.handset.press(call, "4")
    assert call.says[0].startswith("We are open Monday")
    assert [row.text for row in mia.rows("message", "direction = 'in'", "n")][-1] == "What are your opening hours?"
    await at_work.handset.press(call, "4")
    assert [row.text for row in mia.rows("message", "direction = 'in'", "n")][-1] == "4", "the menu was for then"


async def test_a_key_answers_a_question(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    await talk(at_work, call, "book a blow-dry with Ana on Saturday at 1pm")
    await at_work.handset.press(call, "2")
    assert mia.rows("booking") == []
    await talk(at_work, call, "book a blow-dry with Ana on Saturday at 1pm")
    await at_work.handset.press(call, "1")
    assert call.says[0].startswith("You're booked: Blow-dry with Ana")
