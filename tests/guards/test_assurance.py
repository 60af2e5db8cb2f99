"""Private things need certainty about who is speaking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import BOOK, facts, verdict

from guards.assurance import GUARD
from guards.facts import assurance_table

CASES = [(0, 1, "deny"), (1, 1, "none"), (2, 1, "none"), (1, 2, "deny"), (3, 2, "none")]


@pytest.mark.parametrize(("given", "needed", "expected"), CASES)
def test_private_things_need_certainty(given: int, needed: int, expected: str) -> None:
    action = replace(BOOK, assurance=needed)
    assert verdict(GUARD, action, facts(known={"assurance": given})) == expected


TABLE = [
    ("salon", "sms", 2), ("salon", "web", 2), ("salon", "call", 1), ("restaurant", "sms", 2), ("clinic", "web", 1),
    ("home_services", "call", 1), ("dentist", "sms", 1), ("dentist", "call", 1), ("clinic", "sms", 1),
    ("salon", "fax", None),
]  # fmt: skip


@pytest.mark.parametrize(("sector", "channel", "level"), TABLE)
def test_the_table(sector: str, channel: str, level: int | None) -> None:
    assert assurance_table(sector).get(channel) == level
