"""What is personal is replaced by stand-ins that stay equal where it was equal; a second pass finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.corpora.rows import Rows
from evals.scrub import Scrubber, luhn

PERSONAL = (
    ("call me at (415) 555-2671 please", "phone"),
    ("my number is +44 20 7946 0958", "phone"),
    ("maria.w+x@gmail.com is mine", "email"),
    ("card 4111 1111 1111 1111, thanks", "card"),
    ("I was born on May 4th, 1988", "birth_date"),
    ("DOB: 04/05/1990", "birth_date"),
    ("I live at 71 North San Pedro Street, apt 4B", "address"),
    ("send it to P.O. Box 1234", "address"),
    ("this is maria whitfield speaking", "name"),
    ("Whitfield, W-H-I", "name"),
)
HARMLESS = (
    "a haircut on 2026-11-24 at 10:30 for $45", "the 2 pm slot, for 4 people", "booking code A1F3C", "see you at 5",
    "order 4111111111111112", "that is 1,250 characters", "Ana does 3 colours a day on Main square dancing",
)  # fmt: skip


def _scrubber() -> Scrubber:
    return Scrubber(b"key", ("Maria Whitfield",))


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_what_is_personal_gets_a_stand_in(text: str, kind: str) -> None:
    scrubber = _scrubber()
    clean = scrubber.scrub(text)
    assert scrubber.counts == {kind: 1}
    assert clean != text and scrubber.left(clean) == []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_not_personal_stays(text: str) -> None:
    assert _scrubber().scrub(text) == text


def test_equal_values_stay_equal_in_any_spelling_and_other_keys_give_other_stand_ins() -> None:
    one, two = _scrubber(), Scrubber(b"other key")
    first, second = one.scrub("+1 (415) 555-2671"), one.scrub("415-555-2671")
    assert first == second and first.startswith("+1 ") and " 555 01" in first
    assert one.scrub("a@b.com") == one.scrub("A@b.com") != two.scrub("a@b.com")
    assert one.scrub("a@b.com").endswith("@example.org")


def test_values_are_scrubbed_through_lists_and_objects() -> None:
    scrubber = _scrubber()
    value = {"text": ["mail a@b.com", 5, None], "a@b.com": True}
    assert scrubber.scrub_value(value)["text"][1:] == [5, None]
    assert scrubber.left(value) == ["email"] and scrubber.left(scrubber.scrub_value(value)) == []


def test_luhn() -> None:
    assert luhn("4111 1111 1111 1111") and luhn("378282246310005")
    assert not luhn("4111 1111 1111 1112") and not luhn("0000 0000 0000 0000") and not luhn("123")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([text for text, _ in PERSONAL] + list(HARMLESS)), min_size=1, max_size=5),
    st.binary(max_size=8),
)
def test_a_second_pass_finds_nothing(texts: list[str], key: bytes) -> None:
    scrubber = Scrubber(key or b"k", ("Maria Whitfield",))
    clean = scrubber.scrub(". ".join(texts))
    assert scrubber.left(clean) == []
    assert scrubber.scrub(clean) == clean


def test_telephone_numbers_in_recorded_dialogues_are_found(shared_data: Path) -> None:
    source = shared_data / "smoke" / "sgd.jsonl.gz"
    scrubber, said, left = _scrubber(), 0, 0
    for row in Rows(source):
        for turn in row["turns"]:
            for act in turn["acts"]:
                numbers = [v for v in act.get("v") or [] if act.get("slot") == "phone_number" and v in turn["text"]]
                said += len(numbers)
                left += sum(number in scrubber.scrub(turn["text"]) for number in numbers)
    assert said > 5 and left == 0
