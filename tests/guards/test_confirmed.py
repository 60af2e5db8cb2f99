"""The customer's yes counts for exactly what they were read, while the question stood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import BOOK, facts, row_of, verdict
from making import booking_of, later, message_of

from domain.clock import to_ms
from guards.confirmed import GUARD


def test_a_yes_counts_for_these_arguments_only() -> None:
    given = facts(known={"row": row_of(BOOK, confirmed=True)})
    assert verdict(GUARD, BOOK, given) == "allow"
    assert verdict(GUARD, booking_of(to_ms(later(700))), given) == "ask"
    assert verdict(GUARD, BOOK, facts(known={"row": row_of(BOOK)})) == "ask"


@pytest.mark.parametrize(("minutes", "expected"), [(1, "allow"), (0, "ask"), (-1, "ask")])
def test_a_yes_counts_while_the_question_stands(minutes: float, expected: str) -> None:
    row = replace(row_of(BOOK, confirmed=True), state="asked", expires_at=to_ms(later(minutes)))
    assert verdict(GUARD, BOOK, facts(known={"row": row})) == expected
    assert verdict(GUARD, BOOK, facts(known={"row": replace(row, state="held")})) == "allow"


def test_a_message_is_not_confirmed() -> None:
    assert verdict(GUARD, message_of(), facts()) == "none"
