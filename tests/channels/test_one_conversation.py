"""One conversation over text, web chat and call: what joins a thread, what goes on in it, what may be told where."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from shop import Person, Shop
from visitor import FRIDAY, Visitor, book_by_text, joined, open_page

from channels.fake.handset import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def at_work(shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """Return the salon with its workers running, as beside every real call."""
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with shop.working():
        yield shop


async def calls_and_says(shop: Shop, person: Person, *lines: str) -> Call:
    """A call from a person's number and what they say on it, one line after the other."""
    call = await shop.handset.call(person.number, "answered")
    for line in lines:
        await shop.handset.say(call, line)
    await shop.quiet()
    return call


async def writes(shop: Shop, person: Person, text: str) -> str:
    """What a text got for an answer while the workers run."""
    before = len(person.inbox)
    await shop.company.text(person.number, text)
    shop.clock.advance(3)
    await shop.quiet()
    return " ".join(person.inbox[before:])


async def chats(shop: Shop, visitor: Visitor, text: str) -> str:
    """What a chat message got for an answer while the workers run."""
    before = {shown["id"] for shown in await visitor.thread()}
    assert (await visitor.send(text)).status_code == 202
    await shop.quiet()
    return " ".join(m["text"] for m in await visitor.thread() if m["id"] not in before and m["from"] != "customer")


async def test_a_call_goes_on_where_the_texts_stopped(at_work: Shop, mia: Person) -> None:
    asked = await writes(at_work, mia, f"a haircut with Ana on {FRIDAY} at 9am please")
    assert "Shall I book it?" in asked
    call = await calls_and_says(at_work, mia, "yes please")
    assert call.says[-1].startswith("You're booked: Haircut with Ana")
    assert len({row.contact for row in mia.rows("message")}) == 1
    assert [row.status for row in mia.rows("booking")] == ["confirmed"]
    assert at_work.sound()


async def test_a_chat_goes_on_where_a_call_stopped_once_it_is_joined(at_work: Shop, mia: Person) -> None:
    call = await calls_and_says(at_work, mia, f"can I book a blow-dry with Ben on {FRIDAY} at 5pm")
    assert "Shall I book it?" in call.says[-1]
    await chats(at_work, stranger := await open_page(at_work), "yes please")
    assert [row.status for row in mia.rows("booking")] == [], "a stranger's yes is nobody's"
    visitor = await join(at_work, mia)
    assert any("Shall I book it?" in m["text"] for m in await visitor.thread()), "what was said on the call is there"
    await chats(at_work, visitor, "yes please")
    booked = [row.status for row in mia.rows("booking")]
    assert booked in ([], ["confirmed"]), "never twice"
    assert not any("blow-dry" in m["text"].lower() for m in await stranger.thread())


async def join(shop: Shop, person: Person) -> Visitor:
    """A visitor who proves a number while the workers run."""
    visitor = await open_page(shop)
    await chats(shop, visitor, "when is my appointment?")
    await chats(shop, visitor, person.number)
    await chats(shop, visitor, person.inbox[-1][:6])
    return visitor


async def test_one_appointment_through_all_three(at_work: Shop, mia: Person) -> None:
    """Booked by text, seen in the chat after a code, cancelled in the chat, and the call knows."""
    await writes(at_work, mia, f"book a haircut with Ana on {FRIDAY} at 11am")
    assert "You're booked" in await writes(at_work, mia, "yes")
    visitor = await join(at_work, mia)
    assert "11:00 am" in " ".join(m["text"] for m in await visitor.thread())
    assert "Shall I cancel it?" in await chats(at_work, visitor, "please cancel my appointment")
    assert "is cancelled" in await chats(at_work, visitor, "yes")
    contact = {row.contact for row in mia.rows("message")}
    assert len(contact) == 1
    channels = {row.channel for row in mia.rows("message")}
    assert {"sms", "web"} <= channels
    call = await calls_and_says(at_work, mia, "is there parking?")
    assert "Mill Lane" in call.says[-1]
    assert {row.contact for row in mia.rows("message")} == contact
    assert {row.channel for row in mia.rows("message")} == {"sms", "web", "call"}


@pytest.mark.parametrize("ask", ["when is my appointment?", "cancel my appointment", "move my appointment to 4pm"])
async def test_a_callers_number_alone_shows_and_changes_nothing(at_work: Shop, mia: Person, ask: str) -> None:
    hour = {"w": "12pm", "c": "1pm", "m": "2pm"}[ask[0]]
    assert "Shall I book it?" in await writes(at_work, mia, f"book a haircut with Ana on {FRIDAY} at {hour}")
    await writes(at_work, mia, "yes")
    assert [row.status for row in mia.rows("booking")] == ["confirmed"]
    call = await calls_and_says(at_work, mia, ask)
    told = " ".join(call.says)
    assert FRIDAY not in told and hour.replace("pm", ":00 pm") not in told
    assert [row.status for row in mia.rows("booking")] == ["confirmed"]
    code = mia.inbox[-1][:6]
    assert code.isdigit(), "a code is texted to the number that calls"
    await at_work.handset.say(call, code)
    assert f"{FRIDAY} at {hour.replace('pm', ':00 pm')}" in " ".join(call.says), "with the code it may be told"


async def test_a_visitor_who_did_not_prove_the_number_sees_nothing_of_it(at_work: Shop, mia: Person) -> None:
    await writes(at_work, mia, f"book a haircut with Ben on {FRIDAY} at 3pm")
    await writes(at_work, mia, "yes")
    stranger = await open_page(at_work)
    await chats(at_work, stranger, "when is my appointment?")
    await chats(at_work, stranger, mia.number)
    told = await chats(at_work, stranger, "000000")
    await writes(at_work, mia, "is there parking?")
    seen = " ".join(m["text"] for m in await stranger.thread() if m["from"] != "customer")
    assert "3:00" not in told + seen and "Mill Lane" not in seen
    assert "3:00" not in await chats(at_work, stranger, "cancel my appointment")
    assert [row.status for row in mia.rows("booking")] == ["confirmed"]


async def test_a_new_session_must_prove_itself_again(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "6pm")
    first = await joined(shop, mia)
    assert "6:00 pm" in " ".join(m["text"] for m in await first.thread())
    second = await open_page(shop)
    assert "6:00" not in " ".join(await second.says("when is my appointment?"))
    assert await first.thread() != await second.thread()
