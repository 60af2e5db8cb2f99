"""The one door: every effect is submitted here, and nothing else clears an action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from domain.action import Action, Proposal
from domain.clock import from_ms, to_ms
from domain.decision import Decision, Finding
from guards.brake import latch
from guards.facts import Clearance, load_facts
from guards.gate import ask, judge
from records import actions, jobs, obligations, staff_answers, timers
from records.actions import Ruling
from records.database import Tx
from records.jobs import Work
from records.obligations import Owed

SHORTEST_WAIT = timedelta(minutes=5)
BEFORE_START = timedelta(minutes=15)


def submit(tx: Tx, proposal: Proposal, clearance: Clearance) -> tuple[Decision, Action]:
    """Load facts, ask every guard, fold, and write action, decision and ledger event."""
    facts = load_facts(tx, proposal, clearance)
    answers = {g.name: ask(g, proposal, facts) for g in clearance.guards}
    return _record(tx, proposal, judge(proposal, answers, clearance), was=facts.row, clearance=clearance)


def record(
    tx: Tx, proposal: Proposal, answers: Mapping[str, Finding | None], *, clearance: Clearance
) -> tuple[Decision, Action]:
    """Write what the guards answered before this transaction.

    Staff may have decided meanwhile: a hold that does not know of it is judged again, on what they decided.
    """
    decision = judge(proposal, answers, clearance)
    was = actions.load(tx, proposal.id)
    if decision.outcome == "hold" and was is not None and was.staff is not None:
        return submit(tx, replace(proposal, args=was.args, action=was.id), clearance)
    return _record(tx, proposal, decision, was=was, clearance=clearance)


def _record(
    tx: Tx, proposal: Proposal, decision: Decision, *, was: Action | None, clearance: Clearance
) -> tuple[Decision, Action]:
    """Write a decision; a held action gets its job, expiry and obligation in the same transaction."""
    expires = _expiry(proposal, decision, clearance)
    ruling = Ruling(proposal=proposal, decision=decision, was=was, expires=expires)
    action = actions.record(tx, ruling, now=clearance.now)
    if action.state == "held":
        if was is None or was.state != "held":
            _wait_for_staff(tx, action, expires, now=clearance.now)
        elif was.staff is not None:
            _ask_staff_again(tx, action, expires, now=clearance.now)
            return submit(tx, proposal, clearance)  # the card that returns names every rule that holds it
    if action.state == "asked" and (was is None or was.state != "asked"):
        timers.set_timer(tx, action.business, Work("lapse", action.id, f"contact:{action.contact}"), due=expires)
    latch(tx, action, decision, now=clearance.now)
    if any("guard_failed" in f.evidence or "guard_missing" in f.evidence for f in decision.findings):
        detail = "A safety rule failed and the action was refused; see the ledger."
        owed = Owed(kind="guard", cause=action.id, contact=action.contact, due=clearance.now, detail=detail)
        obligations.open_one(tx, action.business, owed, now=clearance.now)
    return decision, action


def _expiry(proposal: Proposal, decision: Decision, clearance: Clearance) -> datetime:
    """How long the customer or staff may think: by policy, and not beyond the time that is being booked (`start`)."""
    approvals = clearance.pack.policy.approvals
    minutes = approvals.expires_minutes if decision.outcome == "hold" else approvals.ask_minutes
    expires, start = clearance.now + timedelta(minutes=minutes), proposal.args.get("start")
    if isinstance(start, int):
        expires = max(clearance.now + SHORTEST_WAIT, min(expires, from_ms(start) - BEFORE_START))
    return expires


def _wait_for_staff(tx: Tx, action: Action, expires: datetime, *, now: datetime) -> None:
    lane = f"action:{action.id}"
    jobs.put(tx, action.business, Work("drive", action.id, lane), ready=now)
    timers.set_timer(tx, action.business, Work("expire", action.id, lane), due=expires)
    owed = Owed(kind="approval", cause=action.id, contact=action.contact, due=expires)
    obligations.open_one(tx, action.business, owed, now=now)


def _ask_staff_again(tx: Tx, action: Action, fresh: datetime, *, now: datetime) -> None:
    """What staff approved is no longer what would run: the card and its follow-up return, until the wait's own end."""
    end = from_ms(action.expires_at) if action.expires_at and action.expires_at > to_ms(now) else fresh
    staff_answers.reopen(tx, action.id, expires=end)
    timers.set_timer(tx, action.business, Work("expire", action.id, f"action:{action.id}"), due=end)
    obligations.reopen(tx, "approval", action.id, due=end, now=now)
