"""How the relay speaks: sentence by sentence, a word of patience when reading takes long, silence when spoken over."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from fastapi import WebSocket
from langchain_core.messages import BaseMessage
from shop import Person
from telephone import Exchange, opened_exchange

from channels.line import FILLER_S
from domain.reading import Reading
from graphs.readers.filling import ReadingModel

pytestmark = pytest.mark.asyncio(loop_scope="module")


class SlowModel(ReadingModel):
    """A model that reads nothing out of anything, once it is let go on."""

    gate: Any

    @property
    def _llm_type(self) -> str:
        return "slow"

    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Wait, and find nothing."""
        await self.gate.wait()
        return Reading()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gate() -> asyncio.Event:
    """Return what lets the model go on."""
    return asyncio.Event()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory, gate: asyncio.Event) -> AsyncIterator[Exchange]:
    """Return the salon of this file, its server running, read by a slow model."""
    gate.set()
    home = tmp_path_factory.mktemp("speaking") / "home"
    async with opened_exchange(home, model=SlowModel(gate=gate)) as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


def spoken(frames: Sequence[dict[str, Any]]) -> list[tuple[str, bool]]:
    """The text frames: token and whether it closes the turn."""
    return [(frame["token"], frame["last"]) for frame in frames if frame["type"] == "text"]


async def test_every_sentence_is_a_frame_of_its_own(shop: Exchange, mia: Person) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "are you a robot?")
    *sentences, (closing, last) = spoken(leg.frames)
    assert (closing, last) == ("", True)
    assert len(sentences) >= 2
    assert not any(closes for _, closes in sentences)
    assert all(token.rstrip().endswith((".", "!", "?")) for token, _ in sentences)
    await shop.handset.hang_up(call)


async def test_a_slow_model_is_bridged_by_a_word_after_a_second(
    shop: Exchange, mia: Person, gate: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.line.FILLER_S", FILLER_S)
    assert FILLER_S == pytest.approx(1.2)
    call, leg = await shop.dial(mia)
    gate.clear()
    asked = time.monotonic()
    await leg.prompt("do you by any chance do something about split ends?")
    assert await leg.answer() == ["One moment, please."]
    assert FILLER_S <= time.monotonic() - asked < 5.0
    rows = mia.rows("message", "direction = 'out'")
    gate.set()
    [answer] = await leg.answer()
    assert answer
    assert rows == [], "the filler says nothing that would have to be remembered"
    await shop.handset.hang_up(call)


async def test_speech_stops_between_sentences_when_the_caller_interrupts(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, leg = await shop.dial(mia)
    real, sent = WebSocket.send_text, itertools.count()

    async def interrupted(self: WebSocket, data: str) -> None:
        await real(self, data)
        if next(sent) == 0:
            await leg.interrupt("Sorry, I did not")
            await shop.until(lambda: bool(shop.told("message.interrupted")))

    monkeypatch.setattr(WebSocket, "send_text", interrupted)
    await leg.prompt("are you a robot?")
    await leg.answer()
    frames = spoken(leg.frames)
    assert len(frames) == 2, "one sentence, and the end of the turn"
    assert frames[-1] == ("", True)
    heard, *unheard = mia.rows("message", "direction = 'out'", "n")
    assert (heard.text, heard.state) == ("Sorry, I did not", "sent")
    assert {row.state for row in unheard} <= {"unheard"}
    await shop.handset.hang_up(call)


async def test_a_line_cut_in_the_middle_of_a_sentence_loses_and_doubles_nothing(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, leg = await shop.dial(mia)
    await shop.say_and_lose(leg, "are you a robot?", monkeypatch)
    assert await leg.connect()
    [answer] = await leg.answer()
    assert answer.startswith("Sorry, I did not get that.")
    said = [row.text for row in mia.rows("message", "direction = 'out'")]
    assert len(said) == len(set(said)), "said again, but never twice by the records"
    assert set(mia.states("message")) == {"done"}
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert (mia.inbox, mia.loops()) == ([], [])


@pytest.mark.parametrize("sentence", [1, 2, 3])
async def test_after_a_cut_the_caller_hears_the_rest_and_nothing_twice(
    shop: Exchange, mia: Person, monkeypatch: pytest.MonkeyPatch, sentence: int
) -> None:
    monkeypatch.setattr("channels.line.GRACE_S", 0.2)
    monkeypatch.setattr("channels.line.SPOKEN_PER_S", 10_000.0)
    whole, leg = await shop.dial(mia)
    await shop.handset.say(whole, "are you a robot?")
    [expected] = whole.says
    await shop.handset.hang_up(whole)
    jo = shop.somebody()
    call, leg = await shop.dial(jo)
    leg.cut = sentence
    await shop.handset.say(call, "are you a robot?")
    assert " ".join(call.says) == expected, "every sentence once, in order"
    assert len(call.says) == (1 if sentence == 1 else 2)
    await shop.handset.say(call, "are you a robot?")
    assert len(call.says) == 1, "and the next answer is whole again"
    said = [row.text for row in jo.rows("message", "direction = 'in'", "n")]
    assert said == ["are you a robot?"] * 2
    assert set(jo.states("message")) == {"done"}
    await shop.handset.hang_up(call)
    await shop.quiet()
    assert jo.inbox == []


@pytest.mark.parametrize("late", ["prompt", "dtmf", "interrupt", "setup", "nonsense"])
async def test_frames_after_the_caller_hung_up_do_nothing(shop: Exchange, mia: Person, late: str) -> None:
    call, leg = await shop.dial(mia)
    await shop.handset.say(call, "are you a robot?")
    await shop.company.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed", CallDuration="9"))
    frames = {
        "prompt": {"type": "prompt", "voicePrompt": "book a haircut", "last": True},
        "dtmf": {"type": "dtmf", "digit": "0"},
        "interrupt": {"type": "interrupt", "utteranceUntilInterrupt": "Sorry", "durationUntilInterruptMs": 5},
        "setup": {"type": "setup", "callSid": call.sid, "from": mia.number},
        "nonsense": {"type": "after-life"},
    }
    await leg.send(frames[late])
    await leg.leave()
    await shop.quiet()
    heard = [row.text for row in mia.rows("message", "direction = 'in'", "n")]
    assert heard[1:] in ([], ["book a haircut"]), "at most what was really said is kept"
    # what can no longer be answered aloud is owed; the reader understood neither thing, so staff are told of the second
    assert mia.loops() == (["answer", "callback"] if heard[1:] else [])
    assert mia.inbox == []
