"""The phrasebook reads what customers of a salon write, and never raises."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from salon import acts, hear, listening

from domain.reading import Listening, OurAct
from graphs.readers.phrasebook import read

OUR_ACTS: tuple[OurAct, ...] = (
    "none",
    "greeted",
    "asked_service",
    "asked_when",
    "asked_detail",
    "asked_code",
    "offered",
    "read_back",
    "proposed_task",
    "asked_anything_else",
    "told_done",
    "told_failed",
    "answered",
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("book me a cut", {"task": "book", "service": "Haircut"}),
        ("can Ana do my colour next Thursday after work?", {"task": "book", "service": "Colour", "staff": "Ana"}),
        ("fit me in tomorrow", {"task": "book", "when_words": "tomorrow"}),
        ("need a haircut asap", {"task": "book", "service": "Haircut", "when_words": "asap"}),
        ("any chance ben is free at 4 today", {"task": "book", "staff": "Ben"}),
        ("u guys have space tmrw?", {"task": "book", "when_words": "tmrw"}),
        ("can i get my roots done next week", {"task": "book", "service": "Colour", "when_words": "next week"}),
        ("my son needs a trim on friday", {"task": "book", "who": "my son", "service": "Haircut"}),
        ("table for 4 tomorrow at 7", {"task": "book", "party": 4}),
        ("haircut pls", {"task": "book", "service": "Haircut"}),
        ("can I push my appointment to Friday", {"task": "move", "when_words": "Friday"}),
        ("I need to reschedule", {"task": "move"}),
        ("something came up, need to change my appt", {"task": "move"}),
        ("i need to cancle my appointment on friday", {"task": "cancel", "when_words": "friday"}),
        ("wont be able to make it today sorry", {"task": "cancel"}),
        ("when is my appointment", {"task": "check"}),
        ("am i booked in for friday", {"task": "check", "when_words": "friday"}),
        ("I want my deposit back", {"task": "refund"}),
        ("can I get my money back", {"task": "refund"}),
        ("talk to a human", {"task": "human"}),
        ("can someone call me", {"task": "human"}),
    ],
)
def test_a_first_message_asks_for_a_task(text: str, told: dict[str, object]) -> None:
    first = hear(text).said[0]
    assert first.act == "request"
    assert {name: getattr(first, name) for name in told} == told
    assert first.quote and first.quote in text


def test_a_quote_request_keeps_service_name_and_number() -> None:
    text = "I'm getting married in June, could someone quote me for bridal hair? I'm Jo, 555 010 2233"
    [first] = hear(text).said
    assert (first.task, first.service, first.name, first.contact) == ("lead", "Bridal hair", "Jo", "555 010 2233")


def test_a_quote_request_takes_the_task_the_business_has() -> None:
    assert read("could I get a quote", listening(tasks=("book", "quote"))).said[0].task == "quote"
    assert "request" not in acts(read("could I get a quote", listening(tasks=("book",))))


@pytest.mark.parametrize(
    "text",
    [
        "what are your hours",
        "how much is a cut?",
        "where are you",
        "is there parking",
        "do you do balayage",
        "do you sell gift cards?",
        "prices?",
        "do you take walk-ins",
        "are you open on sunday",
        "whats your cancellation policy",
        "is the deposit refundable",
        "can I book online?",
        "how long does a colour take",
    ],
)
def test_a_question_about_the_business_is_asked_not_done(text: str) -> None:
    first = hear(text).said[0]
    assert (first.act, first.question) == ("ask", text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("hi", "greet"),
        ("good morning", "greet"),
        ("hiya, how are you", "greet"),
        ("thx", "thanks"),
        ("thank you so much!", "thanks"),
        ("bye", "bye"),
        ("what?", "repeat"),
        ("say again", "repeat"),
        ("i didnt get that", "repeat"),
        ("yesss", "affirm"),
        ("👍", "affirm"),
        ("nope", "negate"),
        ("not sure", "unclear"),
        ("never mind", "negate"),
    ],
)
def test_small_words(text: str, act: str) -> None:
    assert hear(text).said[0].act == act


@pytest.mark.parametrize(
    ("text", "task"), [("are you a bot?", "bot"), ("is this a real person", "bot"), ("what can you do", "help")]
)
def test_questions_about_us(text: str, task: str) -> None:
    first = hear(text).said[0]
    assert (first.act, first.task) == ("ask", task)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("book me a cut and do you sell gift cards?", ["book", "ask"]),
        ("Hi! Can I book a cut? Where are you?", ["book", "ask", "greet"]),
        ("thanks, bye", ["bye", "thanks"]),
        ("cut and colour on friday", ["book", "inform"]),
    ],
)
def test_several_things_in_one_message(text: str, read_as: list[str]) -> None:
    assert acts(hear(text)) == read_as


@pytest.mark.parametrize("text", ["quick question", "A question", "hi, I have a question", "got a question for you"])
def test_a_question_that_is_still_to_come_is_no_question(text: str) -> None:
    (said,) = [s for s in read(text, listening()).said if s.act == "ask"]
    assert said.task == "help"
    whole = read(f"{text}\n\nwhat are your opening hours?", listening())
    assert [(s.act, s.question) for s in whole.said if s.act != "greet"] == [("ask", "what are your opening hours?")]


def test_a_yes_beside_a_question_to_come_is_not_all_that_was_said() -> None:
    assert "ask" in acts(read("Yes. I have a question.", listening("read_back")))


def test_details_of_a_later_sentence_join_the_request() -> None:
    [first] = hear("I'd like to book a cut. With Ben please. Friday at 3").said
    assert (first.task, first.service, first.staff, first.when_words) == ("book", "Haircut", "Ben", "Friday at 3")


@pytest.mark.parametrize(
    ("our_act", "text", "told"),
    [
        ("asked_when", "next tuesday at 3", {"act": "inform", "when_words": "next tuesday at 3"}),
        ("asked_when", "can you do friday?", {"act": "inform", "when_words": "friday"}),
        ("asked_when", "whenever", {"act": "inform", "when_words": "whenever"}),
        ("asked_when", "what do you have", {"act": "alternatives"}),
        ("asked_when", "how much is it?", {"act": "ask"}),
        ("asked_when", "cancel", {"act": "request", "task": "cancel"}),
        ("asked_service", "something with highlights", {"act": "inform", "service": "Balayage"}),
        ("asked_service", "the usual", {"act": "inform", "service": None, "quote": "the usual"}),
        ("asked_detail", "Jo Smith", {"act": "inform", "quote": "Jo Smith"}),
        ("asked_detail", "jo, 518 555 0100", {"act": "inform", "name": "jo", "contact": "518 555 0100"}),
        ("asked_detail", "4", {"act": "inform", "party": 4}),
        ("asked_detail", "why do you need that?", {"act": "ask"}),
        ("asked_code", "482 913", {"act": "inform", "quote": "482 913", "contact": None}),
        ("asked_code", "what code?", {"act": "ask"}),
        ("offered", "anything later?", {"act": "alternatives"}),
        ("offered", "do you have wednesday instead?", {"act": "alternatives", "when_words": "wednesday"}),
        ("offered", "how much is it?", {"act": "ask"}),
        ("offered", "i'll take it", {"act": "affirm"}),
        ("offered", "neither works", {"act": "negate"}),
        ("proposed_task", "yes for friday", {"act": "affirm"}),
        ("proposed_task", "maybe later", {"act": "negate"}),
        ("proposed_task", "no but can I book a colour", {"act": "request", "service": "Colour"}),
        ("told_done", "great thank you", {"act": "thanks"}),
        ("told_done", "can you add a blow dry", {"act": "request", "service": "Blow-dry"}),
        ("told_failed", "try 4pm", {"act": "request", "task": "book", "when_words": "4pm"}),
        ("asked_anything_else", "nope that's all", {"act": "negate"}),
        ("none", "actually make it Friday", {"act": "inform", "when_words": "Friday"}),
    ],
)
def test_our_last_act_decides_what_a_reply_means(our_act: OurAct, text: str, told: dict[str, object]) -> None:
    first = hear(text, our_act).said[0]
    assert {name: getattr(first, name) for name in told} == told


def test_a_directory_looks_for_a_place_before_it_books() -> None:
    directory = listening(tasks=("book", "find"))
    assert read("can you find me a dentist", directory).said[0].task == "find"
    assert "request" not in acts(hear("can you find me a dentist"))


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "😀", "asdf qwer", "?", "\x00\x01\x02\x03", "�" * 40, "yes " * 3_000]
)
def test_what_cannot_be_read_is_unclear(text: str) -> None:
    for our_act in OUR_ACTS:
        if our_act not in ("asked_detail", "asked_service"):
            reading = hear(text, our_act)
            assert reading.unclear and set(acts(reading)) <= {"unclear"}


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")),
        st.lists(
            st.sampled_from(
                "yes no book a cut friday at 3 with ana ? . , cancel my appointment and what's the price 👍".split()
            ),
            max_size=30,
        ).map(" ".join),
    ),
    st.sampled_from(OUR_ACTS),
)
def test_no_text_raises(text: str, our_act: OurAct) -> None:
    reading = hear(text, our_act)
    assert len(reading.said) <= 8


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4_000,
        "a " * 2_000,
        "." * 4_000,
        "yes, " * 800,
        "1 " * 2_000,
        "book my " * 500,
        "@" * 4_000,
        "don't " * 660,
    ],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    began = time.process_time()
    hear(text, "read_back")
    assert time.process_time() - began < 2


def test_a_business_without_lists_is_read_too() -> None:
    bare = Listening(now=listening().now)
    assert read("book me a haircut tomorrow", bare).said[0].when_words == "tomorrow"
