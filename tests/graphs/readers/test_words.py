"""Whether words were said: spelling, endings, order."""

from __future__ import annotations

import pytest

from graphs.readers.words import alike, exactly, in_order, nearly, plain, printable, said_in, spelled, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tuesday, at 3 p.m.!", ["tuesday", "at", "3", "pm"]),
        ("3pm", ["3", "pm"]),
        ("three p.m., 4p.m.", ["three", "pm", "4", "pm"]),
        ("10:30AM", ["10", "30", "am"]),
        ("cut & colour", ["cut", "and", "colour"]),
        ("José’s café", ["jose's", "cafe"]),
        ("I am Pam", ["i", "am", "pam"]),
        ("👍", []),
    ],
)
def test_words_are_lower_case_without_accents_and_points(text: str, found: list[str]) -> None:
    assert list(words(text)) == found


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("cuts", "cut", "alike"),
        ("waxing", "wax", "alike"),
        ("shaved", "shave", "alike"),
        ("ana", "anna", "alike"),
        ("haircut", "haricut", "nearly"),
        ("thursday", "thusday", "nearly"),
        ("february", "feburary", "nearly"),
        ("colours", "color", "not"),
        ("tuesday", "thursday", "not"),
        ("eight", "eighth", "not"),
        ("sixteen", "sixteenth", "not"),
        ("seven", "sevens", "alike"),
        ("maria", "daria", "nearly"),
        ("ben", "ban", "not"),
        ("30", "31", "not"),
        ("10000", "10001", "not"),
    ],
)
def test_words_are_compared_more_and_less_strictly(one: str, other: str, found: str) -> None:
    assert not exactly(one, other)
    for first, second in ((one, other), (other, one)):
        assert alike(first, second) == (found == "alike")
        assert nearly(first, second) == (found in ("alike", "nearly"))


@pytest.mark.parametrize(
    ("wanted", "gap", "found"),
    [
        ("next tuesday", 0, True),
        ("tuesday three", 1, True),
        ("tuesday three", 0, False),
        ("three tuesday", 9, False),
        ("tuesday five", 2, False),
        ("tuesday five", 3, True),
        ("", 9, False),
    ],
)
def test_words_are_found_in_their_order_with_gaps(wanted: str, gap: int, found: bool) -> None:
    said = "tuesday or next tuesday at three or five".split()
    assert said_in(said, wanted.split(), gap=gap) is found


def test_in_order_skips_anything() -> None:
    said = "a trim say tomorrow".split()
    assert in_order(said, ["a", "tomorrow"])
    assert not in_order(said, ["tomorrow", "a"])
    assert not in_order(said, [])


def test_words_spelled_out() -> None:
    assert spelled(words("it's M-a-r-i-a and S A M, is it A. M.?")) == {"maria", "sam"}


def test_text_is_cleaned_for_screens() -> None:
    assert printable("a\x00b\u202e c\n\td") == "a b c d"
    assert plain("<b>Bob</b> & <script>x</script>") == "Bob & x"
    assert printable("e\u0301") == "\u00e9"


def test_endless_repetition_takes_no_time() -> None:
    said = ["na"] * 2_000 + ["stop"]
    assert not said_in(said, ["na"] * 100 + ["never"], nearly, gap=8)
    assert not said_in(["na", "stop"] * 1_000, ["stop"] * 60 + ["na"] * 60, nearly, gap=0)
