"""Who the customer is, and how many come."""

from __future__ import annotations

import pytest

from graphs.readers.person import contact_in, name_in, party_in, who_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I'm Jo, 555 010 2233", "Jo"),
        ("im jo, 518 555 0100", "jo"),
        ("my name is jo smith", "jo smith"),
        ("this is Maria, I want a blow dry", "Maria"),
        ("put it under Smith please", "Smith"),
        ("Jo here", "Jo"),
        ("jo smith 518 555 0100", "jo smith"),
        ("I'm getting married in June", None),
        ("i'm late", None),
        ("it's true", None),
        ("I'm free on Friday", None),
        ("this is great", None),
    ],
)
def test_the_customers_name(text: str, name: str | None) -> None:
    assert name_in(text) == name


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("call 518-555-0100 please", "518-555-0100"),
        ("+1 (518) 555 0100", "+1 (518) 555 0100"),
        ("jo.smith@example.com, thanks", "jo.smith@example.com"),
        ("at 10:30 on 24/11/2026", None),
        ("the code is 482913", None),
        ("me@home", None),
    ],
)
def test_a_phone_number_or_address(text: str, contact: str | None) -> None:
    assert contact_in(text) == contact


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("table for 4 at 7", 4),
        ("party of six", 6),
        ("2 people", 2),
        ("three of us", 3),
        ("me and my husband", 2),
        ("book me in for 3", None),
        ("table for 7pm", None),
        ("a table for 2:00", None),
        ("100 people", None),
    ],
)
def test_how_many_come(text: str, party: int | None) -> None:
    assert party_in(text) == party


@pytest.mark.parametrize(
    ("text", "who"), [("for my daughter", "my daughter"), ("my son needs a cut", "my son"), ("my hair", None)]
)
def test_for_whom(text: str, who: str | None) -> None:
    assert who_in(text) == who
