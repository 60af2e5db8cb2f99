"""The gate: ask every guard, and fail closed."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from domain.action import Proposal
from domain.decision import STRICTNESS, Decision, Finding, fold
from domain.guard import Guard
from guards.facts import Clearance, Facts

log = structlog.get_logger()


def ask(guard: Guard, proposal: Proposal, facts: Facts) -> Finding | None:
    """One guard's finding; a guard that raises or answers with anything else denies, and staff are told."""
    if (why := facts.lost(guard.name)) is not None:
        return _failed(guard, proposal, why)
    try:
        found: object = guard.judge(proposal, facts.seen_by(guard))
    except Exception as problem:  # noqa: BLE001  whatever a guard raises, the answer is no
        return _failed(guard, proposal, type(problem).__name__)
    if found is None or (isinstance(found, Finding) and found.verdict in STRICTNESS):
        return found
    return _failed(guard, proposal, f"it answered with {type(found).__name__}")


def judge(proposal: Proposal, answers: Mapping[str, Finding | None], clearance: Clearance) -> Decision:
    """Fold the guards' answers; no guards, or one that was not asked, denies."""
    findings = [f for f in answers.values() if f is not None]
    findings += [
        Finding(g.name, "deny", "this guard was not asked", ("guard_missing",))
        for g in clearance.guards
        if g.name not in answers
    ]
    if not clearance.guards:
        findings.append(Finding("gate", "deny", "there are no guards", ("guard_missing",)))
    return Decision(proposal.id, fold(findings), tuple(findings))


def _failed(guard: Guard, proposal: Proposal, why: str) -> Finding:
    log.error("guard.failed", guard=guard.name, action=proposal.id, error=why)
    return Finding(guard.name, "deny", f"the guard failed ({why})", ("guard_failed",))
