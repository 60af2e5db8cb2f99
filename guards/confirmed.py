"""Confirmed: what commits the customer, and what the business says so of, needs their yes to exactly this."""

from __future__ import annotations

from domain.action import Proposal, Tier
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Ask the customer unless they said yes to these very arguments while the question stood."""
    if action.contact is None and action.purpose == "marketing":
        return None  # a campaign: there is no one customer to ask; each of them opted in
    setting = facts.pack.policy.setting(action.tool, action.tier)
    if setting == "auto" or (action.tier < Tier.COMMITS and setting != "ask"):
        return None
    row = facts.row
    if row is None or row.confirmed_hash != action.args_hash:
        return Finding("confirmed", "ask", "the customer has not said yes to this")
    if row.state == "asked" and row.expires_at is not None and row.expires_at <= to_ms(facts.now):
        return Finding("confirmed", "ask", "the question is too old")
    return Finding("confirmed", "allow", "the customer said yes")


GUARD = Guard("confirmed", reads=("row",), judge=judge)
