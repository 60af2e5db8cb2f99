"""What people say about being contacted, over the real webhook: obeyed at once, confirmed once, nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from shop import PACK, Person, Shop, opened_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


def revoked(person: Person) -> set[tuple[str, str]]:
    """What is revoked at the number: pairs of channel group and purpose."""
    found = person.shop.rows(
        "SELECT \"group\", purpose FROM consent WHERE address = :a AND act = 'revoke'", a=person.number
    )
    return {(row[0], row[1]) for row in found}


@pytest.mark.parametrize("words", ["STOP", "please stop texting me", "take me off your list!!", "STPO"])
async def test_an_opt_out_is_confirmed_once_and_ends_all_texts(shop: Shop, words: str) -> None:
    mia = shop.somebody()
    [told] = await mia.says(words)
    assert "unsubscribed" in told and "Reply START" in told
    assert ("text", "all") in revoked(mia)
    assert await mia.says("stop texting me now") == []
    assert await mia.says("are you open today?") == []
    assert "answer" in mia.loops(), "a person sees the question that may not be answered"


async def test_no_offers_leaves_appointments_alone(mia: Person) -> None:
    [told] = await mia.says("stop the promos but keep my appointment reminders")
    assert "no more offers" in told
    assert revoked(mia) == {("text", "marketing"), ("call", "marketing")}
    [answer] = await mia.says("are you open today?")
    assert "open" in answer.lower() or "closed" in answer.lower()


async def test_no_calls_leaves_texts_alone(mia: Person) -> None:
    [told] = await mia.says("stop calling me")
    assert "not call you" in told and revoked(mia) == {("call", "all")}


async def test_what_else_was_said_is_answered(mia: Person) -> None:
    told = await mia.says("No more promos please. How much is a haircut?")
    assert len(told) == 2 and any("$" in text for text in told)


async def test_a_wrong_number_is_taken_off_the_contact(shop: Shop, mia: Person) -> None:
    await mia.says("hello, how much is a haircut?")
    [before] = mia.rows("address")
    [told] = await mia.says("sorry, you have the wrong person")
    assert "took this number off" in told and ("text", "all") in revoked(mia)
    [after] = mia.rows("address")
    assert after.contact != before.contact
    [owed] = shop.rows("SELECT * FROM obligation WHERE kind = 'wish' AND contact = :c", c=before.contact)
    assert "somebody else's" in owed.detail


async def test_start_brings_back_service_and_never_advertising(shop: Shop, mia: Person) -> None:
    await mia.says("STOP")
    shop.clock.advance(1)
    [told] = await mia.says("START")
    assert "again" in told
    assert len(await mia.says("are you open today?")) == 1
    granted = mia.shop.rows("SELECT purpose FROM consent WHERE address = :a AND act = 'grant'", a=mia.number)
    assert [row[0] for row in granted] == ["all"], "START lifts the stop; it grants no advertising"


async def test_a_preferred_channel_and_hours_are_kept(mia: Person) -> None:
    assert await mia.says("please call me instead of texting") != []
    assert await mia.says("text me after 9") != []
    kept = {row.kind: row.value for row in mia.rows("preference")}
    assert kept["channel"].strip('"') == "call" and kept["not_before"].strip('"') == "09:00"
    assert "wish" in mia.loops()


async def test_an_unclear_wish_is_asked_once_and_ends_advertising_after_a_day(shop: Shop, mia: Person) -> None:
    [asked] = await mia.says("why do you keep texting me")
    assert "Reply STOP to stop" in asked and "wish" in mia.loops()
    shop.clock.advance(24 * 3600 + 60)
    await shop.app.run_until_idle()
    assert ("text", "marketing") in revoked(mia)


async def test_whoever_goes_on_talking_is_not_taken_to_have_left(shop: Shop, mia: Person) -> None:
    await mia.says("too many texts")
    await mia.says("no that's fine. are you open tomorrow?")
    shop.clock.advance(24 * 3600 + 60)
    await shop.app.run_until_idle()
    assert revoked(mia) == set()


@pytest.mark.parametrize("word", ["STOP", "HELP", "START"])
async def test_what_the_carrier_answered_is_not_answered_again(shop: Shop, mia: Person, word: str) -> None:
    before = len(mia.inbox)
    form = mia.sms("arrête ça" if word == "STOP" else word, OptOutType=word)
    done = await shop.post("/twilio/sms", form)
    await shop.app.run_until_idle()
    assert done.status_code == 200 and mia.inbox[before:] == []
    assert (("text", "all") in revoked(mia)) == (word == "STOP")


async def test_on_a_call_and_in_a_chat_a_wrong_number_asks_for_nothing(shop: Shop, mia: Person) -> None:
    await shop.post("/twilio/voice", mia.call(sid="CA" + "7" * 32))
    await shop.post("/twilio/voice/heard", mia.call(sid="CA" + "7" * 32, SpeechResult="sorry wrong number"))
    assert revoked(mia) == set()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def carriers_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return a salon whose carrier answers STOP by itself."""
    folder = tmp_path_factory.mktemp("mode")
    pack: Path = folder / "salon"
    pack.mkdir()
    for file in (f for f in PACK.rglob("*") if f.is_file()):
        (pack / file.relative_to(PACK)).parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8")
        if file.name == "business.yaml":
            text += "\noptout_mode: twilio_default\n"
        (pack / file.relative_to(PACK)).write_text(text, "utf-8")
    async with opened_shop(folder / "home", pack=pack) as opened:
        yield opened


async def test_where_the_carrier_confirms_its_own_words_we_confirm_only_the_others(carriers_shop: Shop) -> None:
    ana, ben = carriers_shop.somebody(), carriers_shop.somebody()
    assert await ana.says("Stop") == [] and ("text", "all") in revoked(ana)
    [told] = await ben.says("please stop texting me")
    assert "unsubscribed" in told
