"""Reachable: nothing goes to a number or an address of which a carrier has said that it takes none."""

from __future__ import annotations

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from records import reachability
from records.database import Tx

WHAT = {"sms": "number takes no texts", "email": "address takes no mail"}


def load(tx: Tx, action: Proposal, _: Clearance) -> str | None:
    """What a carrier said against the address, where a message is to go to it."""
    if action.tool != "message" or action.channel not in WHAT or not action.address:
        return None
    return reachability.untextable(tx, action.business, action.address)


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse what cannot arrive, mandated words too; the follow-up to call instead stands since the carrier said so."""
    if why := facts.own("reachable"):
        return Finding("reachable", "deny", f"this {WHAT[action.channel or 'sms']} ({why})")
    return None


GUARD = Guard("reachable", reads=(), judge=judge, load=load)
