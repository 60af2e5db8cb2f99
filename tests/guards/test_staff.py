"""What staff did not approve ends."""

from __future__ import annotations

import pytest
from judging import BOOK, approval, facts, row_of, verdict

from guards.staff import GUARD

ENDS = [("reject", "deny"), ("answer", "deny"), ("expire", "deny"), ("approve", "none"), ("edit", "none")]


@pytest.mark.parametrize(("kind", "expected"), ENDS)
def test_what_staff_did_not_approve_ends(kind: str, expected: str) -> None:
    given = facts(known={"row": row_of(BOOK, staff=approval("tier", kind=kind))})
    assert verdict(GUARD, BOOK, given) == expected


def test_nothing_said_is_no_end() -> None:
    assert verdict(GUARD, BOOK, facts()) == "none"
    assert verdict(GUARD, BOOK, facts(known={"row": row_of(BOOK)})) == "none"
