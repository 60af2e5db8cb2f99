"""Content: what a message may say for its purpose. An answer promotes nothing, a campaign says who and how to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from guards.promotion import (
    asks_for_offers,
    careful_sector,
    health_detail,
    promotional,
    refused_channel,
    tells_opt_out,
)
from guards.timing import begins_now, proactive
from records import messages
from records.database import Tx

# Planned messages introduce themselves after a day of silence (graphs/identity.py), so a day more is never too strict.
INTRODUCED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before: whether the customer asked for offers, and whether our name stands in a recent text."""

    asked: bool
    introduced: bool


def load(tx: Tx, proposal: Proposal, clearance: Clearance) -> Before | None:
    """Look at the customer's words of this turn and at what we texted lately, where they can matter."""
    if proposal.tool != "message" or not proposal.contact:
        return None
    offers = proposal.purpose == "reply" and promotional(str(proposal.args.get("text", "")))
    heard = messages.of_turn(tx, proposal.turn, "in") if proposal.turn and offers else []
    asked, since = any(asks_for_offers(m.text) for m in heard), clearance.now - INTRODUCED
    begun = proposal.channel == "sms" and begins_now(proposal, clearance)
    return Before(asked, begun and messages.texted_since(tx, proposal.contact, "sms", since=since))


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Deny promotion outside marketing, marketing without name and way out, health details where they are barred."""
    text, business = str(action.args.get("text", "")), facts.pack.business
    if action.tool == "campaign":
        return _marketing(text, business.name)
    if action.tool != "message":
        return None
    before: Before | None = facts.own("content")
    if refused_channel(business.sector, action.channel):
        return _no(f"health is not written about on {action.channel}; use a text or a call")
    if action.purpose == "marketing":
        return _marketing(text, business.name)
    offer = promotional(text)
    if offer and not (action.purpose == "reply" and before and before.asked):
        return _no(f"it promotes ({offer!r}) in a message that is not marketing; leave that sentence out")
    if not proactive(action, facts):
        return None
    if careful_sector(business.sector) and (detail := health_detail(text)):
        return _no(f"it names {detail!r}; a message about health says only when and where")
    if (
        action.channel == "sms"
        and not (before and before.introduced)
        and business.name.casefold() not in text.casefold()
    ):
        return _no("the first text in days must say who writes; put {business} into the wording")
    return None


def _marketing(text: str, name: str) -> Finding | None:
    if name.casefold() not in text.casefold():
        return _no(f"a campaign must name its sender; put {name!r} into the text")
    if not tells_opt_out(text):
        return _no("a campaign must tell how to stop it; add 'Reply STOP to opt out'")
    return None


def _no(reason: str) -> Finding:
    return Finding("content", "deny", reason)


GUARD = Guard("content", reads=("last_heard",), judge=judge, load=load)
