"""Opt-out words: the whole message, by channel, however it is dressed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guards.optout import keywords, read_wish

STOPS = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "opt-out",
]


@pytest.mark.parametrize("word", STOPS)
def test_the_carriers_words_stop_texts(word: str) -> None:
    assert read_wish(word, "sms") == "stop"


DRESSED = ["STOP", " Stop. ", "stop!!!", '"Stop"', "STOP\n", "ｓｔｏｐ", "*stop*", "Stop  All", "_stop_", "stop 🙏"]


@pytest.mark.parametrize("text", DRESSED)
def test_however_it_is_dressed(text: str) -> None:
    assert read_wish(text, "sms") == "stop"


@pytest.mark.parametrize(
    ("text", "wish"), [("HELP", "help"), ("info", "help"), ("Start", "start"), ("UNSTOP", "start")]
)
def test_the_other_words(text: str, wish: str) -> None:
    assert read_wish(text, "sms") == wish


ORDINARY = ["stop by at 5?", "can you cancel my appointment", "the end", "", "   ", "!!!", "yes", "don't stop", "st op"]


@pytest.mark.parametrize("text", ORDINARY)
def test_a_sentence_is_not_a_keyword(text: str) -> None:
    assert read_wish(text, "sms") is None


CHANNELS = [
    ("web", "stop", "stop"), ("web", "unsubscribe", "stop"), ("web", "start", "start"), ("web", "cancel", None),
    ("web", "end", None), ("web", "quit", None), ("web", "help", None), ("call", "stop", None),
    ("call", "cancel", None), ("call", "help", None), ("call", "start", None), ("fax", "stop", None),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "text", "wish"), CHANNELS)
def test_elsewhere_they_are_ordinary_words(channel: str, text: str, wish: str | None) -> None:
    assert read_wish(text, channel) == wish


def test_no_word_means_two_things() -> None:
    for channel in ("sms", "web", "call"):
        listed = [word for words in keywords(channel).values() for word in words]
        assert len(listed) == len(set(listed))


@given(st.text(max_size=300), st.sampled_from(["sms", "web", "call"]))
def test_any_text_can_be_read(text: str, channel: str) -> None:
    assert read_wish(text, channel) in (None, "stop", "help", "start")
