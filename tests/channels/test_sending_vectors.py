"""The vectors of the facts on webhooks and sending, W01 to W20, each by its number against the running site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from shop import OURS, PACK, PUBLIC, Person, Shop, Trouble, opened_shop

from domain.clock import to_ms
from domain.segments import segments
from graphs import effects
from graphs.effects import Outgoing
from records.consents import Standing, standing
from records.database import Scope
from workers.deliveries import _pause

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


async def reported(shop: Shop, person: Person, *statuses: str, code: str = "") -> None:
    """The carrier reports statuses of the last text to a person, in this order."""
    text = [t for t in shop.company.texts if t.to == person.number][-1]
    for status in statuses:
        form = {
            "MessageSid": text.sid, "MessageStatus": status, "AccountSid": shop.company.sid, "ErrorCode": code,
        }  # fmt: skip
        answer = await shop.post(text.asked["StatusCallback"].removeprefix(PUBLIC), form)
        assert (answer.status_code, "<Message" in answer.text) == (200, False)


def fate(person: Person) -> tuple[str, str | None]:
    """Where the last text to a person is, with its error."""
    row = person.rows("message", "direction = 'out'", "n")[-1]
    return row.state, row.error


async def test_w03_what_was_delivered_stays_delivered(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    await reported(shop, mia, "delivered", "sent", "queued")
    assert fate(mia) == ("delivered", None)


async def test_w04_what_a_carrier_filtered_is_not_sent_again(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    await reported(shop, mia, "undelivered", code="30007")
    shop.clock.advance(24 * 3600)
    await shop.app.run_until_idle()
    assert (len(mia.inbox), fate(mia), mia.loops()) == (1, ("undelivered", "30007"), ["delivery"])


async def test_w05_who_unsubscribed_at_the_carrier_is_revoked_in_the_ledger(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    await reported(shop, mia, "failed", code="21610")
    assert {(row.method, row.actor) for row in mia.rows("consent", "act = 'revoke'")} == {("carrier", "provider")}
    assert held(shop, mia).revoked


async def test_w06_a_status_that_nobody_knows_is_kept_and_ignored(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    before = fate(mia)
    await reported(shop, mia, "foo")
    [row] = mia.rows("action", "tool = 'message'")
    assert fate(mia) == before
    assert shop.rows("SELECT 1 FROM delivery_report WHERE status = 'foo' AND action = :a", a=row.id)


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


async def answered_with(shop: Shop, person: Person, words: str, *, purpose: str = "reply") -> None:
    """Let the salon say these words to a person, without sending them yet."""
    contact = person.rows("address")[0].contact
    outgoing = Outgoing(
        text=words, purpose=purpose, contact=contact, channel="sms", address=person.number,  # type: ignore[arg-type]
        cause=f"test:{contact}:{len(words)}", proposed_by="test",
    )  # fmt: skip
    await shop.app.database.write(Scope("salon", contact), lambda tx: effects.send(tx, shop.app.deps, outgoing))


async def test_w12_seventeen_hundred_characters_are_split_before_they_are_sent(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    words = ("These are words. " * 100).strip() + "!"
    assert len(words) == 1700
    await answered_with(shop, mia, words)
    await shop.app.run_until_idle()
    pieces = mia.inbox[1:]
    assert len(pieces) == 2 and all(len(piece) <= 1600 and segments(piece).parts <= 10 for piece in pieces)
    assert " ".join(pieces) == words


async def test_w13_a_picture_without_words_is_no_crash(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "", NumMedia="1", MediaUrl0="https://api.twilio.com/m/1", MediaContentType0="image/jpeg")
    assert mia.loops() == ["media"]
    assert "cannot look at pictures" in mia.inbox[0]


async def test_w14_our_own_words_that_come_back_are_not_answered(shop: Shop) -> None:
    before = shop.counts()
    answer = await shop.post("/twilio/sms", Person(shop, OURS).sms("You're booked: Haircut with Ana."))
    assert (answer.status_code, shop.counts()) == (200, before)


async def test_w14_another_robot_is_not_talked_to_for_ever(shop: Shop, mia: Person) -> None:
    for n in range(40):
        await text(shop, mia, f"Thank you for contacting Robo Ltd, your ticket is {n}. How can we help you today?")
        shop.clock.advance(5)
    assert len(mia.inbox) == 8
    assert mia.loops().count("brake") == 1, "and a person looks at it"


async def test_w15_a_phone_that_answers_by_itself_is_answered_three_times_at_most(shop: Shop, mia: Person) -> None:
    for _ in range(6):
        await text(shop, mia, "I'm driving right now and will answer later. (automatic reply)")
        shop.clock.advance(60)
    assert len(mia.inbox) <= 3


async def test_w16_a_send_of_unknown_outcome_is_looked_up_and_not_sent_again(shop: Shop, mia: Person) -> None:
    asked = shop.line.asked
    shop.line.troubles.append(Trouble(error=httpx.ReadTimeout, taken=True))
    await text(shop, mia, "is there parking?")
    assert (shop.line.asked - asked, len(mia.inbox), mia.states("message")) == (1, 1, ["done"])


async def test_w17_too_much_at_once_is_sent_later_and_not_by_all_at_the_same_time(shop: Shop, mia: Person) -> None:
    asked = shop.line.asked
    shop.line.troubles += [Trouble(status=429, code=20429), Trouble(status=429, code=20429)]
    began = shop.clock.now()
    await text(shop, mia, "is there parking?")
    assert (shop.line.asked - asked, len(mia.inbox), mia.states("message")) == (3, 1, ["done"])
    assert (shop.clock.now() - began).total_seconds() >= 15, "five seconds, then ten"
    pauses = {_pause(f"act_{n}", 1) for n in range(50)}
    assert len(pauses) > 40 and all(5 <= pause.total_seconds() <= 6.25 for pause in pauses)


async def test_w18_another_account_is_not_ours(shop: Shop, mia: Person) -> None:
    answer = await shop.post("/twilio/sms", mia.sms("hello", AccountSid="AC" + "9" * 32))
    assert answer.status_code == 403
    assert mia.rows("message") == []


async def test_w19_an_unknown_service_is_no_reason_to_refuse_a_text_to_our_number(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?", MessagingServiceSid="MG" + "9" * 32, To=OURS)
    assert "Mill Lane" in mia.inbox[0]


async def test_w20_what_waited_in_line_beyond_the_evening_waits_for_the_morning(shop: Shop, mia: Person) -> None:
    await text(shop, mia, "is there parking?")
    evening = datetime(2026, 12, 7, 1, 55, tzinfo=UTC)  # Sunday 20:55 at the salon; the law has nine
    shop.clock.advance((to_ms(evening) - to_ms(shop.clock.now())) / 1000)
    await shop.post("/twilio/call/status", mia.call(CallStatus="no-answer"))
    assert mia.states("message")[-1] == "cleared"
    shop.clock.advance(600)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1, "the door is asked again before it leaves"
    shop.clock.advance(13 * 3600)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 2, "Monday, nine o'clock"
