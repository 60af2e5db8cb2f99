"""Numbers as carriers write them."""

from __future__ import annotations

import pytest

from domain.errors import BadInput
from domain.phone import e164, is_e164, masked, same_country_mobile

SAME = ["(202) 555-0143", "202.555.0143", "+1 202 555 0143", "1-202-555-0143", "tel:+1-202-555-0143"]


@pytest.mark.parametrize("text", SAME)
def test_one_number_has_one_spelling(text: str) -> None:
    assert e164(text) == "+12025550143"


def test_another_region() -> None:
    assert e164("020 7946 0018", "GB") == "+442079460018"


@pytest.mark.parametrize("text", ["555-0143", "5550143", "+15550143"])
def test_a_number_without_its_area_code_is_nobodys(text: str) -> None:
    with pytest.raises(BadInput, match="wrong length"):
        e164(text)


@pytest.mark.parametrize("text", ["", "call me", "12345", "+1202555014399999"])
def test_what_is_no_number_is_told_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match=r"\+12025550143"):
        e164(text)


CASES = [("+12025550143", True), ("2025550143", False), ("whatsapp:+12025550143", False), ("72345", False), ("", False)]


@pytest.mark.parametrize(("address", "expected"), CASES)
def test_whether_it_is_one_already(address: str, expected: bool) -> None:
    assert is_e164(address) is expected


HOME = "+15185550100"
NUMBERS = [("+12025550143", True), ("+14165550143", False), ("+19005550143", False), ("+447700900123", False)]


@pytest.mark.parametrize(("number", "expected"), NUMBERS)
def test_codes_go_to_ordinary_numbers_at_home(number: str, expected: bool) -> None:
    assert same_country_mobile(number, HOME) is expected


@pytest.mark.parametrize(("address", "shown"), [("+12025550143", "+1•••0143"), ("s-1", "•••")])
def test_screens_show_enough_to_recognise(address: str, shown: str) -> None:
    assert masked(address) == shown
