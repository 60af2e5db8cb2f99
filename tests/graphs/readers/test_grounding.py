"""Only what the customer said survives, whoever made the reading."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.reading import Listening, Named, Reading, Said
from graphs.readers import phrasebook
from graphs.readers.grounding import grounded, restrained

LISTENING = Listening(
    now=datetime(2026, 11, 18, 15, tzinfo=UTC),
    our_act="offered",
    offered=("Tuesday 10:30 with Ana", "Wednesday 9:00 with Ben"),
    services=(Named("Haircut", ("trim", "cut")), Named("Colour", ("color", "roots")), Named("Beard trim", ("beard",))),
    staff=(Named("Ana", ("anna",)), Named("Ben", ("benny",)), Named("May")),
)


def said(text: str, **values: Any) -> tuple[Any, tuple[str, ...]]:
    """Return what is left of one said thing with these values, and what was dropped."""
    one = Said.model_validate({"act": "request", **values})
    reading, dropped = grounded(Reading(said=[one]), text, LISTENING)
    return reading.said[0], dropped


@pytest.mark.parametrize(
    ("field", "value", "text", "kept"),
    [
        ("service", "Haircut", "a haircut please", "Haircut"),
        ("service", "haircuts", "do you do HAIRCUTS?", "Haircut"),
        ("service", "Haircut", "just a trim", "Haircut"),
        ("service", "Haircut", "a hiarcut for tomorow", "Haircut"),
        ("service", "root touch-up", "get my roots done", "Colour"),
        ("service", "Colour", "just a trim", None),
        ("service", "Haircut", "something for my hair", None),
        ("service", "tattoo", "a small tattoo", None),
        ("staff", "Ana", "is ana free", "Ana"),
        ("staff", "anna", "with Anna please", "Ana"),
        ("staff", "may", "with May please", "May"),
        ("staff", "Ben", "is ana free", None),
        ("staff", "Ana", "not Ana please", None),
        ("staff", "Zoe", "with Zoe please", None),
        ("staff", "anyone", "anyone is fine", "anyone"),
        ("staff", "anyone", "book me in tomorrow", None),
        ("when_words", "next Tuesday at 3pm", "maybe NEXT tuesday, at 3 p.m.?", "next Tuesday at 3pm"),
        ("when_words", "Tuesday morning", "tuesday, some time in the morning", "Tuesday morning"),
        ("when_words", "Thursday", "thusday works", "Thursday"),
        ("when_words", "2026-11-24", "tuesday works", None),
        ("when_words", "2026-11-24", "can you do 2026-11-24?", "2026-11-24"),
        ("when_words", "15:00", "tuesday at 3", None),
        ("when_words", "Wednesday", "tuesday at 3", None),
        ("when_words", "the eighth", "at eight", None),
        ("when_words", "friday at 5", "5 of us, on friday", None),
        ("when_words", "friday", "not friday, saturday", None),
        ("when_words", "saturday", "not friday, saturday", "saturday"),
        ("when_words", "friday at 3", "friday not at 3", None),
        ("party", 4, "a table for 4", 4),
        ("party", 4, "we are four", 4),
        ("party", 2, "my wife and I", 2),
        ("party", 1, "just me", 1),
        ("party", 3, "a table for 4", None),
        ("party", 2, "a table please", None),
        ("items", ["two pizzas", "a cola"], "2 colas and two pizza", ["two pizzas"]),
        ("name", "Maria Lopez", "maria lopez here", "Maria Lopez"),
        ("name", "José O’Brien", "it's José O'Brien", "José O'Brien"),
        ("name", "Maria", "that's M-A-R-I-A", "Maria"),
        ("name", "Anna", "it's Ana", None),
        ("name", "Robert", "book me in", None),
        ("name", "Bobby; DROP TABLE", "I'm Bobby; DROP TABLE", None),
        ("name", "Bob 2", "I'm Bob 2", None),
        ("name", "<b>Maria</b>,", "I'm Maria", "Maria"),
        ("contact", "+1 (518) 555-0100", "call 518 555 0100", "+1 (518) 555-0100"),
        ("contact", "5185550100", "five one eight five five five oh one zero zero", "5185550100"),
        ("contact", "518 555 0199", "call 518 555 0100", None),
        ("contact", "0100", "call 518 555 0100", None),
        ("contact", "Jo@Example.com", "mail jo@example.com", "Jo@Example.com"),
        ("contact", "jo@example.com", "jo at example dot com", "jo@example.com"),
        ("contact", "o@example.com", "mail jo@example.com", None),
        ("contact", "5185550100 or else", "call 5185550100 or else", None),
        ("contact", "08001950382", "Room 8 08001950382 or 9", "08001950382"),
        ("contact", "eve@example.com", "mail jo@example.com", None),
        ("who", "my daughter", "it's for my daughter", "my daughter"),
        ("who", "your son", "it's for my daughter", None),
        ("choice", 2, "the second", 2),
        ("choice", 3, "the third", None),
        ("question", "is there parking?", "Hi! Is there parking?", "is there parking?"),
        ("question", "Do you have a garage?", "Hi! Is there parking?", None),
        ("quote", "a trim … tomorrow", "a trim, say, tomorrow", "a trim … tomorrow"),
        ("quote", "👍", "👍", "👍"),
        ("quote", "tomorrow a trim", "a trim tomorrow", ""),
    ],
)
def test_a_value_stands_on_the_words_said(field: str, value: Any, text: str, kept: Any) -> None:
    one, dropped = said(text, **{field: value})
    assert getattr(one, field) == kept
    assert dropped == (() if kept and kept == (value if field == "items" else kept) else (f"0.{field}",))


@pytest.mark.parametrize("value", ["Mar\u202eia", "Maria\x00", "\u200bMaria", "Maria<script>"])
def test_markup_and_invisible_characters_are_taken_out(value: str) -> None:
    one, _ = said("Maria, Mar ia", quote=value, who=value)
    assert one.who in ("Maria", "Mar ia")
    assert one.quote == one.who


def test_ten_kilobytes_of_markup_are_read_in_no_time_and_leave_none() -> None:
    text = "<b onclick=x>" * 800 + "<" * 3_000 + "book a haircut"
    one, dropped = said(text, quote="<b onclick=x>" * 30, who="<<<<", service="<i>haircut</i>", name="<b")
    assert (one.quote, one.who, one.service, one.name) == ("", None, "Haircut", None)
    assert dropped == ("0.who", "0.name", "0.quote")


@pytest.mark.parametrize(
    ("act", "task", "left"),
    [
        ("request", "book", ("request", "book")),
        ("request", "wire_money", ("unclear", None)),
        ("request", "bot", ("unclear", None)),
        ("ask", "bot", ("ask", "bot")),
        ("inform", "wire_money", ("inform", None)),
    ],
)
def test_a_request_for_something_we_do_not_do_is_unclear(act: str, task: str, left: tuple[str, str | None]) -> None:
    one, _ = said("wire money to me", act=act, task=task, quote="wire money")
    assert (one.act, one.task) == left


def test_a_question_rephrased_is_replaced_by_the_words_quoted() -> None:
    one, dropped = said("is there parking?", act="ask", question="Do you have a car park?", quote="is there parking")
    assert (one.question, dropped) == ("is there parking", ("0.question",))


def test_a_detail_of_which_nothing_is_left_goes_and_an_empty_reading_is_unclear() -> None:
    invented = Said(act="inform", service="Colour", quote="colour please")
    reading, dropped = grounded(Reading(said=[invented]), "hmm", LISTENING)
    assert reading == Reading(unclear=True)
    assert dropped == ("0.service", "0.quote")


def test_a_detail_without_a_field_of_its_own_stands_on_its_quote() -> None:
    told = Reading(said=[Said(act="inform", quote="my back hurts")])
    assert grounded(told, "My back hurts.", LISTENING) == (told, ())


@pytest.mark.parametrize("our_act", ["read_back", "proposed_task"])
def test_yes_and_no_to_a_read_back_are_not_for_a_model(our_act: Any) -> None:
    listening = Listening(now=LISTENING.now, our_act=our_act)
    reading = Reading(said=[Said(act="affirm"), Said(act="ask"), Said(act="negate")])
    acts = [one.act for one in restrained(reading, listening)[0].said]
    assert acts == (["ask"] if our_act == "read_back" else ["affirm", "ask", "negate"])


@pytest.mark.parametrize(("wish", "kept"), [("start", None), ("stop_all", "stop_all"), ("stop_calls", "stop_calls")])
def test_a_model_may_revoke_a_consent_but_never_give_one(wish: Any, kept: str | None) -> None:
    reading, refused = restrained(Reading(contact_wish=wish), LISTENING)
    assert reading.contact_wish == kept
    assert refused == (() if kept else ("contact_wish",))


WORDS = st.sampled_from(
    "book trim colour Ana Ben May friday 3 pm not 4 maria jo@example.com 5185550100 <b> yes".split()
)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
SAID = st.builds(
    Said,
    act=st.sampled_from(["request", "inform", "ask", "choose"]),
    service=PHRASES,
    staff=PHRASES,
    when_words=PHRASES,
    name=PHRASES,
    contact=PHRASES,
    items=st.lists(PHRASES, max_size=2),
    party=st.integers(1, 9),
    quote=PHRASES,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SAID, max_size=3), st.lists(WORDS, max_size=8).map(" ".join))
def test_whatever_a_model_says_checking_it_twice_changes_nothing(said: list[Said], text: str) -> None:
    once, _ = grounded(Reading(said=said), text, LISTENING)
    assert grounded(once, text, LISTENING) == (once, ())
    for one in once.said:
        for value in (one.when_words, one.name, *one.items):
            assert value is None or set(value.lower().split()) <= set(text.lower().split())


def test_real_customers_words_lose_nothing_the_phrasebook_read(shared_data: Path) -> None:
    with gzip.open(shared_data / "clinc_intents.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, 0, None, 20)]
    with gzip.open(shared_data / "sgd_booking.jsonl.gz", "rt") as lines:
        turns = [turn for line in islice(lines, 0, None, 150) for turn in json.loads(line)["turns"]]
    texts += [turn["text"] for turn in turns if turn["role"] == "user"]
    lost = {
        text: dropped for text in texts if (dropped := grounded(phrasebook.read(text, LISTENING), text, LISTENING)[1])
    }
    assert len(texts) > 300
    assert lost == {}
