"""The voice vectors of the facts, V01 to V24, each by its number against the running server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from rehearsal import altered_pack
from shop import Person
from telephone import STAFF, Exchange, opened_exchange

from channels import frames
from channels.fake.calls import Call, Staff
from channels.fake.grammar import frame, parsed

pytestmark = pytest.mark.asyncio(loop_scope="module")
STATUS = "/twilio/call/status"
PARKING = "is there parking?"
READ_BACK = "Haircut with Ben, Saturday 28 November at 11:00 am, $45. Shall I book it?"


def reachable(yaml: str) -> str:
    """The salon's settings with a telephone that rings and recording switched on."""
    return yaml.replace("links: []", f'transfer_to: "{STAFF}"\nrecord_calls: true\nlinks: []')


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon with staff to ring, over the relay."""
    folder: Path = tmp_path_factory.mktemp("voice")
    pack = altered_pack(folder / "pack", "business.yaml", reachable)
    async with opened_exchange(folder / "home", pack=pack) as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


async def asked(shop: Exchange, mia: Person, staff: Staff) -> Call:
    """Call and ask for a person; what became of it."""
    call = await shop.handset.call(mia.number, "answered", staff=staff)
    await shop.handset.say(call, "representative")
    return call


async def missed(shop: Exchange, mia: Person, **form: str) -> str:
    """Let a call end so; which case of a missed call it was, with exactly one end."""
    call = mia.call(**form)
    await shop.company.post(STATUS, call)
    await shop.quiet()
    [heard] = mia.rows("message", "t.kind = 'missed_call'")
    [settled] = [body for body in shop.told("missed.settled") if body["message"] == heard.id]
    assert (len(mia.inbox), mia.loops()) == ((1, []) if settled["end"] == "texted" else (0, ["missed_call"]))
    return str(settled["case"])


async def over_gather(shop: Exchange, mia: Person) -> Call:
    """A call whose relay failed, so that it goes on over <Gather>."""
    call, _ = await shop.dial(mia)
    await shop.handset.relay_over(call, "failed", ErrorCode="39001", ErrorMessage="lost")
    return call


async def test_v01_a_call_that_staff_took_is_handled(shop: Exchange, mia: Person) -> None:
    call = await asked(shop, mia, "accepts")
    await shop.company.post(STATUS, mia.call(sid=call.sid, CallStatus="completed", DialCallStatus="completed"))
    await shop.quiet()
    assert (call.rang, mia.loops(), mia.inbox) == ([STAFF], [], [])


async def test_v02_no_answer_is_a_missed_call(shop: Exchange, mia: Person) -> None:
    assert await missed(shop, mia, DialCallStatus="no-answer", CallStatus="in-progress") == "no_answer"


async def test_v03_busy_is_a_missed_call(shop: Exchange, mia: Person) -> None:
    assert await missed(shop, mia, DialCallStatus="busy", CallStatus="in-progress") == "busy"


async def test_v04_failed_is_a_missed_call_and_the_number_that_rang_is_looked_at(shop: Exchange, mia: Person) -> None:
    before = len(shop.rows("SELECT 1 FROM obligation WHERE kind = 'bad_number'"))
    assert await missed(shop, mia, DialCallStatus="failed", CallStatus="in-progress") == "failed"
    assert len(shop.rows("SELECT 1 FROM obligation WHERE kind = 'bad_number'")) == before + 1


async def test_v05_who_hangs_up_while_it_rings_missed_us(shop: Exchange, mia: Person) -> None:
    assert await missed(shop, mia, DialCallStatus="canceled", CallStatus="in-progress") == "canceled"


async def test_v06_a_machine_that_picked_up_is_nobody(shop: Exchange, mia: Person) -> None:
    form = {"CallStatus": "completed", "DialCallStatus": "completed", "AnsweredBy": "machine_start"}
    assert await missed(shop, mia, **form) == "voicemail"


async def test_v06_a_whisper_that_nobody_accepted_is_a_missed_call(shop: Exchange, mia: Person) -> None:
    call = await asked(shop, mia, "voicemail")
    assert call.record is not None, "the caller may leave a message"
    assert mia.loops() == ["callback"]


async def test_v07_a_call_of_three_seconds_was_given_up(shop: Exchange, mia: Person) -> None:
    assert await missed(shop, mia, CallStatus="completed", CallDuration="3") == "abandoned"


async def test_v08_the_same_call_twice_is_one_task(shop: Exchange, mia: Person) -> None:
    form = mia.call(CallStatus="no-answer")
    for _ in range(3):
        await shop.company.post(STATUS, form)
    await shop.quiet()
    assert len(mia.rows("obligation", "t.kind = 'missed_call'")) == 1
    assert len(mia.inbox) == 1


async def test_v09_silence_is_asked_twice_more_then_a_message_may_be_left(shop: Exchange, mia: Person) -> None:
    call = await over_gather(shop, mia)
    for _ in range(2):
        await shop.handset.say(call, "")
        assert call.action and call.record is None
    await shop.handset.say(call, "")
    assert call.record is not None
    await shop.handset.say(call, "please ring me")
    assert mia.loops() == ["voicemail"]


async def test_v10_a_date_that_was_hardly_understood_is_read_back(shop: Exchange, mia: Person) -> None:
    call = await over_gather(shop, mia)
    await shop.handset.say(call, "a haircut with ben on saturday at eleven", confidence=0.35)
    assert "saturday at eleven" in call.says[0]
    assert mia.rows("message", "direction = 'in'") == [], "it does not count yet"
    await shop.handset.say(call, "yes")
    assert call.says == [READ_BACK], "and what it asks for is confirmed as well"


async def test_v11_speech_that_goes_on_is_waited_for(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await leg.prompt("is there", last=False)
    await leg.prompt(PARKING)
    await leg.answer()
    assert [row.text for row in mia.rows("message", "direction = 'in'")] == [PARKING]
    await shop.handset.hang_up(call)


@pytest.mark.parametrize(("ms", "at"), [("460", "1pm"), (460, "2pm")])
async def test_v12_v13_what_was_not_heard_was_not_said_whatever_type_its_time_has(
    shop: Exchange, mia: Person, ms: int | str, at: str
) -> None:
    raw = {"type": "interrupt", "utteranceUntilInterrupt": "Haircut with", "durationUntilInterruptMs": ms}
    read = frames.read(json.dumps(raw))
    assert isinstance(read, frames.Interrupt) and read.durationUntilInterruptMs == 460
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, f"a haircut with ana on friday at {at}")
    await leg.interrupt("Haircut with", ms)
    await shop.until(lambda: [r.text for r in mia.rows("message", "direction = 'out'")] == ["Haircut with"])
    await shop.handset.say(call, "yes")
    assert call.says[0].endswith("Shall I book it?"), "a confirmation that was not heard was not given"
    assert mia.rows("booking") == []
    await shop.handset.hang_up(call)


async def test_v14_a_message_of_an_unknown_kind_is_answered_with_nothing(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await leg.send({"type": "new-kind", "x": 1})
    await shop.handset.say(call, PARKING)
    assert leg.turns == 1 and {f["type"] for f in leg.frames} == {"text"}
    await shop.handset.hang_up(call)


async def test_v15_what_is_handed_over_is_a_string(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    call.staff = "accepts"
    await leg.prompt("representative")
    await leg.answer()
    end = leg.frames[-1]
    assert end["type"] == "end" and isinstance(end["handoffData"], str)
    assert json.loads(end["handoffData"])["reason"] == "transfer"
    assert frame(frames.end({"reason": {"a": 1}})) == {"type": "end", "handoffData": '{"reason":{"a":1}}'}
    await shop.handset.hang_up(call)


async def test_v16_a_session_that_failed_goes_on_by_gather(shop: Exchange, mia: Person) -> None:
    call = await over_gather(shop, mia)
    assert call.action and not call.ended
    await shop.handset.say(call, PARKING)
    assert "free parking" in call.says[0]


async def test_v17_a_session_that_ended_with_a_question_open_is_a_follow_up(shop: Exchange, mia: Person) -> None:
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "a haircut with ana on friday at 4pm")
    await shop.handset.hang_up(call)
    await shop.until(lambda: mia.loops() == ["missed_call"])


async def test_v18_a_second_setup_of_one_call_goes_on_in_its_thread(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "a haircut with ana on friday at 10am")
    await leg.drop()
    assert await leg.connect()
    await shop.handset.say(call, "no thanks")
    assert mia.rows("booking") == []
    assert len(shop.told("call.connected", call.sid)) == 1
    await shop.handset.hang_up(call)


async def test_v19_a_wish_to_be_left_alone_ends_texts_and_calls(shop: Exchange, mia: Person) -> None:
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "take me off your list")
    revoked = {row.group for row in mia.rows("consent", "act = 'revoke'")}
    assert revoked == {"call", "text"}
    assert call.says == [
        "All right: Willow & Co Hair will not call or text you any more, except to answer what you ask. Goodbye."
    ]
    assert call.ended, "a polite end"
    await shop.company.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed", CallDuration="9"))
    await shop.quiet()
    assert (mia.inbox, mia.loops()) == ([], [])


@pytest.mark.parametrize("way", ["0", "representative"])
async def test_v20_a_zero_or_a_word_rings_staff(
    shop: Exchange, mia: Person, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.line.KEYS_PAUSE_S", 0.05)
    call = await shop.handset.call(mia.number, "answered", staff="no-answer")
    await (shop.handset.press(call, way) if way == "0" else shop.handset.say(call, way))
    assert call.rang == [STAFF]
    assert mia.loops() == ["callback"], "if nobody answers"


async def test_v21_what_nobody_can_tell_is_a_person(shop: Exchange, mia: Person) -> None:
    before, form = len(shop.company.changes), mia.call(AnsweredBy="unknown")
    assert len(parsed(await shop.company.post(f"/twilio/call/machine?call={form['CallSid']}", form))) == 0
    assert len(shop.company.changes) == before


async def test_v22_a_voicemail_is_told_once_and_nothing_about_anybody(shop: Exchange, mia: Person) -> None:
    before, call = len(shop.company.changes), mia.call()["CallSid"]
    for _ in range(2):
        await shop.company.post(f"/twilio/call/machine?call={call}", mia.call(AnsweredBy="machine_end_beep"))
    [(_, change)] = shop.company.changes[before:]
    assert mia.number not in change["Twiml"] and "Somebody asked for a person" in change["Twiml"]


async def test_v23_who_objects_is_not_recorded_and_the_call_goes_on(shop: Exchange, mia: Person) -> None:
    before = len(shop.company.changes)
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "I don't want to be recorded")
    assert shop.company.changes[before:] == [(call.sid, {"Status": "stopped"})]
    assert [(row.act, row.purpose) for row in mia.rows("consent")] == [("revoke", "recording")]
    await shop.handset.say(call, PARKING)
    assert "free parking" in call.says[0]
    await shop.handset.hang_up(call)


async def test_v24_a_robot_says_that_it_is_one(shop: Exchange, mia: Person) -> None:
    call, _ = await shop.dial(mia)
    await shop.handset.say(call, "are you a robot?")
    assert call.says[0].startswith("Yes, I am the automated assistant")
    await shop.handset.hang_up(call)
