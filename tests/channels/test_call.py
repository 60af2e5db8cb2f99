"""Calls: what is said is answered in the call, slow answers end in a call-back, missed calls in one text back."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from xml.etree import ElementTree

import pytest
import pytest_asyncio
from shop import Person, Shop, call_form

from channels.fake.handset import Call
from desk.board import Board
from desk.cards import Accepted, Answer

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUSY = ("no-answer", "busy", "failed", "canceled")
RECORDED = "This call may be recorded and transcribed."
GREETING = f"Hi, this is the automated assistant of Willow & Co Hair. {RECORDED} How can I help?"
MOMENT = "One moment, please."
HEARD = "/twilio/call/heard?n=1"


@pytest_asyncio.fixture(loop_scope="module")
async def at_work(shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """Return the salon with its workers running, as beside every real call."""
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with shop.working():
        yield shop


async def talk(shop: Shop, call: Call, *lines: str) -> list[str]:
    """Say lines one after the other; what was heard after the last one."""
    for line in lines:
        await shop.handset.say(call, line)
    return call.says


def verbs(twiml: str) -> list[str]:
    """The verbs of a TwiML document, depth first."""
    return [element.tag for element in document(twiml).iter()]


def document(twiml: str) -> ElementTree.Element:
    """A TwiML document; it fails where it is not well-formed."""
    return ElementTree.fromstring(twiml)  # noqa: S314 - our own server's answer


async def test_the_greeting_discloses_and_listens(shop: Shop, mia: Person) -> None:
    answer = await shop.post("/twilio/call", mia.call(CallStatus="ringing"))
    assert answer.headers["content-type"].startswith("text/xml")
    root = document(answer.text)
    gather = root.find("Gather")
    assert gather is not None
    assert gather.attrib == {
        "input": "speech dtmf", "action": HEARD, "method": "POST", "speechTimeout": "auto",
        "actionOnEmptyResult": "true",
    }  # fmt: skip
    assert [say.text for say in gather.findall("Say")] == [GREETING]
    assert mia.rows("message") == []


async def test_what_is_said_is_answered_in_the_response(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    assert call.says == [GREETING]
    said = await talk(at_work, call, "can I book a haircut with Ana on Friday at 10am")
    assert said == ["Haircut with Ana, Friday 27 November at 10:00 am, $45. Shall I book it?"]
    [booked] = await talk(at_work, call, "yes please")
    assert booked.startswith("You're booked: Haircut with Ana")
    assert not call.ended
    assert not mia.inbox, "nothing is texted that was said"
    assert mia.loops() == []


async def test_silence_is_asked_again_and_digits_count_as_words(at_work: Shop, mia: Person) -> None:
    silent = await at_work.post(HEARD, mia.call(SpeechResult="  "))
    assert "I did not hear anything" in silent.text
    assert "/twilio/call/heard?n=2" in silent.text
    assert mia.rows("message") == []
    await at_work.post("/twilio/call/heard?n=2", mia.call(Digits="1"))
    assert [row.text for row in mia.rows("message", "direction = 'in'")] == ["1"]


async def test_a_request_that_comes_again_hears_the_same_words_once_recorded(at_work: Shop, mia: Person) -> None:
    form = mia.call(SpeechResult="what are your opening hours")
    first = await at_work.post(HEARD, form)
    second = await at_work.post(HEARD, form)
    assert first.text == second.text
    assert "Say" in verbs(first.text)
    assert [row.direction for row in mia.rows("message", order="n")] == ["in", "out"]
    assert mia.states("message") == ["done"]


async def test_each_answer_is_said_in_its_own_response_only(at_work: Shop, mia: Person) -> None:
    form = mia.call()
    one = await at_work.post(HEARD, {**form, "SpeechResult": "is there parking?"})
    two = await at_work.post("/twilio/call/heard?n=2", {**form, "SpeechResult": "where are you?"})
    assert "parking" in one.text
    assert "parking" not in two.text
    assert "48 Chapel Street" in two.text


async def test_a_slow_answer_is_waited_for_three_moments_and_then_promised(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)
    call = await shop.handset.call(mia.number, "answered")
    said = await talk(shop, call, "what are your opening hours?")
    assert said == [MOMENT] * 3 + ["I am sorry, this takes too long. Somebody will call you back. Goodbye."]
    assert call.ended
    assert mia.loops() == ["answer"], "the promise is kept by a person if nobody else"


async def test_an_answer_that_comes_after_a_moment_is_said_then(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)
    form = mia.call()
    moment = await shop.post(HEARD, {**form, "SpeechResult": "is there parking?"})
    root = document(moment.text)
    assert [verb.tag for verb in root] == ["Say", "Redirect"]
    await shop.app.run_until_idle()
    redirect = root.findtext("Redirect") or ""
    answer = await shop.post(redirect, form)
    assert "There is free parking" in answer.text
    assert "/twilio/call/heard?n=2" in answer.text
    assert mia.loops() == []


async def test_a_held_action_is_told_on_the_call_and_its_outcome_by_text(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    held, waits = await talk(at_work, call, "I'd like a haircut with Ana today at 11am", "yes")
    assert "a person from the team will confirm it by" in held
    assert waits.startswith("You may stay on the line")
    assert (await talk(at_work, call, "is there parking?"))[0].startswith("There is free parking")
    await at_work.handset.hang_up(call)
    board = Board(at_work.app.deps, at_work.app.submit)
    [card] = [card for card in await board.cards() if card.ref in held]
    assert await board.decide(card.id, Answer(kind="approve", args_hash=card.args_hash, by="Sam")) == Accepted()
    await at_work.quiet()
    [told] = mia.inbox
    assert card.will_send.replace(". You're", ".\nYou're") in told
    assert mia.loops() == []


async def test_private_details_need_more_than_a_callers_number(at_work: Shop, mia: Person) -> None:
    booking = await at_work.handset.call(mia.number, "answered")
    await talk(at_work, booking, "book a haircut with Ben on Saturday at 10am", "yes")
    assert booking.says[0].startswith("You're booked")
    call = await at_work.handset.call(mia.number, "answered")
    texts = len(mia.inbox)
    said = await talk(at_work, call, "when is my appointment?")
    assert said == ["To be sure it is you, I have texted a six-digit code to your number. What is the code?"]
    await at_work.quiet()
    code = mia.inbox[texts][:6]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert "Saturday" not in " ".join(await talk(at_work, call, wrong))
    assert "Haircut with Ben, Saturday 28 November at 10:00 am" in (await talk(at_work, call, code))[0]
    other = await at_work.handset.call(mia.number, "answered")
    assert "Saturday" not in " ".join(await talk(at_work, other, "when is my appointment?")), "one call proves itself"


@pytest.mark.parametrize("word", ["cancel", "stop", "end", "quit", "help"])
async def test_words_that_stop_texts_are_ordinary_on_a_call(at_work: Shop, mia: Person, word: str) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    assert await talk(at_work, call, word) != []
    assert mia.rows("consent", "act = 'revoke'") == []


@pytest.mark.parametrize("caller", ["Anonymous", "", "+266696687", "+86282452253", "+8656696", "client:bob"])
async def test_callers_without_a_number_are_served_but_kept_apart(at_work: Shop, caller: str) -> None:
    asked, people = at_work.line.asked, at_work.counts()["contact"]
    one = call_form(caller=caller, sid="CA" + secrets.token_hex(10) + "2025550143aa")
    two = call_form(caller=caller)
    first = await at_work.post(HEARD, {**one, "SpeechResult": "what are your opening hours?"})
    second = await at_work.post(HEARD, {**two, "SpeechResult": "when is my appointment?"})
    assert "9 am" in first.text
    assert "9 am" not in second.text
    assert at_work.counts()["contact"] == people + 2
    assert "Gather" in verbs(second.text)
    assert at_work.line.asked == asked, "there is no number to text a code to"


async def test_markup_in_what_was_said_stays_words(at_work: Shop, mia: Person) -> None:
    evil = "</Say><Redirect>https://evil.example</Redirect><Say> & my name is <b>Bob</b>"
    form = mia.call(SpeechResult=evil)
    for n in range(1, 4):
        answer = await at_work.post(f"/twilio/call/heard?n={n}", form)
        assert set(verbs(answer.text)) <= {"Response", "Gather", "Say"}
        assert "evil" not in answer.text


@pytest.mark.parametrize("query", ["n=x", "n=-1", "n=999999999", "n=", "n=%00", "n=1&n=2"])
async def test_odd_numbers_in_the_address_of_a_webhook_do_no_harm(at_work: Shop, mia: Person, query: str) -> None:
    answer = await at_work.post(f"/twilio/call/heard?{query}", mia.call(SpeechResult="is there parking?"))
    assert "parking" in answer.text


async def test_asking_for_words_of_an_unknown_message_ends_in_a_call_back(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)
    for query in ("n=1", "n=1&w=3&m=msg_nobody&c=con_nobody", "n=1&w=9"):
        answer = await shop.post(f"/twilio/call/wait?{query}", mia.call())
        assert answer.status_code == 200
    assert "Hangup" in answer.text


async def test_words_are_never_pushed_into_a_call(shop: Shop) -> None:
    channel = shop.app.channels["call"]
    assert (channel.style, channel.reconcile) == ("answer", None)


@pytest.mark.parametrize("status", BUSY)
async def test_a_missed_call_is_texted_back_once(shop: Shop, mia: Person, status: str) -> None:
    form = mia.call(CallStatus=status)
    for _ in range(2):  # the phone company says it twice
        answer = await shop.post("/twilio/call/status", form)
        assert verbs(answer.text) == ["Response"]
    await shop.app.run_until_idle()
    [text] = mia.inbox
    assert "automated assistant of Willow & Co Hair" in text
    assert "STOP" in text
    assert mia.loops() == []
    assert [row.kind for row in mia.rows("obligation")] == ["missed_call"]


async def test_a_call_that_staff_did_not_pick_up_is_missed_whatever_the_call_itself_ended_as(
    shop: Shop, mia: Person
) -> None:
    await shop.post("/twilio/call/status", mia.call(CallStatus="in-progress", DialCallStatus="no-answer"))
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1


@pytest.mark.parametrize("status", ["completed", "in-progress", "ringing", "", "something-new"])
async def test_a_call_that_was_answered_is_not_missed(shop: Shop, mia: Person, status: str) -> None:
    await shop.post("/twilio/call/status", mia.call(CallStatus=status))
    await shop.app.run_until_idle()
    assert (mia.inbox, mia.rows("obligation"), mia.rows("message")) == ([], [], [])


async def test_the_text_back_begins_an_ordinary_conversation(shop: Shop, mia: Person) -> None:
    await shop.handset.call(mia.number, "no-answer")
    await shop.app.run_until_idle()
    [asked] = await mia.says("oh hi! can Ana do balayage on Thursday 3 December at 2pm?")
    assert "Balayage with Ana, Thursday 3 December at 2:00 pm" in asked
    [booked] = await mia.says("yes please")
    assert booked.startswith("You're booked: Balayage with Ana")
    assert [row.status for row in mia.rows("booking")] == ["confirmed"]
    assert mia.loops() == []
    assert shop.sound()


async def test_who_calls_twice_gets_one_text(shop: Shop, mia: Person, jo: Person) -> None:
    for minutes in (0, 29, 2):
        shop.clock.advance(60 * minutes)
        await shop.post("/twilio/call/status", mia.call(CallStatus="busy"))
        await shop.app.run_until_idle()
    assert len(mia.inbox) == 2, "the third call is a new half hour"
    assert mia.loops() == []
    await shop.handset.call(jo.number, "busy")
    await shop.app.run_until_idle()
    assert len(jo.inbox) == 1


@pytest.mark.parametrize("caller", ["anonymous", "", "+266696687", "+86282452253", "sip:bob@example.com"])
async def test_a_missed_call_without_a_number_waits_for_staff(shop: Shop, caller: str) -> None:
    sid = "CA" + secrets.token_hex(10) + "bb2025550143"
    asked, actions = shop.line.asked, shop.counts()["action"]
    await shop.post("/twilio/call/status", call_form(caller=caller, sid=sid, CallStatus="no-answer"))
    await shop.app.run_until_idle()
    assert Person(shop, f"anonymous:{sid}").loops() == ["missed_call"]
    assert (shop.line.asked, shop.counts()["action"]) == (asked, actions), "there is nobody to text"


async def test_after_stop_a_missed_call_waits_for_staff(shop: Shop, mia: Person) -> None:
    await mia.says("STOP")
    told = mia.inbox
    await shop.handset.call(mia.number, "no-answer")
    await shop.app.run_until_idle()
    assert mia.inbox == told
    assert mia.loops() == ["missed_call"]
