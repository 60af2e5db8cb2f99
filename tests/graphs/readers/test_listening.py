"""A reader's context as JSON and back."""

from __future__ import annotations

import pytest
from salon import listening

from graphs.readers.listening import listening_from_json, listening_json


def test_there_and_back() -> None:
    one = listening("offered")
    text = listening_json(one)
    back = listening_from_json(text)
    assert "\n" not in text
    assert back == one and back.now.utcoffset() == one.now.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"now": "yesterday"}',
        '{"now": "2026-11-18T10:00:00"}',
        '{"now": "2026-11-18T10:00:00Z", "our_act": "x"}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        listening_from_json(text)
