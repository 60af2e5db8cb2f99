"""Approved campaign: what goes to many people goes in the words that staff approved, while the campaign runs."""

from __future__ import annotations

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from records import campaigns
from records.campaigns import PROPOSER, Campaign
from records.database import Tx


def load(tx: Tx, action: Proposal, _: Clearance) -> Campaign | None:
    """The campaign that a message belongs to."""
    if action.tool != "message" or not action.proposed_by.startswith(PROPOSER):
        return None
    return campaigns.load(tx, action.proposed_by.removeprefix(PROPOSER))


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse a campaign's message that nobody approved, that came too late, or whose campaign was stopped."""
    if action.tool != "message" or not action.proposed_by.startswith(PROPOSER):
        return None
    campaign: Campaign | None = facts.own("approved_campaign")
    if campaign is None or action.purpose != "marketing":
        return _no("this is no message of a campaign")
    if campaign.state not in ("running", "done"):
        return _no(f"the campaign is {campaign.state}")
    if action.args.get("text") != campaign.text:
        return _no("these are not the words that staff approved")
    if to_ms(facts.now) >= campaign.ends_at:
        return _no("the campaign is over")
    return None


def _no(reason: str) -> Finding:
    return Finding("approved_campaign", "deny", reason)


GUARD = Guard("approved_campaign", reads=(), judge=judge, load=load)
