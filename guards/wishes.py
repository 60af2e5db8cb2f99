"""Wishes: who prefers another channel, or may want no messages at all, is not written to uninvited."""

from __future__ import annotations

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts
from guards.timing import proactive


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Deny what we begin on a channel that the person asked us not to use, or while their wish is unclear."""
    if not proactive(action, facts):
        return None
    wished = facts.preferences
    if wished.paused:
        return Finding("wishes", "deny", "it is not clear whether the customer wants messages; a person looks at it")
    if wished.channel and action.channel and wished.channel != action.channel:
        return Finding("wishes", "deny", f"the customer asked for {wished.channel} instead of {action.channel}")
    return None


GUARD = Guard("wishes", reads=("last_heard", "preferences"), judge=judge)
