"""Picking one of the options on the table."""

from __future__ import annotations

import pytest
from salon import listening

from graphs.readers.phrasebook import read

THREE = ("Tue 24 Nov, 10:30 with Ana", "Tue 24 Nov, 15:00 with Ben", "Wed 25 Nov, 9:00 with Ana")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2", 2),
        ("#2", 2),
        ("option 3", 3),
        ("number two please", 2),
        ("the first", 1),
        ("the second one", 2),
        ("ok the 3rd", 3),
        ("yes the first one", 1),
        ("10:30 please", 1),
        ("10.30", 1),
        ("3pm works", 2),
        ("the 3 o'clock", 2),
        ("wednesday", 3),
        ("wed at 9", 3),
        ("9", 3),
        ("the one with ben", 2),
        ("earliest", 1),
        ("the latest one", 3),
        ("last one please", 3),
    ],
)
def test_an_option_is_picked(text: str, number: int) -> None:
    first = read(text, listening("offered", offered=THREE)).said[0]
    assert (first.act, first.choice) == ("choose", number)


@pytest.mark.parametrize(("offers", "number"), [(THREE[:2], 2), (THREE, 3)])
def test_the_later_one_is_the_last_in_time(offers: tuple[str, ...], number: int) -> None:
    first = read("the later one", listening("offered", offered=offers)).said[0]
    assert (first.act, first.choice) == ("choose", number)


@pytest.mark.parametrize("text", ["tuesday", "with ana", "4", "5pm", "not the first one", "is ben any good?", "either"])
def test_nothing_is_picked_where_several_or_none_fit(text: str) -> None:
    reading = read(text, listening("offered", offered=THREE))
    assert all(said.choice is None for said in reading.said)


def test_without_options_nothing_is_picked() -> None:
    assert all(said.choice is None for said in read("the first one", listening("offered", offered=())).said)
