"""Whatever customers say in whatever order: nothing is claimed without a receipt, and nothing happens without a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import Answer, Playing, playing

from graphs.check import UNBACKED
from graphs.readers.consent import agrees_only
from graphs.readers.cues import cues
from graphs.readers.parts import plain

SAID = (
    "haircut friday 3pm", "blow dry saturday at 10", "colour tomorrow with ana", "yes", "yes", "yes please", "no",
    "yes but at 4", "the first", "the second one", "anything later?", "with ben instead", "actually colour",
    "move my appointment to saturday at 11", "cancel my appointment", "cancel", "i want my deposit back", "both",
    "when is my appointment", "how much is it?", "do you do tattoos?", "never mind", "hm", "thanks", "hi", "asdf",
)  # fmt: skip
WRITES = ("book done", "reschedule done", "cancel done", "refund_deposit held", "book held")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def salon() -> AsyncIterator[Playing]:
    async with playing() as stage:
        yield stage


@pytest.mark.asyncio(loop_scope="module")
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(st.sampled_from(SAID), min_size=3, max_size=8), channel=st.sampled_from(("web", "sms")))
async def test_nothing_is_claimed_without_its_receipt_and_nothing_done_without_a_yes(
    salon: Playing, said: list[str], channel: str
) -> None:
    await salon.begin()
    before: Answer | None = None
    for text in said:
        answer = await salon.says(text, channel=channel)
        told = f"{said} at {text!r}: {answer}"
        assert not answer.unbacked() and UNBACKED not in answer.text, told
        if any(done in answer.actions for done in WRITES):
            assert agrees_only(plain(text), cues(plain(text)), ()), told
            assert before is not None and "Shall I" in before.lines[-1], told
        before = answer


def test_a_claim_without_a_receipt_would_be_seen() -> None:
    for words in ("You're booked: Haircut", "Your haircut is moved to Friday", "Your haircut on Friday is cancelled."):
        assert Answer(words, (words,), ("book asked",), 0).unbacked()
    assert not Answer("You're booked", ("You're booked",), ("book done",), 1).unbacked()
    assert Answer("Your deposit of $50 is refunded.", (), ("refund_deposit held",), 1).unbacked()
