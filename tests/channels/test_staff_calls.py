"""Callers who want a person, and those who do not want to be recorded: over the relay and over <Gather>."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from rehearsal import altered_pack
from shop import Person, Trouble
from telephone import STAFF, Exchange, opened_exchange

from channels.fake.calls import Call, Staff
from channels.fake.grammar import parsed
from domain.channel import Voice

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONNECTING = (
    "I will try to connect you with somebody from the team now. If nobody can answer, they will get back to you."
)
NOBODY = "Nobody can answer right now. Please say what it is about after the tone, and the team will get back to you."
KEPT = "Thank you, I have passed your message on. Goodbye."


def reachable(yaml: str) -> str:
    """The salon's settings with a telephone that rings and recording switched on."""
    return yaml.replace("links: []", f'transfer_to: "{STAFF}"\nrecord_calls: true\nlinks: []')


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["relay", "gather"])
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon with staff to ring, once by each way of speaking."""
    folder: Path = tmp_path_factory.mktemp("staff")
    pack = altered_pack(folder / "pack", "business.yaml", reachable)
    voice: Voice = request.param
    async with opened_exchange(folder / "home", voice=voice, pack=pack) as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


async def asked(shop: Exchange, mia: Person, staff: Staff, words: str = "representative") -> Call:
    """Call and ask for a person; what became of it."""
    call = await shop.handset.call(mia.number, "answered", staff=staff)
    await shop.handset.say(call, words)
    return call


async def test_who_asks_for_a_person_gets_one(shop: Exchange, mia: Person) -> None:  # V01, V20
    call = await asked(shop, mia, "accepts")
    assert call.rang == [STAFF]
    assert call.says == [CONNECTING]
    assert call.ended
    assert mia.loops() == []
    [owed] = mia.rows("obligation", "t.kind = 'callback'")
    assert owed.outcome == "taken on the call"
    await shop.company.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed"))
    assert shop.told("call.ended", call.sid)[0]["outcome"] == "answered"
    assert mia.inbox == []


async def test_a_zero_means_a_person(shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch) -> None:  # V20
    monkeypatch.setattr("channels.line.KEYS_PAUSE_S", 0.05)
    call = await shop.handset.call(mia.number, "answered", staff="accepts")
    await shop.handset.press(call, "0")
    assert call.rang == [STAFF]
    assert mia.loops() == []


@pytest.mark.parametrize("staff", ["no-answer", "failed", "canceled", "voicemail"])
async def test_where_nobody_takes_it_the_caller_leaves_a_message(
    shop: Exchange, mia: Person, staff: Staff
) -> None:  # V02, V03, V04, V05, V06
    call = await asked(shop, mia, staff)
    assert call.says == [CONNECTING, NOBODY]
    assert mia.loops() == ["callback"]
    await shop.handset.say(call, "My hair is green & I need <help>")
    assert call.says == [KEPT]
    assert mia.loops() == ["callback", "voicemail"]
    [left] = mia.rows("obligation", "t.kind = 'voicemail'")
    assert left.detail.startswith("My hair is green & I need <help>; https://api.twilio.com/")
    bad = [r.detail for r in shop.rows("SELECT * FROM obligation WHERE kind = 'bad_number' AND cause = :c", c=call.sid)]
    assert len(bad) == (staff == "failed"), "a number that cannot be rung is a follow-up of its own"
    await shop.company.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed"))
    assert mia.inbox == [], "who is promised a call back is not texted as well"


async def test_a_machine_at_the_staffs_end_is_told_once_and_without_names(shop: Exchange, mia: Person) -> None:  # V22
    before = len(shop.company.changes)
    call = await asked(shop, mia, "voicemail")
    [(leg, change)] = shop.company.changes[before:]
    assert leg != call.sid
    assert "Somebody asked for a person" in change["Twiml"]
    assert mia.number not in change["Twiml"]
    again = mia.call(sid=leg, AnsweredBy="machine_end_beep")
    await shop.company.post(f"/twilio/call/machine?call={call.sid}", again)
    assert len(shop.company.changes) == before + 1


@pytest.mark.parametrize("by", ["unknown", "human", "", "something-new"])
async def test_whoever_may_be_a_person_is_one(shop: Exchange, mia: Person, by: str) -> None:  # V21
    before, sid = len(shop.company.changes), mia.call()["CallSid"]
    answer = await shop.company.post(f"/twilio/call/machine?call={sid}", mia.call(AnsweredBy=by))
    assert len(parsed(answer)) == 0
    assert len(shop.company.changes) == before
    assert shop.told("call.machine", sid) == []


@pytest.mark.parametrize("keys", ["", "2", "11", "*"])
async def test_another_key_takes_no_call(shop: Exchange, mia: Person, keys: str) -> None:
    form = mia.call(Digits=keys)
    answer = await shop.company.post(f"/twilio/call/accept?call={form['CallSid']}", form)
    assert [verb.tag for verb in parsed(answer)] == ["Hangup"]
    assert shop.told("call.accepted", form["CallSid"]) == []


async def test_after_hours_nobody_is_rung(shop: Exchange, mia: Person) -> None:
    shop.clock.advance(12 * 3600)
    call = await asked(shop, mia, "accepts")
    assert call.rang == []
    assert call.says == ["I have passed this on. Somebody from the team will get back to you here soon."]
    assert mia.loops() == ["callback"]
    shop.clock.advance(12 * 3600)


async def test_while_staff_are_on_the_phone_the_caller_waits_in_line(shop: Exchange, mia: Person) -> None:  # V03
    call = await asked(shop, mia, "busy")
    assert call.says[0] == CONNECTING
    assert call.says[1].startswith("Everybody is on the phone right now.")
    await shop.handset.wait(call, seconds=5, position=2)
    assert call.says[0].startswith("You are still in line.")
    await shop.handset.wait(call, seconds=30, position=2)
    assert call.rang == [STAFF], "only the first in line has staff rung again"
    call.staff = "accepts"
    await shop.handset.wait(call, seconds=30)
    assert (call.rang, call.ended) == ([STAFF, STAFF], True)
    assert mia.loops() == [], "a person took the call"


@pytest.mark.parametrize(("key", "loops"), [("1", ["callback"]), ("2", ["callback", "voicemail"])])
async def test_who_does_not_want_to_wait_presses_a_key(shop: Exchange, mia: Person, key: str, loops: list[str]) -> None:
    call = await asked(shop, mia, "busy")
    await shop.handset.wait(call, seconds=2, position=3, keys="9")
    assert call.queue, "another key goes on waiting"
    await shop.handset.wait(call, seconds=3, position=3, keys=key)
    assert call.says[-1].startswith("All right, somebody will call you back" if key == "1" else "Nobody can answer")
    if key == "2":
        await shop.handset.say(call, "Please call me about Friday")
    assert (call.ended, mia.loops()) == (True, loops)
    await shop.company.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed"))
    assert (mia.loops(), mia.inbox) == (loops, [])


async def test_waiting_in_line_ends_with_a_message(shop: Exchange, mia: Person) -> None:
    call = await asked(shop, mia, "busy")
    tries = 0
    while call.queue:
        tries += 1
        await shop.handset.wait(call, seconds=30)
    assert tries == 6
    assert call.says == [NOBODY]
    late = await asked(shop, mia, "busy")
    await shop.handset.wait(late, seconds=601, position=9)
    assert late.queue != call.queue, "ten minutes in line are enough for anybody"


@pytest.mark.parametrize(
    "result", ["hangup", "queue-full", "error", "system-error", "redirected", "bridged", "", "new"]
)
async def test_every_end_of_waiting_is_answered(shop: Exchange, mia: Person, result: str) -> None:
    call = await asked(shop, mia, "busy")
    left = "/twilio/call/queue/left"
    answer = await shop.company.post(f"{left}?r=x", mia.call(sid=call.sid, QueueResult=result))
    assert parsed(answer).tag == "Response"
    assert mia.loops() == ["callback"], "the promise stands however the waiting ended"


async def test_a_message_is_a_follow_up_before_it_is_transcribed(shop: Exchange, mia: Person) -> None:
    form = mia.call(RecordingSid="RE" + mia.number[1:] + "b", RecordingUrl="https://api.twilio.com/RE1")
    await shop.company.post("/twilio/call/recorded", form)
    [left] = mia.rows("obligation", "t.kind = 'voicemail'")
    assert left.detail == "https://api.twilio.com/RE1", "nothing is lost if the transcription never comes"
    told = {**form, "TranscriptionText": "Do you do beards?", "TranscriptionStatus": "completed"}
    for _ in range(2):
        await shop.company.post("/twilio/call/transcribed", told)
    [left] = mia.rows("obligation", "t.kind = 'voicemail'")
    assert left.detail == "Do you do beards?; https://api.twilio.com/RE1"
    assert "Do you do beards?" in [row.text for row in mia.rows("message", "direction = 'in'")], "it is in the thread"


async def test_a_wish_that_is_left_as_a_message_is_obeyed(shop: Exchange, mia: Person) -> None:
    form = mia.call(RecordingSid="RE" + mia.number[1:] + "c", TranscriptionText="please stop calling and texting me")
    await shop.company.post("/twilio/call/transcribed", form)
    assert {(row.act, row.group) for row in mia.rows("consent")} >= {("revoke", "text")}
    assert (mia.inbox, mia.loops()) == ([], ["voicemail"])


async def test_a_message_is_heard_once(shop: Exchange, mia: Person) -> None:
    form = mia.call(RecordingSid="RE" + mia.number[1:], TranscriptionText="", TranscriptionStatus="failed")
    for _ in range(2):
        await shop.company.post("/twilio/call/transcribed", form)
    [left] = mia.rows("obligation", "t.kind = 'voicemail'")
    assert left.detail == "no words and no recording"


async def test_who_refuses_to_be_recorded_is_not_and_the_call_goes_on(shop: Exchange, mia: Person) -> None:  # V23
    before = len(shop.company.changes)
    call = await shop.handset.call(mia.number, "answered")
    await shop.handset.say(call, "I don't want to be recorded")
    assert call.says[0].startswith("All right, this call is not being recorded.")
    assert shop.company.changes[before:] == [(call.sid, {"Status": "stopped"})]
    assert [(row.act, row.purpose) for row in mia.rows("consent")] == [("revoke", "recording")]
    await shop.handset.say(call, "is there parking?")
    assert "free parking" in call.says[0]
    await shop.handset.hang_up(call)
    assert mia.loops() == []


async def test_a_recording_that_cannot_be_stopped_is_for_staff_to_delete(shop: Exchange, mia: Person) -> None:
    call = await shop.handset.call(mia.number, "answered")
    shop.line.troubles.append(Trouble(status=500))
    await shop.handset.say(call, "please stop recording me")
    assert call.says[0].startswith("I could not stop the recording")
    assert mia.loops() == ["recording"]
    await shop.handset.hang_up(call)


async def test_a_recording_begins_after_its_notice_and_its_id_is_kept(shop: Exchange, mia: Person) -> None:
    form = mia.call(CallStatus="ringing")
    document = parsed(await shop.company.post("/twilio/call", form))
    notice, start, listening = document
    assert "This call may be recorded" in (notice.text or "")
    assert (start.tag, listening.tag) in (("Start", "Connect"), ("Start", "Gather"))
    assert "recorded" not in "".join(str(verb.attrib) + (verb.text or "") for verb in listening.iter()), (
        "once is enough"
    )
    told = {**form, "RecordingSid": "RE1", "RecordingStatus": "completed"}
    await shop.company.post("/twilio/call/recording", told)
    assert [b["recording"] for b in shop.told("call.recorded", form["CallSid"])] == ["RE1"]


async def test_who_goes_on_after_the_notice_agreed_to_be_recorded(shop: Exchange, mia: Person) -> None:
    call = await shop.handset.call(mia.number, "answered")
    assert mia.rows("consent") == []
    for words in ("is there parking?", "where are you?"):
        await shop.handset.say(call, words)
    [agreed] = mia.rows("consent")
    assert (agreed.purpose, agreed.act, agreed.method) == ("recording", "grant", "went on after the notice")
    await shop.handset.hang_up(call)
