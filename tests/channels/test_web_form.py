"""Details left on the web: a lead for staff, consent with the wording that was shown, and nothing lost; also the
conversation as a file, and the sign that an answer is on its way."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from shop import Person, Shop
from visitor import Visitor, open_page

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def wording(shop: Shop) -> dict[str, str]:
    """The consent text that the page shows now."""
    shown: dict[str, str] = (await shop.http.get("/chat/about")).json()["consent"]
    return shown


async def leave(visitor: Visitor, **changed: Any) -> httpx.Response:
    """Fill in the form and send it."""
    form = {"id": "form-0001", "name": "Mia", "phone": "(202) 555-0100", "text": "a wedding on 5 June", **changed}
    answer = await visitor.post(json.dumps(form), path="/chat/form")
    await visitor.shop.app.run_until_idle()
    return answer


def consents(shop: Shop, address: str) -> list[Any]:
    """The consent entries of a number with the wording behind them."""
    query = (
        "SELECT c.*, d.text AS shown, d.version AS version FROM consent c LEFT JOIN disclosure d"
        " ON d.business = c.business AND d.sha256 = c.disclosure WHERE c.address = :a"
    )
    return shop.rows(query, a=address)


def leads(shop: Shop) -> list[str]:
    """What staff see of open leads."""
    return [row.detail for row in shop.rows("SELECT detail FROM obligation WHERE kind = 'lead' AND closed_at IS NULL")]


async def test_a_form_becomes_a_lead_and_its_sender_is_thanked(shop: Shop, mia: Person) -> None:
    visitor = await open_page(shop)
    assert (await leave(visitor, phone=mia.number)).status_code == 202
    assert leads(shop)[-1] == f"Mia: a wedding on 5 June. Reach: {mia.number}, call only: no consent to texts."
    thanks = (await visitor.thread())[-1]["text"]
    assert thanks == f"Thank you, Mia. Somebody from the team will get back to you at {mia.number}."
    assert consents(shop, mia.number) == [], "no tick, no consent"
    assert shop.sound()


async def test_the_tick_is_kept_as_consent_with_the_very_wording(shop: Shop, mia: Person) -> None:
    visitor, shown = await open_page(shop), await wording(shop)
    assert "Reply STOP to end" in shown["text"]
    await leave(visitor, phone=mia.number, consent=shown["sha256"])
    (entry,) = consents(shop, mia.number)
    assert (entry.act, entry.purpose, entry.method, entry.channel) == ("grant", "service", "web form", "sms")
    assert (entry.shown, entry.version, entry.disclosure) == (shown["text"], shown["version"], shown["sha256"])
    assert leads(shop)[-1].endswith("text or call.")
    assert mia.inbox == [], "a number that nobody has proved is not texted by a form"


async def test_a_consent_is_the_senders_own_until_a_code_joins_them_to_the_number(shop: Shop, mia: Person) -> None:
    await mia.says("is there parking?")
    visitor, shown = await open_page(shop), await wording(shop)
    await leave(visitor, phone=mia.number, consent=shown["sha256"])
    whose = {row.contact for row in consents(shop, mia.number)}
    assert whose.isdisjoint({row.contact for row in mia.rows("message")})
    await visitor.says("when is my appointment?")
    await visitor.says(mia.number)
    await visitor.says(mia.inbox[-1][:6])
    joined = {row.contact for row in mia.rows("message")}
    assert {row.contact for row in consents(shop, mia.number)} == joined


async def test_a_wording_that_was_not_shown_is_no_consent(shop: Shop, mia: Person) -> None:
    visitor, before = await open_page(shop), shop.counts()
    answer = await leave(visitor, phone=mia.number, consent="0" * 64)
    assert answer.status_code == 409
    assert answer.json()["consent"] == await wording(shop)
    assert shop.counts() == before


async def test_a_form_sent_twice_counts_once(shop: Shop, mia: Person) -> None:
    visitor = await open_page(shop)
    before = len(leads(shop))
    for _ in range(3):
        assert (await leave(visitor, phone=mia.number)).status_code == 202
    assert len(leads(shop)) == before + 1
    assert len(await visitor.thread()) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"phone": "12345"}, 422), ({"phone": "not a number"}, 422), ({"phone": ""}, 422), ({"phone": None}, 422),
        ({"name": "  "}, 422), ({"name": "a\x00b"}, 422), ({"name": "x" * 81}, 422),
        ({"text": ""}, 422), ({"text": "x" * 401}, 422),
        ({"id": "short"}, 422), ({"consent": ["a"]}, 422), ({"text": "\ud800"}, 422),
    ],
)  # fmt: skip
async def test_what_is_no_form_is_refused_and_changes_nothing(shop: Shop, changed: dict[str, Any], status: int) -> None:
    visitor = await open_page(shop)
    before = shop.counts()
    answer = await leave(visitor, **changed)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert shop.counts() == before


@pytest.mark.parametrize("name", ["<b>Mia</b>", "{business}", "\N{THUMBS UP SIGN}", "STOP"])
async def test_odd_names_are_kept_as_they_are(shop: Shop, mia: Person, name: str) -> None:
    visitor = await open_page(shop)
    assert (await leave(visitor, name=name, phone=mia.number)).status_code == 202
    assert name in leads(shop)[-1]


async def test_files_are_refused_with_a_way_out(shop: Shop) -> None:
    visitor = await open_page(shop)
    before = shop.counts()
    for path in ("/chat/messages", "/chat/form"):
        answer = await shop.http.post(path, files={"file": ("me.jpg", b"\xff\xd8")}, headers=visitor.headers)
        assert answer.status_code == 415
        assert "text a picture to +15185550100" in answer.json()["error"]
    assert shop.counts() == before


async def test_the_page_is_told_whether_we_are_open(shop: Shop) -> None:
    about = (await shop.http.get("/chat/about")).json()
    assert (about["open"], about["opens"], about["phone"]) == (True, "", "+15185550100")
    shop.clock.advance(12 * 3600)
    about = (await shop.http.get("/chat/about")).json()
    assert (about["open"], about["opens"]) == (False, "Wednesday 25 November at 9:00 am")


async def test_the_conversation_is_handed_out_as_a_file(shop: Shop) -> None:
    visitor, other = await open_page(shop), await open_page(shop)
    await visitor.says("is there parking?")
    answer = await shop.http.get("/chat/transcript", headers=visitor.headers)
    assert answer.headers["content-disposition"] == 'attachment; filename="conversation.txt"'
    assert answer.text.startswith("Your conversation with Willow & Co Hair. Times are those of America/New_York.")
    assert "You:\nis there parking?" in answer.text
    assert "Mill Lane" in answer.text
    empty = await shop.http.get("/chat/transcript", headers=other.headers)
    assert "parking" not in empty.text


async def test_an_answer_on_its_way_is_shown_and_ends(shop: Shop) -> None:
    visitor = await open_page(shop)
    async with visitor.follow() as stream:
        await visitor.send("is there parking?")
        await stream.until(lambda got: bool(stream.typing))
        assert stream.typing == [True]
        await shop.app.run_until_idle()
        await stream.until(lambda got: len(stream.typing) == 2)
        assert stream.typing == [True, False]


async def test_an_answer_that_does_not_come_is_not_shown_for_ever(shop: Shop) -> None:
    visitor = await open_page(shop)
    async with visitor.follow() as stream:
        await visitor.send("is there parking?")
        await stream.until(lambda got: bool(stream.typing))
        shop.clock.advance(61)
        shop.app.database.live.notify()
        await stream.until(lambda got: len(stream.typing) == 2)
        assert stream.typing == [True, False]
    await shop.app.run_until_idle()
