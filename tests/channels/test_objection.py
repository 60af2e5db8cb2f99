"""What callers say who do not want to be recorded."""

from __future__ import annotations

import pytest

from channels.objection import objects


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("don't record me", True), ("I do not want this call recorded", True), ("stop recording", True),
        ("please turn off the recording", True), ("I object to being recorded", True), ("no recording please", True),
        ("I don't consent to this being recorded", True), ("is this recorded?", False), ("you can record me", False),
        ("I don't mind being recorded", False), ("no problem, record away", False), ("I have a record player", False),
        ("a haircut tomorrow, don't be late", False), ("", False),
    ],
)  # fmt: skip
def test_what_counts_as_an_objection(words: str, wanted: bool) -> None:
    assert objects(words) is wanted
