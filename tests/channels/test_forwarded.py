"""Calls that reach us through the business's present number, and callers whose number is not theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from rehearsal import altered_pack
from shop import Person, Shop, opened_shop

from channels.fake.grammar import parsed

pytestmark = pytest.mark.asyncio(loop_scope="module")
PRESENT = "+15185550122"


def with_present_number(yaml: str) -> str:
    """The salon's desk telephone stays the number that customers have, and is also what rings for staff."""
    way = f'forwarding:\n  number: "{PRESENT}"\n  carrier: verizon\n  after_s: 15\n'
    return yaml.replace("links: []", f'transfer_to: "{PRESENT}"\nlinks: []') + way


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return the salon behind its present number."""
    folder: Path = tmp_path_factory.mktemp("forwarded")
    pack = altered_pack(folder / "pack", "business.yaml", with_present_number)
    async with opened_shop(folder / "home", pack=pack) as opened:
        yield opened


async def ended(shop: Shop, form: dict[str, str]) -> None:
    """The call is over a few seconds later."""
    await shop.post("/twilio/call/status", {**form, "CallStatus": "completed", "CallDuration": "4"})
    await shop.app.run_until_idle()


def forwarded(shop: Shop, call: str) -> list[int]:
    """Whether the present number hid the caller, for each time a call was seen to be forwarded."""
    return [
        event.hides
        for event in shop.rows(
            "SELECT json_extract(body, '$.body.hides') AS hides FROM event"
            " WHERE kind = 'call.forwarded' AND json_extract(body, '$.body.call') = :call", call=call,
        )
    ]  # fmt: skip


async def test_a_forwarded_call_is_greeted_and_missed_like_any_other(shop: Shop, mia: Person) -> None:
    form = mia.call(CallStatus="ringing", ForwardedFrom=PRESENT)
    answer = await shop.post("/twilio/call", form)
    assert "Gather" in {verb.tag for verb in parsed(answer.text)}
    await ended(shop, form)
    assert forwarded(shop, form["CallSid"]) == [0]
    [text] = mia.inbox
    assert text.startswith("Sorry we missed your call.")


async def test_a_carrier_that_shows_the_forwarding_number_as_the_caller_has_us_text_nobody(shop: Shop) -> None:
    salon = Person(shop, PRESENT)
    form = salon.call(CallStatus="ringing")
    await shop.post("/twilio/call", form)
    await ended(shop, form)
    assert forwarded(shop, form["CallSid"]) == [1]
    assert salon.rows("message") == [], "the salon itself is no customer"
    assert Person(shop, f"anonymous:{form['CallSid']}").loops() == ["missed_call"]
    assert salon.inbox == []


async def test_our_own_ring_that_is_passed_back_to_us_is_not_taken(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with shop.working():
        call = await shop.handset.call(mia.number, "answered", staff="no-answer")
        heard = await shop.post("/twilio/call/heard?n=1", {**mia.call(sid=call.sid), "SpeechResult": "a person please"})
    dial = parsed(heard.text).find("Dial")
    assert dial is not None
    assert dial.get("timeout") == "12", "it rings shorter than the carrier waits before it forwards"
    back = mia.call(CallStatus="ringing", ForwardedFrom=PRESENT)
    answer = parsed((await shop.post("/twilio/call", back)).text)
    assert [(verb.tag, verb.attrib) for verb in answer] == [("Reject", {"reason": "busy"})]
    await shop.post("/twilio/call/status", mia.call(sid=call.sid, CallStatus="completed"))
    again = await shop.post("/twilio/call", mia.call(CallStatus="ringing", ForwardedFrom=PRESENT))
    assert "Gather" in again.text, "a call after that is a new one"


@pytest.mark.parametrize(
    ("said", "texts", "loops"),
    [
        ("TN-Validation-Passed-A", 1, []), ("TN-Validation-Passed-C", 1, []), ("No-TN-Validation", 1, []), ("", 1, []),
        ("TN-Validation-Failed-A", 0, ["missed_call"]), ("TN-Validation-Failed", 0, ["missed_call"]), ("\x00", 1, []),
    ],
)  # fmt: skip
async def test_a_forged_number_is_not_texted(shop: Shop, said: str, texts: int, loops: list[str]) -> None:
    somebody = shop.somebody()
    form = somebody.call(CallStatus="ringing", StirVerstat=said)
    await shop.post("/twilio/call", form)
    await ended(shop, form)
    assert (len(somebody.inbox), somebody.loops()) == (texts, loops)
