"""Tier: how much a tool's effect can cost, and what the business's policy says about it."""

from __future__ import annotations

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """`never` refuses, `hold` waits for staff until they approved exactly this."""
    setting = facts.pack.policy.setting(action.tool, action.tier)
    if setting == "never":
        return Finding("tier", "deny", "the business does not let its agent do this")
    if setting != "hold":
        return None
    if facts.approved("tier", action.args_hash):
        return Finding("tier", "allow", "approved by staff")
    return Finding("tier", "hold", "a person confirms this")


GUARD = Guard("tier", reads=("row",), judge=judge)
