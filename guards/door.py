"""The one door: every effect is submitted here, and nothing else clears an action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta


from domain.action import Action, Proposal
from domain.decision import Decision, Finding
from guards.facts import Clearance, load_facts
from guards.gate import ask, judge
from records import actions, jobs, obligations, timers
from records.database import Tx


def submit(tx: Tx, proposal: Proposal, clearance: Clearance) -> tuple[Decision, Action]:
    """Load facts, ask every guard, fold, and write action, decision and ledger event."""
    facts = load_facts(tx, proposal, clearance)
    return record(tx, proposal, {g.name: ask(g, proposal, facts) for g in clearance.guards}, clearance)


def record(
    tx: Tx, proposal: Proposal, answers: Mapping[str, Finding | None], clearance: Clearance
) -> tuple[Decision, Action]:
    """Write what the guards answered; a held action gets its job, its expiry and an obligation in the same transaction."""
    decision = judge(proposal, answers, clearance)
    was = actions.load(tx, proposal.id)
    approvals = clearance.pack.policy.approvals
    minutes = approvals.expires_minutes if decision.outcome == "hold" else approvals.ask_minutes
    expires = clearance.now + timedelta(minutes=minutes)
    action = actions.record(tx, proposal, decision, clearance.now, expires=expires)
    if action.state == "held":
        if was is not None and was.staff is not None:
            actions.reopen(tx, action.id)  # what staff approved is no longer what would run
        if was is None or was.state != "held":
            _wait_for_staff(tx, action, clearance)
    if action.state == "asked" and (was is None or was.state != "asked"):
        timers.set_timer(tx, action.business, "lapse", ref=action.id, due=expires, lane=f"contact:{action.contact}")
    if any("guard_failed" in f.evidence or "guard_missing" in f.evidence for f in decision.findings):
        obligations.open_one(
            tx, action.business, "guard", cause=action.id, contact=action.contact, due=clearance.now,
            now=clearance.now, detail="A safety rule failed and the action was refused; see the ledger.",
        )  # fmt: skip
    return decision, action


def _wait_for_staff(tx: Tx, action: Action, clearance: Clearance) -> None:
    expires = clearance.now + timedelta(minutes=clearance.pack.policy.approvals.expires_minutes)
    lane = f"action:{action.id}"
    jobs.put(tx, action.business, kind="drive", ref=action.id, lane=lane, ready=clearance.now)
    timers.set_timer(tx, action.business, "expire", ref=action.id, due=expires, lane=lane)
    obligations.open_one(
        tx, action.business, "approval", cause=action.id, contact=action.contact, due=expires, now=clearance.now
    )
