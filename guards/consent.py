"""Consent: who may be written to, for what."""

from __future__ import annotations

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.basis import basis, unproved
from guards.facts import Facts
from guards.timing import INQUIRY, proactive
from records.consents import answers_after_stop


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Messages need a basis: the customer's own inquiry or a live grant; after STOP only the mandated ones go,
    and in a chat the replies to what is asked later."""
    if action.tool != "message" or action.purpose == "mandated":
        return None
    standing, heard = facts.standing, facts.last_heard
    if standing.revoked and not _asked_since(action, facts):
        return Finding("consent", "deny", "the customer asked us to stop", (standing.revoked,))
    if action.purpose == "marketing":
        return _marketing(facts)
    stopped = standing.revocation("service")
    if stopped and proactive(action, facts):
        return Finding("consent", "deny", "the customer asked us not to begin messages", (stopped,))
    if grant := basis(standing, "service"):
        return Finding("consent", "allow", "asked for it", (grant.entry,))
    if heard is not None and facts.now - heard <= INQUIRY:
        return Finding("consent", "allow", "the customer wrote or called", facts.heard_as)
    return Finding("consent", "deny", "the customer did not write or call lately and gave no consent")


def _marketing(facts: Facts) -> Finding:
    standing = facts.standing
    if grant := basis(standing, "marketing"):
        return Finding("consent", "allow", "opted in to marketing", (grant.entry,))
    if stopped := standing.revocation("marketing"):
        return Finding("consent", "deny", "the customer asked us to stop advertising", (stopped,))
    if grant := unproved(standing):
        return Finding("consent", "deny", "the opt-in has no proof of the wording shown", (grant.entry,))
    if standing.pending:
        return Finding("consent", "deny", "the opt-in waits for its confirmation", standing.pending[-1:])
    return Finding("consent", "deny", "no consent to marketing is on record")


def _asked_since(action: Proposal, facts: Facts) -> bool:
    """Whether this replies, in a chat or on a call, to something said after the STOP."""
    since, heard = facts.standing.since, facts.last_heard
    if action.purpose != "reply" or not answers_after_stop(action.channel) or proactive(action, facts):
        return False
    return since is not None and heard is not None and to_ms(heard) > since


GUARD = Guard("consent", reads=("standing", "last_heard"), judge=judge)
