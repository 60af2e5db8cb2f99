"""A texted code as people write and say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import code_said, without_codes

WORDS = "zero one two three four five six seven eight nine".split()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("482913", "482913"),
        ("482 913", "482913"),
        ("48-29-13", "482913"),
        ("1 2 3 4 5 6", "123456"),
        ("It's 1, 2, 3, 4, 5, 6.", "123456"),
        ("one two three four five six", "123456"),
        ("One, two, three. Four, five, six!", "123456"),
        ("the code is four eight two nine one three please", "482913"),
        ("double three four oh double seven", "334077"),
        ("triple five one two o", "555120"),
        ("forty eight twenty nine thirteen", "482913"),
        ("forty-eight twenty ninety one", "482091"),
        ("twelve 34 fifty six", "123456"),
        ("one to three for five six", "123456"),
        ("zero zero zero zero zero zero", "000000"),
        ("1 2 3 4 5 7, no, 1 2 3 4 5 6", "123456"),
        ("sorry, one two three four five six", "123456"),
        ("12345", None),
        ("1234567", None),
        ("double", None),
        ("no idea", None),
        ("it is for my son at two", None),
        ("", None),
        ("\N{ARABIC-INDIC DIGIT ONE}" * 6, None),
    ],
)
def test_a_code_written_or_spoken(text: str, code: str | None) -> None:
    assert code_said(text) == code


@given(st.text("0123456789", min_size=6, max_size=6), st.sampled_from([" ", ", ", "-", ". ", "\n"]), st.data())
def test_every_code_is_understood_word_by_word_digit_by_digit_and_mixed(
    code: str, gap: str, data: st.DataObject
) -> None:
    said = gap.join(data.draw(st.sampled_from([digit, WORDS[int(digit)]])) for digit in code)
    assert code_said(said) == code
    assert code_said(f"The code is {said}, thanks") == code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three four five six", "(a code)"),
        ("Double three four oh double seven.", "(a code)."),
        ("the code is four eight two nine one three", "the code is (a code)"),
        ("at two or three or four", "at two or three or four"),
        ("party of six, one two three", "party of six, one two three"),
    ],
)
def test_a_spoken_code_is_hidden_like_a_written_one(text: str, shown: str) -> None:
    assert without_codes(text) == shown
