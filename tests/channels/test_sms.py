"""Texts: a burst is one turn, STOP is obeyed at once and exactly, and what the carrier does with a text is recorded."""

from __future__ import annotations

import re

import httpx
import pytest
from shop import Person, Shop, Trouble

from domain.clock import to_ms

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIRMED = re.compile(
    r"You are unsubscribed from Willow & Co Hair and will get no more messages\. "
    r"Reply START to resubscribe\. Receipt [0-9A-Z]{8}"
)


async def come(person: Person, *texts: tuple[float, str]) -> None:
    """Let texts come, each so many seconds after the one before."""
    for wait, body in texts:
        person.shop.clock.advance(wait)
        assert (await person.shop.post("/twilio/sms", person.sms(body))).status_code == 200


def confirmed(texts: list[str]) -> bool:
    """Whether they are one confirmation of a STOP, with the receipt of its leaf."""
    return len(texts) == 1 and CONFIRMED.fullmatch(texts[0]) is not None


def turns(person: Person) -> list[int]:
    """How many messages each turn heard."""
    heard = [row.turn for row in person.rows("message", "direction = 'in' AND turn IS NOT NULL", "n")]
    return [heard.count(turn) for turn in dict.fromkeys(heard)]


async def test_a_burst_of_texts_is_one_turn(shop: Shop, mia: Person) -> None:
    begun = shop.clock.now()
    await come(mia, (0, "hi"), (1, "can I book a haircut"), (1, "with Ana on Friday at 10am?"))
    await shop.app.run_until_idle()
    assert turns(mia) == [3]
    told = mia.inbox
    assert len(told) == 1
    assert "Haircut with Ana, Friday 27 November at 10:00 am, $45. Shall I book it?" in told[0]
    assert (shop.clock.now() - begun).total_seconds() == pytest.approx(4.5, abs=0.1), "2.5 s after the last text"


async def test_texts_that_keep_coming_are_answered_after_eight_seconds(shop: Shop, mia: Person) -> None:
    first = shop.clock.now()
    for n in range(6):
        await come(mia, (2 if n else 0, f"and another thing {n}"))
    ready = shop.rows("SELECT ready_at FROM job WHERE kind = 'turn'")
    assert [(row.ready_at - to_ms(first)) / 1000 for row in ready] == [pytest.approx(8, abs=0.1)]


async def test_a_text_that_comes_after_the_answer_is_a_turn_of_its_own(shop: Shop, mia: Person) -> None:
    await mia.says("what are your opening hours")
    await mia.says("is there parking?")
    assert turns(mia) == [1, 1]
    assert len(mia.inbox) == 2


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop. ", "STOPALL", "unsubscribe", "Cancel", "END", "quit", "revoke"]
)
async def test_every_keyword_of_the_carrier_stops_texts(shop: Shop, mia: Person, word: str) -> None:
    assert confirmed(await mia.says(word))
    assert await mia.says(word) == [], "one confirmation only"
    assert await mia.says("do you have anything on Friday?") == [], "no reply leaves after STOP"
    assert mia.loops() == ["answer"], "a person sees what the agent may not answer"
    assert shop.sound()


def picture(mia: Person, body: str, count: str = "2", **more: str) -> dict[str, str]:
    """The form of a text with pictures."""
    at = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME"
    files = {"MediaUrl0": f"{at}1", "MediaContentType0": "image/jpeg", "MediaUrl1": f"{at}2"}
    return mia.sms(body, NumMedia=count, **{**files, **more})


LISTED = (
    "image/jpeg https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME1;"
    " https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME2"
)


async def test_a_picture_alone_goes_to_a_person_and_the_customer_hears_so(shop: Shop, mia: Person) -> None:
    for _ in range(2):
        assert (await shop.post("/twilio/sms", picture(mia, " "))).status_code == 200
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1 and "somebody from the team will look at it" in mia.inbox[0], "said once a burst"
    assert [row.detail for row in mia.rows("obligation", "t.kind = 'media'")] == [LISTED] * 2
    assert mia.loops() == ["media", "media"], "the pictures stay open until a person closes them"
    assert not shop.rows("SELECT 1 FROM event WHERE body LIKE '%api.twilio.com%'"), "where they lie is personal"
    assert shop.rows("SELECT 1 FROM event_text WHERE text = :listed", listed=LISTED)
    assert not mia.rows("turn") and shop.sound()


async def test_words_with_a_picture_are_answered_and_the_picture_goes_to_a_person(shop: Shop, mia: Person) -> None:
    await shop.post("/twilio/sms", picture(mia, "is there parking?"))
    await shop.app.run_until_idle()
    assert "parking" in mia.inbox[0] and mia.loops() == ["media"]


@pytest.mark.parametrize("count", ["9999", "-1", "many", "²", "11"])
async def test_an_odd_count_of_pictures_loses_no_text(shop: Shop, mia: Person, count: str) -> None:
    assert (await shop.post("/twilio/sms", picture(mia, "is there parking?", count))).status_code == 200
    await shop.app.run_until_idle()
    assert "parking" in mia.inbox[0]


async def test_a_picture_does_not_hide_a_stop(shop: Shop, mia: Person) -> None:
    await shop.post("/twilio/sms", picture(mia, "STOP"))
    await shop.app.run_until_idle()
    assert confirmed(mia.inbox)
    await shop.post("/twilio/sms", picture(mia, ""))
    await shop.app.run_until_idle()
    assert confirmed(mia.inbox) and mia.loops() == ["media"]


async def test_a_sentence_with_a_keyword_in_it_is_an_ordinary_text(shop: Shop, mia: Person) -> None:
    [answer] = await mia.says("please cancel my appointment")
    assert "unsubscribed" not in answer
    assert not mia.rows("consent", "act = 'revoke'")


async def test_stop_overtakes_what_was_asked_just_before(shop: Shop, mia: Person) -> None:
    await come(mia, (0, "what are your opening hours?"), (0.5, "STOP"))
    await shop.app.run_until_idle()
    assert confirmed(mia.inbox)


async def test_stop_counts_at_one_number_only(mia: Person, jo: Person) -> None:
    await mia.says("STOP")
    assert len(await jo.says("what are your opening hours?")) == 1


async def test_start_lets_replies_leave_again_but_grants_no_marketing(shop: Shop, mia: Person) -> None:
    await mia.says("STOP")
    shop.clock.advance(60)
    [back] = await mia.says("START")
    assert back.startswith("You can get messages from Willow & Co Hair again.")
    assert len(await mia.says("what are your opening hours?")) == 1
    assert not mia.rows("consent", "act = 'grant' AND purpose = 'marketing'")


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_tells_who_we_are_even_after_stop(shop: Shop, mia: Person, word: str) -> None:
    wanted = "Willow & Co Hair: appointments and questions by text. Call us at +15185550100. Reply STOP to opt out."
    assert await mia.says(word) == [wanted]
    await mia.says("STOP")
    assert await mia.says(word) == [wanted]
    assert await mia.says("what are your opening hours?") == [], "asking for help takes nothing back"


UNCLEAR = [
    Trouble(status=500),
    Trouble(status=503, taken=True),
    Trouble(error=httpx.ReadTimeout),
    Trouble(error=httpx.ReadTimeout, taken=True),
    Trouble(error=httpx.RemoteProtocolError),
]
NAMES = ["500", "503 but sent", "timeout", "timeout but sent", "cut off"]


@pytest.mark.parametrize("trouble", UNCLEAR, ids=NAMES)
async def test_a_text_that_may_have_been_sent_is_looked_for_before_it_is_sent_again(
    shop: Shop, mia: Person, trouble: Trouble
) -> None:
    asked = shop.line.asked
    shop.line.troubles.append(trouble)
    assert len(await mia.says("what are your opening hours?")) == 1
    assert shop.line.asked == asked + (1 if trouble.taken else 2), "only what is not in the list is sent again"
    assert mia.states("message") == ["done"] and mia.loops() == []
    assert shop.sound()


@pytest.mark.parametrize("trouble", [UNCLEAR[0], UNCLEAR[2], UNCLEAR[4]], ids=["500", "timeout", "cut off"])
async def test_what_stays_unclear_is_for_a_person(shop: Shop, mia: Person, trouble: Trouble) -> None:
    asked = shop.line.asked
    shop.line.troubles += [trouble, trouble]
    await mia.says("what are your opening hours?")
    assert shop.line.asked == asked + 2, "twice at most"
    assert mia.states("message") == ["unknown"]
    assert "delivery" in mia.loops()
    assert "answer" in mia.loops(), "nobody knows that the customer was answered"
    assert len(await mia.says("hello?")) == 1, "the lane goes on"
    assert shop.sound()


async def test_a_busy_carrier_has_taken_nothing_and_is_asked_again_a_little_later(shop: Shop, mia: Person) -> None:
    shop.line.troubles += [Trouble(status=429, code=20429)] * 2
    begun = shop.clock.now()
    assert len(await mia.says("what are your opening hours?")) == 1
    assert mia.states("message") == ["done"] and mia.loops() == []
    assert (shop.clock.now() - begun).total_seconds() > 15, "longer with every try"


@pytest.mark.parametrize(
    ("status", "code", "loops"),
    [
        (400, 21610, ["answer", "delivery"]),
        (400, 21211, ["answer", "unreachable"]),
        (400, 21614, ["answer", "unreachable"]),
        (400, 99999, ["answer", "delivery"]),
        (401, 20003, ["answer", "delivery"]),
    ],
)
async def test_a_refusal_of_the_carrier_is_final_and_for_a_person(
    shop: Shop, mia: Person, status: int, code: int, loops: list[str]
) -> None:
    asked = shop.line.asked
    shop.line.troubles.append(Trouble(status=status, code=code))
    await mia.says("what are your opening hours?")
    [row] = mia.rows("action", "tool = 'message'")
    assert row.state == "failed"
    assert f'"why":"{code}"' in str(row.receipt).replace(" ", "")
    assert [(r.state, r.error) for r in mia.rows("message", "direction = 'out'")] == [("failed", str(code))]
    assert mia.loops() == loops
    assert shop.line.asked == asked + 1


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout], ids=["refused", "silent"])
async def test_a_carrier_that_was_never_reached_is_tried_again(
    shop: Shop, mia: Person, error: type[httpx.RequestError]
) -> None:
    shop.line.troubles += [Trouble(error=error)] * 2
    await come(mia, (0, "what are your opening hours?"))
    for _ in range(4):
        await shop.app.run_until_idle()
        shop.clock.advance(60)
    assert len(mia.inbox) == 1
    assert mia.states("message") == ["done"]
    assert mia.loops() == []


async def test_what_was_sent_carries_the_carriers_id(shop: Shop, mia: Person) -> None:
    await mia.says("what are your opening hours?")
    [sent] = [t for t in shop.company.texts if t.to == mia.number]
    [row] = mia.rows("action", "tool = 'message'")
    assert sent.sid in str(row.receipt)


async def test_a_text_whose_sender_died_is_sent_although_the_same_words_left_before(shop: Shop, mia: Person) -> None:
    await mia.says("is there parking?")
    [words] = await mia.says("is there parking?")
    shop.line.crashes = 1
    await mia.says("is there parking?")
    shop.clock.advance(60)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 3
    assert mia.inbox[1:] == [words, words]
    assert mia.loops() == []


async def test_a_text_whose_sender_died_after_it_left_is_found_and_not_sent_again(shop: Shop, mia: Person) -> None:
    shop.line.crashes, shop.line.crashed_after = 1, True
    await mia.says("is there parking?")
    shop.clock.advance(60)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1
    assert mia.states("message") == ["done"]
    assert mia.loops() == []


@pytest.mark.parametrize("body", [b"<html>502 Bad Gateway</html>", b"", b"[]"])
async def test_an_answer_that_is_no_answer_may_mean_anything(shop: Shop, mia: Person, body: bytes) -> None:
    shop.line.troubles += [Trouble(status=502, body=body)] * 2
    await mia.says("is there parking?")
    assert mia.states("message") == ["unknown"]
    assert mia.loops() == ["answer", "delivery"]
