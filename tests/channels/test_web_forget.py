""" "Forget me" in the chat: at once where nobody but this visitor is meant, a request where a number was proved."""

from __future__ import annotations

import pytest
from shop import Person, Shop
from visitor import FRIDAY, Visitor, book_by_text, joined, open_page

from domain.errors import Unavailable
from records import jobs
from records.schema import METADATA

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "Zebediah Quuxley"


async def asks(visitor: Visitor) -> int:
    """Ask to be forgotten; the status of the answer."""
    answer = await visitor.post("", "/chat/forget")
    visitor.shop.http.cookies.clear()
    await visitor.shop.app.run_until_idle()
    return answer.status_code


def everything(shop: Shop) -> str:
    """All that the database holds, as one text."""
    return " ".join(str(shop.rows(f"SELECT * FROM {name}")) for name in METADATA.tables)  # noqa: S608 - our own names


async def test_a_visitor_who_proved_nothing_is_forgotten_at_once(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says(f"my name is {SECRET}, can I book a haircut with Ben on {FRIDAY} at 3pm?")
    await visitor.says("yes")
    assert SECRET in everything(shop)
    assert await asks(visitor) == 204
    held = everything(shop)
    assert SECRET not in held and visitor.session not in held.replace(str(shop.rows("SELECT * FROM ended_session")), "")
    [told] = shop.rows("SELECT body FROM event WHERE kind = 'contact.forgotten'")
    assert '"customer"' in str(told.body) or "'customer'" in str(told.body)
    assert (await visitor.send("hello?")).status_code == 401, "the session is over"
    assert shop.rows("SELECT 1 FROM booking WHERE status = 'confirmed'") == []
    assert shop.sound()


async def test_nobody_else_is_touched(shop: Shop) -> None:
    one, other = await open_page(shop), await open_page(shop)
    await one.says("is there parking?")
    await other.says("where are you?")
    assert await asks(one) == 204
    assert [m["text"] for m in await other.thread()][0] == "where are you?"


async def test_who_proved_a_number_asks_staff(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "11am")
    visitor = await joined(shop, mia)
    before = len(mia.rows("message"))
    for _ in range(2):
        assert await asks(visitor) == 202
    assert len(mia.rows("message", "direction = 'in'")) >= 1 and len(mia.rows("message")) > before
    assert mia.loops() == ["forget"], "once a day"
    [owed] = mia.rows("obligation", "t.kind = 'forget'")
    assert "qotbot contact forget con_" in owed.detail
    assert "I have passed on that you want to be forgotten." in [m["text"] for m in await visitor.thread()][-1]
    assert [row.status for row in mia.rows("booking")] == ["confirmed"], "nothing is cancelled by one press"


async def test_a_visitor_of_whom_nothing_is_known_may_ask_as_well(shop: Shop) -> None:
    visitor = await open_page(shop)
    assert await asks(visitor) == 204
    assert (await visitor.post("", "/chat/forget")).status_code == 401


async def test_a_stranger_cannot_have_anybody_forgotten(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says("is there parking?")
    before = shop.counts()
    forged = Visitor(shop, visitor.cookie[:-2] + "xx")
    assert await asks(forged) == 401
    answer = await visitor.post("", "/chat/forget", Origin="https://evil.example")
    assert (answer.status_code, shop.counts()) == (403, before)


async def test_while_something_is_being_worked_on_it_is_asked_for_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await open_page(shop)
    await visitor.send("is there parking?")

    def busy(*_: object, **__: object) -> None:
        raise Unavailable("something of this person is being worked on; try again in a minute")

    with monkeypatch.context() as working:
        working.setattr("records.forgetting.stop_work", busy)
        assert (await visitor.post("", "/chat/forget")).status_code == 503
    assert shop.app.database.read_now(lambda tx: jobs.waiting(tx)), "nothing was half done"
    assert await asks(visitor) == 204
