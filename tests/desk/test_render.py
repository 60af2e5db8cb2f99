"""Words from outside made harmless, and times in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fake_desk import NOW

from desk.render import ago, clean, line


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\x00", "\x1b", "\U000e0041", "\ud800"]
)
def test_what_hides_or_turns_text_is_made_visible(hidden: str) -> None:
    assert clean(f"a{hidden}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("harmless", ["one\ntwo\tthree", "café", "مرحبا", "👩\u200d🦰", "می\u200cخواهم", "e\u0301"])
def test_ordinary_text_of_any_script_stays(harmless: str) -> None:
    assert clean(harmless) == harmless


def test_piled_up_marks_are_cut_down() -> None:
    assert clean("Z" + "\u0336" * 500 + "a") == "Z\u0336\u0336a"


def test_a_line_is_one_and_short() -> None:
    assert line(" Ana\r\n\n  Service:\u2028free ") == "Ana Service: free"
    assert line("x" * 100, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(seconds=59), "under 1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(minutes=-26), "26 min"),
    ],
)
def test_how_long_ago_or_until(apart: timedelta, words: str) -> None:
    assert ago(NOW - apart, NOW) == words
