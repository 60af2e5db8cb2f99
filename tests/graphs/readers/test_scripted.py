"""A script answers in order, by text or by a function, and says when it has no answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from langchain_core.exceptions import ModelRateLimitError

from domain.reading import Listening, Reading, Said
from graphs.readers.prompt import messages
from graphs.readers.scripted import OutOfScript, ScriptedModel

LISTENING = Listening(now=datetime(2026, 11, 18, 15, tzinfo=UTC), our_act="offered")
HELLO, BYE = Reading(said=[Said(act="greet")]), Reading(said=[Said(act="bye")])


async def ask(model: ScriptedModel, text: str) -> object:
    return await model.with_structured_output(Reading).ainvoke(messages(text, LISTENING))


async def test_a_sequence_is_read_in_its_order_and_runs_out_loudly() -> None:
    model = ScriptedModel(script=[HELLO, BYE])
    assert [await ask(model, "x"), await ask(model, "x")] == [HELLO, BYE]
    with pytest.raises(OutOfScript, match="2 readings of the script are used up at 'once more'"):
        await ask(model, "once more")


async def test_a_mapping_is_read_by_the_customers_text() -> None:
    model = ScriptedModel(script={"hi": HELLO, "ciao": BYE})
    assert [await ask(model, "ciao"), await ask(model, "hi"), await ask(model, "hi")] == [BYE, HELLO, HELLO]
    with pytest.raises(OutOfScript, match="'hey'"):
        await ask(model, "hey")


async def test_a_function_is_given_text_and_context() -> None:
    heard: list[tuple[str, Listening]] = []

    def worst(text: str, listening: Listening) -> Reading:
        heard.append((text, listening))
        return BYE

    assert await ask(ScriptedModel(script=worst), "hi\nthere") == BYE
    assert heard == [("hi\nthere", LISTENING)]


async def test_an_error_is_raised() -> None:
    with pytest.raises(ModelRateLimitError):
        await ask(ScriptedModel(script=[ModelRateLimitError("slow down")]), "hi")
