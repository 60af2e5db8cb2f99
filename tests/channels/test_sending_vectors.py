"""Webhook vectors of the facts (W01-W20) against the running site; delivery reports have a file of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from shop import OURS, PACK, Person, Shop, opened_shop

from records.consents import Standing, standing

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def text(shop: Shop, person: Person, body: str, **more: str) -> str:
    """Post a text's webhook and let everything settle; what we answered the carrier."""
    answer = await shop.post("/twilio/sms", person.sms(body, **more))
    assert answer.status_code == 200
    await shop.app.run_until_idle()
    return answer.text


def held(shop: Shop, person: Person) -> Standing:
    """What holds at a number for texts."""
    business = shop.app.pack.business.id
    return shop.app.database.read_now(lambda tx: standing(tx, business, person.number, channel="sms"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def carriers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return a salon whose carrier answers STOP, HELP and START itself."""
    folder = tmp_path_factory.mktemp("carriers")
    pack = folder / "business"
    copied(pack)
    async with opened_shop(folder / "home", pack=pack) as opened:
        yield opened


def copied(pack: Path) -> None:
    """The salon's files with the carrier's own handling of the words."""
    for file in PACK.rglob("*"):
        target = pack / file.relative_to(PACK)
        if file.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    settings = pack / "business.yaml"
    settings.write_text(settings.read_text("utf-8") + "\noptout_mode: twilio_default\n", "utf-8")


async def test_w01_the_same_sid_again_has_no_effect(shop: Shop, mia: Person) -> None:
    first = mia.sms("is there parking?")
    for _ in range(3):
        answer = await shop.post("/twilio/sms", first)
        assert (answer.status_code, "<Message" in answer.text) == (200, False)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1
    before = shop.counts()
    await shop.post("/twilio/sms", first)
    assert shop.counts() == before


async def test_w02_what_was_not_committed_is_not_acknowledged_and_counts_once(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = mia.sms("is there parking?")
    with monkeypatch.context() as broken:
        broken.setattr("workers.hearing.wishes.wish_in", died)
        with pytest.raises(OSError, match="died"):
            await shop.post("/twilio/sms", form)
    assert mia.rows("message") == [], "nothing is half kept"
    assert (await shop.post("/twilio/sms", form)).status_code == 200
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1


def died(*_: object, **__: object) -> None:
    """The process ends inside the transaction."""
    raise OSError("the process died here")


@pytest.mark.parametrize(("word", "revoked"), [("STOP", True), ("HELP", False), ("START", False)])
async def test_w07_w09_what_the_carrier_read_is_kept_and_not_answered(carriers: Shop, word: str, revoked: bool) -> None:
    mia = carriers.somebody()
    answer = await text(carriers, mia, word, OptOutType=word)
    assert "<Message" not in answer
    assert mia.inbox == []
    assert bool(held(carriers, mia).revoked) is revoked
    if word == "START":
        assert held(carriers, mia).grant("service")


async def test_w10_a_stop_that_the_carrier_answers_is_kept_and_not_confirmed_again(carriers: Shop) -> None:
    mia = carriers.somebody()
    assert "<Message" not in await text(carriers, mia, "STOP")
    assert held(carriers, mia).revoked
    assert mia.inbox == []


async def test_w11_where_we_answer_ourselves_there_is_one_confirmation(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "STOP")
    await text(shop, mia, "STOP")
    assert held(shop, mia).revoked
    assert len(mia.inbox) == 1
    assert "unsubscribed" in mia.inbox[0]


async def test_w13_a_picture_without_words_is_no_crash(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "", NumMedia="1", MediaUrl0="https://api.twilio.com/m/1", MediaContentType0="image/jpeg")
    assert mia.loops() == ["media"]
    assert "cannot look at pictures" in mia.inbox[0]


async def test_w15_a_phone_that_answers_by_itself_is_answered_three_times_at_most(shop: Shop, mia: Person) -> None:
    for _ in range(6):
        await text(shop, mia, "I'm driving right now and will answer later. (automatic reply)")
        shop.clock.advance(60)
    assert len(mia.inbox) <= 3


async def test_w18_another_account_is_not_ours(shop: Shop, mia: Person) -> None:
    answer = await shop.post("/twilio/sms", mia.sms("hello", AccountSid="AC" + "9" * 32))
    assert answer.status_code == 403
    assert mia.rows("message") == []


async def test_w19_an_unknown_service_is_no_reason_to_refuse_a_text_to_our_number(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?", MessagingServiceSid="MG" + "9" * 32, To=OURS)
    assert "Mill Lane" in mia.inbox[0]
