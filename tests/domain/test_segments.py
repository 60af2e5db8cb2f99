"""Parts of a text message, counted as the networks count them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import folded, foreign, segments

CASES = [
    ("", "GSM-7", 0, 0), ("a" * 160, "GSM-7", 160, 1), ("a" * 161, "GSM-7", 161, 2), ("a" * 306, "GSM-7", 306, 2),
    ("€" * 80, "GSM-7", 160, 1), ("€" * 81, "GSM-7", 162, 2), ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    ("garçon", "UCS-2", 6, 1), ("GARÇON", "GSM-7", 6, 1), ("ok 😀", "UCS-2", 5, 1), ("😀" * 36, "UCS-2", 72, 2),
    ("’" + "a" * 65 + "😀" + "a" * 67, "UCS-2", 135, 3), ("a\tb", "UCS-2", 3, 1), ("{name}", "GSM-7", 8, 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "encoding", "units", "parts"), CASES)
def test_a_text_is_counted(text: str, encoding: str, units: int, parts: int) -> None:
    found = segments(text)
    assert (found.encoding, found.units, found.parts) == (encoding, units, parts)


def test_the_recorded_vectors(shared_data: Path) -> None:
    rows = json.loads((shared_data / "compliance_vectors.json").read_text("utf-8"))["groups"]["sms_segments"]
    told = [r for r in rows if r["text"] is not None]
    assert len(told) > 15
    for row in told:
        found = segments(row["text"])
        assert (found.encoding, found.units, found.parts) == (row["encoding"], row["units"], row["segments"]), row["id"]
    described = {row["sha256"]: row for row in rows if row["text"] is None}
    made = [c * n for c in "a€" for n in (80, 81, 160, 161, 306, 307, 1530, 1600)]
    made += ["’" + "a" * n for n in (69, 70, 133, 134)] + ["a" * 160 + "€", "a" * 152 + "€" + "a" * 152]
    made += ["’" + "a" * 75 + "😀", "’" + "a" * 65 + "😀" + "a" * 67]
    seen = 0
    for text in made:
        if row := described.get(hashlib.sha256(text.encode()).hexdigest()[:16]):
            found, seen = segments(text), seen + 1
            assert (found.encoding, found.units, found.parts) == (row["encoding"], row["units"], row["segments"])
    assert seen >= 12


@given(st.text(max_size=700))
def test_parts_grow_with_the_text_and_hold_it(text: str) -> None:
    found = segments(text)
    alone, joined = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    assert found.parts == 0 if not text else found.parts >= 1
    assert found.units <= (alone if found.parts <= 1 else found.parts * joined)
    assert segments(text + "a").parts >= found.parts
    assert bool(foreign(text)) == (found.encoding == "UCS-2")


def test_typographic_signs_become_plain_and_names_stay() -> None:
    assert folded("It’s “9–5” … with Zoë") == 'It\'s "9-5" ... with Zoë'
