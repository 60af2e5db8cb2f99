"""The gate: ask every guard, and fail closed."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from domain.action import Proposal
from domain.decision import Decision, Finding, fold
from domain.guard import Guard
from guards.facts import Clearance, Facts

log = structlog.get_logger()


def ask(guard: Guard, proposal: Proposal, facts: Facts) -> Finding | None:
    """One guard's finding; a guard that fails denies, and staff are told."""
    try:
        return guard.judge(proposal, facts.seen_by(guard))
    except Exception as problem:  # whatever a guard raises, the answer is no
        log.error("guard.failed", guard=guard.name, action=proposal.id, error=type(problem).__name__)
        return Finding(guard.name, "deny", f"the guard failed ({type(problem).__name__})", ("guard_failed",))


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
