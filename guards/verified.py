"""Verified: what somebody must look up first is done only on a look that found it free, lately, for exactly this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.action import Proposal
from domain.clock import from_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from records import conversations, ledger
from records.database import Tx


@dataclass(frozen=True, slots=True)
class Look:
    """The last look of the tool that must look first: its event, what it was asked and whether it found it free."""

    event: str
    args_hash: str
    free: bool
    at: int


def load(tx: Tx, action: Proposal, _: Clearance) -> Look | None:
    """The last look in this person's conversation; a later one takes the place of an earlier."""
    if action.look is None or action.contact is None:
        return None
    name, _hash = action.look
    reads = ledger.latest(tx, action.business, action.contact, kind="tool.read")
    found = next((event for event in reads if event.body["tool"] == name), None)
    if found is None:
        return None
    result = conversations.results_of(tx, str(found.body["turn"])).get(found.body["action"], {})
    return Look(found.id, found.body["args_hash"], result.get("free") is True, found.at)


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse what nobody looked up, and what the last look found taken, was not about, or is too old for."""
    if action.look is None:
        return None
    look: Look | None = facts.own("verified")
    if look is None:
        return Finding("verified", "deny", "nobody looked whether this is free")
    evidence = (look.event,)
    if look.args_hash != action.look[1]:
        return Finding("verified", "deny", "the last look was for something else", evidence)
    if not look.free:
        return Finding("verified", "deny", "the last look did not find it free", evidence)
    if facts.now - from_ms(look.at) > timedelta(minutes=facts.pack.policy.approvals.ask_minutes):
        return Finding("verified", "deny", "the last look is too old", evidence)
    return Finding("verified", "allow", "found free", evidence)


GUARD = Guard("verified", reads=(), judge=judge, load=load)
