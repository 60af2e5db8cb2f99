"""Why something happened or not: the whole story of one action or message, from the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from shop import Person, Shop, opened_shop

from desk.why import printed, story
from domain.errors import BadInput

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return the salon of this file."""
    async with opened_shop(tmp_path_factory.mktemp("why") / "home") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def mia(shop: Shop) -> Person:
    """Return a customer who booked, said stop and called without an answer, with somebody else in between."""
    mia, jo = shop.somebody(), shop.somebody()
    await mia.says("book a haircut with Ana on Friday at 10am")
    await jo.says("is there parking?")
    await mia.says("yes")
    await mia.says("STOP")
    await shop.handset.call(mia.number, "busy")
    await shop.app.run_until_idle()
    return mia


def told(shop: Shop, wanted: str) -> list[dict[str, Any]]:
    """The story."""
    return shop.app.database.read_now(lambda tx: story(tx, shop.app.pack.business.id, wanted))


async def test_the_story_of_a_booking_runs_from_the_message_to_the_receipt(shop: Shop, mia: Person) -> None:
    [row] = mia.rows("action", "tool = 'book'")
    steps = told(shop, row.id)
    assert told(shop, row.ref) == told(shop, row.ref.lower()) == steps
    kinds = [step["kind"] for step in steps]
    for earlier, later in (
        ("message.heard", "turn.read"), ("turn.read", "action.judged"), ("action.judged", "action.confirmed"),
        ("action.confirmed", "action.done"), ("action.done", "turn.answered"),
    ):  # fmt: skip
        assert kinds.index(earlier) < len(kinds) - 1 - kinds[::-1].index(later)
    assert [step["seq"] for step in steps] == sorted(step["seq"] for step in steps)
    assert [step["verdict"] for step in steps if step["kind"] == "action.judged"] == ["ask (confirmed)", "run"]
    words = [text for step in steps for text in step.get("text", {}).values()]
    assert "book a haircut with Ana on Friday at 10am" in words
    assert "is there parking?" not in words, "somebody else's words are not part of it"
    lines = printed(steps)
    for part in ("book was done", "ask (confirmed)", "understood: request book", "booking: bkg_", "“yes”"):
        assert part in lines


async def test_why_a_text_back_was_not_sent(shop: Shop, mia: Person) -> None:
    [row] = mia.rows("action", "tool = 'message' AND proposed_by = 'missed_call'")
    steps = told(shop, row.id)
    assert [step["verdict"] for step in steps if step["kind"] == "action.judged"] == ["refuse (consent)"]
    assert "consent: deny" in printed(steps)


async def test_the_story_of_a_message(shop: Shop, mia: Person) -> None:
    [stop] = mia.rows("message", "text = 'STOP'")
    kinds = {step["kind"] for step in told(shop, stop.id)}
    assert {"message.heard", "consent.revoke"} <= kinds


@pytest.mark.parametrize("unknown", ["", "AFFFF", "act_nobody", "%", "A", "' OR 1=1", "x" * 5000])
async def test_what_the_ledger_does_not_know_is_said(shop: Shop, mia: Person, unknown: str) -> None:
    with pytest.raises(BadInput, match="the ledger knows nothing of"):
        told(shop, unknown)
