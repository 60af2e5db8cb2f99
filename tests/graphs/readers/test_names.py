"""Listed services and staff, found in what customers write."""

from __future__ import annotations

import pytest
from salon import SERVICES, STAFF

from domain.reading import Named
from graphs.readers.names import services_in, staff_in, stem


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a cut", ("Haircut",)),
        ("get my hair cut", ("Haircut",)),
        ("hair cutt", ("Haircut",)),
        ("hairct tomorrow", ("Haircut",)),
        ("colour", ("Colour",)),
        ("how much to get it colored", ("Colour",)),
        ("my hair dyed", ("Colour",)),
        ("blow dry", ("Blow-dry",)),
        ("a blowdry", ("Blow-dry",)),
        ("balyage", ("Balayage",)),
        ("cut and colour", ("Haircut", "Colour")),
        ("colour, not a cut", ("Colour",)),
        ("without highlights", ()),
        ("other times", ()),
        ("what does it cost", ()),
        ("can you call me", ()),
    ],
)
def test_services(text: str, named: tuple[str, ...]) -> None:
    assert services_in(text, SERVICES) == named


def test_a_word_that_fits_several_services_stays_the_customers_word() -> None:
    cuts = (Named("Women's cut"), Named("Men's cut"), Named("Colour"))
    assert services_in("a cut please", cuts) == ("cut",)
    assert services_in("a mens cut please", cuts) == ("Men's cut",)
    assert services_in("anything", ()) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("with ana", ("Ana",)),
        ("can Anna do it", ("Ana",)),
        ("Ben's chair", ("Ben",)),
        ("with Benn", ("Ben",)),
        ("ana or ben", ("Ana", "Ben")),
        ("not ben", ()),
        ("anyone but ben", ()),
        ("will you be open", ()),
        ("with will", ("Will",)),
        ("can Will do it", ("Will",)),
        ("been there", ()),
    ],
)
def test_staff(text: str, named: tuple[str, ...]) -> None:
    assert staff_in(text, STAFF) == named


@pytest.mark.parametrize(
    "words", [("color", "colour", "colours", "coloring", "coloured"), ("cut", "cuts", "cutting"), ("shave", "shaved")]
)
def test_endings_do_not_change_which_service_is_meant(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1
