"""Cutting a turn into parts and undoing SMS spelling."""

from __future__ import annotations

import pytest

from graphs.readers.parts import MAX_PARTS, plain, split, tidy


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("book me a cut and do you sell gift cards?", ["book me a cut", "do you sell gift cards?"]),
        ("Yes please. What's the address?", ["Yes please.", "What's the address?"]),
        ("yes what's the address", ["yes", "what's the address"]),
        ("At 3 p.m. please", ["At 3 p.m. please"]),
        ("with Dr. Lee. Thanks", ["with Dr. Lee.", "Thanks"]),
        ("not friday, saturday", ["not friday, saturday"]),
        ("Yes. Also, where are you?", ["Yes.", "where are you?"]),
        ("can you book me in", ["can you book me in"]),
    ],
)
def test_parts(text: str, parts: list[str]) -> None:
    assert [part.raw for part in split(text)] == parts


def test_no_more_than_a_few_parts_are_read() -> None:
    assert len(split("yes. " * 100)) == MAX_PARTS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yesss PLZ", "yes please"),
        ("u free tmrw", "you free tmrw"),
        ("dont canel my appt", "don't cancel my appointment"),
    ],
)
def test_plain_words(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize("text", ["", " \n", "\x00\x01\x02", "a" * 4_001])
def test_no_message(text: str) -> None:
    assert tidy(text) is None


def test_tidying_keeps_every_character_in_its_place() -> None:
    assert tidy("it’s\x00fine") is None or len(tidy("it’s fine") or "") == len("it’s fine")
    assert tidy("it’s “fine”") == 'it\'s "fine"'
