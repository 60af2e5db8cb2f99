"""Who reads a turn, what no model decides, and what happens when one fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelConnectionError,
    ModelError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from domain.reading import MAX_TEXT, Listening, Named, Reading, Said
from graphs.readers import phrasebook
from graphs.readers.reader import ReadBy, read_turn
from graphs.readers.scripted import Answer, OutOfScript, ScriptedModel

OPEN = Listening(now=datetime(2026, 11, 18, 15, tzinfo=UTC), services=(Named("Haircut"),), staff=(Named("Ana"),))
READ_BACK = replace(OPEN, our_act="read_back", confirming="Haircut with Ana, Tuesday 24 November, 10:30, $45")
BOOK = Reading(said=[Said(act="request", task="book", service="Haircut", quote="a haircut")])
YES = Said(act="affirm", quote="sounds")
NEVER_ASKED = ScriptedModel(script=[])


def model(*answers: Answer) -> ScriptedModel:
    return ScriptedModel(script=answers)


async def test_without_a_model_the_phrasebook_reads() -> None:
    text = "book a haircut with Ana"
    assert await read_turn(None, text, OPEN) == ReadBy(phrasebook.read(text, OPEN), "phrasebook")


async def test_with_a_model_the_model_reads() -> None:
    assert await read_turn(model(BOOK), "get me a haircut", OPEN) == ReadBy(BOOK, "scripted")


@pytest.mark.parametrize("text", ["", " \n\t"])
async def test_nothing_said_is_unclear_and_asks_no_model(text: str) -> None:
    read = await read_turn(NEVER_ASKED, text, OPEN)
    assert (read.reading, read.by) == (Reading(unclear=True), "phrasebook")


@pytest.mark.parametrize(("text", "act"), [("Yes please", "affirm"), ("no thanks", "negate")])
async def test_a_plain_answer_to_a_read_back_asks_no_model(text: str, act: str) -> None:
    read = await read_turn(NEVER_ASKED, text, READ_BACK)
    assert (read.reading.said[0].act, read.by, read.failed) == (act, "phrasebook", None)


async def test_no_model_makes_a_yes_to_a_read_back() -> None:
    read = await read_turn(model(Reading(said=[YES])), "sounds risky, hmm", READ_BACK)
    assert [said.act for said in read.reading.said if said.act == "affirm"] == []
    assert (read.by, read.dropped) == ("phrasebook", ("0.affirm",))


async def test_at_a_read_back_a_model_may_add_a_question() -> None:
    question = Said(act="ask", question="does Ana use ammonia", quote="does Ana use ammonia")
    read = await read_turn(model(Reading(said=[YES, question])), "hmm, sounds.. does Ana use ammonia", READ_BACK)
    assert (read.reading.said, read.by, read.dropped) == ([question], "scripted", ("0.affirm",))


async def test_elsewhere_a_models_yes_counts() -> None:
    read = await read_turn(model(Reading(said=[YES])), "sounds grand", replace(OPEN, our_act="proposed_task"))
    assert [said.act for said in read.reading.said] == ["affirm"]


ANSWERS = st.sampled_from(
    ["sounds risky, hmm", "I'd rather think about it", "what?", "Ana", "maybe", "who are you", "k?"]
)
ANY_SAID = st.builds(Said, act=st.sampled_from(["affirm", "negate", "request", "inform", "choose", "ask"]))


@settings(max_examples=60, deadline=None)
@given(ANSWERS, st.lists(ANY_SAID, max_size=4), st.booleans())
async def test_whatever_a_model_says_no_yes_comes_of_it(text: str, said: list[Said], unclear: bool) -> None:
    read = await read_turn(model(Reading(said=said, unclear=unclear)), text, READ_BACK)
    assert not any(one.act in ("affirm", "negate") for one in read.reading.said if read.by != "phrasebook")
    assert not any(one.act == "affirm" for one in read.reading.said)


@pytest.mark.parametrize(
    ("failures", "why"),
    [
        ([ModelTimeoutError("a haircut")], "timeout"),
        ([ModelRateLimitError("a haircut")], "rate limit"),
        ([ModelAPIError("a haircut"), ModelAPIError()], "server error"),
        ([ModelConnectionError("a haircut"), ModelConnectionError()], "no connection"),
        ([ModelAPIError("a haircut"), ModelRateLimitError()], "rate limit"),
        ([ContextOverflowError("a haircut")], "text too long"),
        ([ModelError("a haircut")], "model error"),
    ],
)
async def test_the_phrasebook_steps_in_and_says_why_without_words(failures: list[ModelError], why: str) -> None:
    text = "book a haircut"
    assert await read_turn(model(*failures), text, OPEN) == ReadBy(phrasebook.read(text, OPEN), "phrasebook", why)


@pytest.mark.parametrize("failure", [ModelAPIError(), ModelConnectionError()])
async def test_a_broken_server_is_asked_once_more(failure: ModelError) -> None:
    assert await read_turn(model(failure, BOOK), "get me a haircut", OPEN) == ReadBy(BOOK, "scripted")


async def test_a_script_without_an_answer_is_no_failing_model() -> None:
    with pytest.raises(OutOfScript):
        await read_turn(NEVER_ASKED, "book a haircut", OPEN)


async def test_a_long_text_is_cut_at_a_word() -> None:
    heard: list[str] = []

    def listen(text: str, listening: Listening) -> Reading:
        heard.append(text)
        return Reading()

    await read_turn(ScriptedModel(script=listen), "haircut " * 2_000, OPEN)
    await read_turn(ScriptedModel(script=listen), "x" * (MAX_TEXT + 1), OPEN)
    assert [len(text) for text in heard] == [MAX_TEXT - 1, MAX_TEXT]
    assert heard[0].endswith(" haircut")


@pytest.mark.parametrize(
    ("text", "wish", "kept"),
    [
        ("stop texting me", None, "stop_all"),
        ("stop texting me", "stop_marketing", "stop_all"),
        ("stop texting me", "help", "stop_all"),
        ("leave me in peace", "stop_all", "stop_all"),
        ("hello again", "start", None),
    ],
)
async def test_a_model_only_adds_revocations(text: str, wish: str | None, kept: str | None) -> None:
    answer = Reading.model_validate({"said": [{"act": "greet"}], "contact_wish": wish})
    assert (await read_turn(model(answer), text, OPEN)).reading.contact_wish == kept


async def test_what_was_dropped_is_named_without_words() -> None:
    invented = Said(act="request", task="book", service="Haircut", name="Robert")
    read = await read_turn(model(Reading(said=[invented], contact_wish="start")), "book me in", OPEN)
    assert read.reading == Reading(said=[Said(act="request", task="book")])
    assert read.dropped == ("contact_wish", "0.service", "0.name")
