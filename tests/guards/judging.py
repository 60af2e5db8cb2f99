"""Facts for guards, made by hand: a guard is a pure rule and needs no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from making import NOW, booking_of, later, salon

from domain.action import Action, Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from domain.settings import Pack, Policy
from guards.brake import Pressure
from guards.facts import Facts, LastHeard
from records.consents import Standing
from records.contacts import Contact
from records.preferences import Preferences

BOOK = booking_of(to_ms(later(600)))
CONTACT = Contact("con_1", "salon", "Dana", None, None)
NOTHING: dict[str, Any] = {
    "contact": CONTACT, "standing": Standing(), "last_heard": NOW, "row": None, "assurance": 1, "notice": None,
    "caps": (), "brake": Pressure(), "content": None, "reachable": None, "preferences": Preferences(),
}  # fmt: skip


def facts(*, pack: Pack | None = None, now: datetime = NOW, known: dict[str, Any] | None = None) -> Facts:
    """Facts of a salon where nothing speaks against anything, but for what is given."""
    all_known = {**NOTHING, **(known or {})}
    if isinstance(heard := all_known["last_heard"], datetime):
        all_known["last_heard"] = LastHeard("msg_1", heard)
    return Facts(pack or salon(), now, all_known)


def verdict(guard: Guard, action: Proposal, given: Facts) -> str:
    """What a guard says of an action, "none" where it has nothing to say; only its declared facts are shown to it."""
    found = guard.judge(action, given.seen_by(guard))
    assert found is None or isinstance(found, Finding) and found.rule == guard.name
    return found.verdict if found else "none"


def with_policy(policy: Policy) -> Pack:
    """The salon under another policy."""
    return replace(salon(), policy=policy)


def row_of(proposal: Proposal, *, staff: dict[str, Any] | None = None, confirmed: bool = False) -> Action:
    """The row of a proposal, with what staff said and whether the customer said yes."""
    return Action(
        id=proposal.id, business=proposal.business, contact=proposal.contact, tool=proposal.tool, args=proposal.args,
        args_hash=proposal.args_hash, version=1, tier=proposal.tier, purpose=proposal.purpose,
        assurance=proposal.assurance, state="held", cause=proposal.cause, proposed_by=proposal.proposed_by, turn=None,
        channel=proposal.channel, address=proposal.address, snapshot="", ref="A1",
        confirmed_hash=proposal.args_hash if confirmed else None, staff=staff,
    )  # fmt: skip


def approval(*rules: str, kind: str = "approve", args_hash: str = BOOK.args_hash) -> dict[str, Any]:
    """What staff said of `BOOK`, with the rules that stood on the card."""
    return {"kind": kind, "by": "staff:kim", "hash": args_hash, "rules": list(rules)}
