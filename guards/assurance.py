"""Assurance: private things only for a person we are sure enough of."""

from __future__ import annotations

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse what needs more certainty than this channel and session give; a texted code raises it."""
    if facts.assurance >= action.assurance:
        return None
    return Finding("assurance", "deny", f"level {action.assurance} is needed, this session has {facts.assurance}")


GUARD = Guard("assurance", reads=("assurance",), judge=judge)
