"""Staff: a no, an answer instead, or an expired wait ends the action."""

from __future__ import annotations

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts

ENDINGS = {
    "reject": "staff declined it",
    "answer": "staff answered instead",
    "expire": "nobody decided in time",
}


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse what staff did not approve."""
    row = facts.row
    if row is not None and row.staff and (why := ENDINGS.get(row.staff["kind"])):
        return Finding("staff", "deny", why, (row.id,))
    return None


GUARD = Guard("staff", reads=("row",), judge=judge)
