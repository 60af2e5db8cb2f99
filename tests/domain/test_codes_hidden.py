"""Texted codes are hidden from everybody whom they were not sent to; other numbers stay readable."""

from __future__ import annotations

import pytest

from domain.codes import code_text, without_codes

HIDDEN = [
    (code_text("012345", "Willow & Co Hair"), "(a code was sent)"),
    ("482913", "(a code)"),
    (" 482 913. ", " (a code). "),
    ("4-8-2-9-1-3", "(a code)"),
    ("the code is 482913 thanks", "the code is (a code) thanks"),
    ("My Code: 482.913", "My Code: (a code)"),
]
KEPT = (
    "202 555 0143",
    "+12025550143",
    "my booking code is 482913",
    "12:30",
    "see you 2026-11-24",
    "room 482913 please",
)


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_a_code_is_hidden(text: str, shown: str) -> None:
    assert without_codes(text) == shown


@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_are_kept(text: str) -> None:
    assert without_codes(text) == text
