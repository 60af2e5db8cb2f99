"""Consent: who may be written to, for what."""

from __future__ import annotations

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts
from guards.timing import INQUIRY, proactive
from records.consents import answers_after_stop


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Messages need a basis: the customer's own inquiry or a live grant; after STOP only the mandated ones go,
    and in a chat the replies to what is asked later."""
    if action.tool != "message" or action.purpose == "mandated":
        return None
    standing = facts.standing
    if standing.revoked and not _asked_since(action, facts):
        return Finding("consent", "deny", "the customer asked us to stop", (standing.revoked,))
    if action.purpose == "marketing":
        if grant := standing.grant("marketing"):
            return Finding("consent", "allow", "opted in to marketing", (grant,))
        return Finding("consent", "deny", "no consent to marketing is on record")
    heard = facts.last_heard
    if grant := standing.grant("service"):
        return Finding("consent", "allow", "asked for it", (grant,))
    if heard is not None and facts.now - heard <= INQUIRY:
        return None
    return Finding("consent", "deny", "the customer did not write or call lately and gave no consent")


def _asked_since(action: Proposal, facts: Facts) -> bool:
    """Whether this replies, in a chat, to something written after the STOP."""
    since, heard = facts.standing.since, facts.last_heard
    if action.purpose != "reply" or not answers_after_stop(action.channel) or proactive(action, facts):
        return False
    return since is not None and heard is not None and to_ms(heard) > since


GUARD = Guard("consent", reads=("standing", "last_heard"), judge=judge)
