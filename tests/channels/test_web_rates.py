"""How fast the chat may be used: one visitor does not disturb others, and many visitors of one address are not many."""

from __future__ import annotations

import json

import httpx
import pytest
from shop import Shop
from visitor import Visitor, ask_session, open_page

from channels.turnstile import PER_ADDRESS
from domain.live import Limit
from records.local import LocalLive

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def nothing_counted_yet(shop: Shop) -> None:
    """Begin every test with empty windows."""
    shop.app.database.live = LocalLive()


def allowed(statuses: list[int]) -> tuple[int, set[int]]:
    """How many were let in before the first that was not, and with what they were answered from then on.

    The library's windows begin at full minutes, so a test that runs over one may see one more than the limit.
    """
    first = statuses.index(429) if 429 in statuses else len(statuses)
    return first, set(statuses[first + 1 :]) or {429}


async def transcript(visitor: Visitor) -> httpx.Response:
    """Fetch the conversation as a file."""
    return await visitor.shop.http.get("/chat/transcript", headers=visitor.headers)


async def test_a_visitor_who_writes_too_fast_is_told_when_to_go_on(shop: Shop) -> None:
    eager, calm = await open_page(shop), await open_page(shop)
    answers = [await eager.send(f"line {n}") for n in range(33)]
    count, _ = allowed([a.status_code for a in answers])
    assert count in (30, 31)
    refused = answers[-1]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "try again in" in refused.json()["error"]
    assert len(await eager.thread()) == count, "what was refused was not kept, and is sent again by the page"
    assert (await calm.send("hello")).status_code == 202
    await shop.app.run_until_idle()


async def test_forms_are_few(shop: Shop) -> None:
    visitor = await open_page(shop)
    form = {"name": "Mia", "phone": "(202) 555-0111", "text": "a wedding"}
    answers = [await visitor.post(json.dumps({**form, "id": f"form-000{n}"}), path="/chat/form") for n in range(7)]
    count, after = allowed([a.status_code for a in answers])
    assert count in (5, 6) and after == {429}
    leads = shop.rows("SELECT 1 FROM obligation WHERE kind = 'lead' AND detail LIKE '%+12025550111%'")
    assert len(leads) == count


async def test_many_visitors_from_one_address_are_not_many(shop: Shop) -> None:
    statuses = []
    for _ in range(8):
        visitor = await open_page(shop)
        statuses += [(await transcript(visitor)).status_code for _ in range(8)]
    assert allowed(statuses)[0] in (60, 61)


async def test_who_is_nobody_counts_as_their_address(shop: Shop) -> None:
    answers = [await shop.http.post("/chat/end", headers={"Cookie": f"qotbot_visitor=guess-{n}"}) for n in range(62)]
    assert allowed([a.status_code for a in answers])[0] in (60, 61)


async def test_sessions_are_not_handed_out_without_end(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PER_ADDRESS, "session", Limit(20, 60))
    answers = [await ask_session(shop, "https://salon.example") for _ in range(22)]
    assert allowed([a.status_code for a in answers])[0] in (20, 21)
