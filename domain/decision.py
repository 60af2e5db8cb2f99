"""What guards find and what the gate decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["allow", "ask", "hold", "deny"]
Outcome = Literal["run", "ask", "hold", "refuse"]
STRICTNESS: dict[Verdict, int] = {"allow": 0, "ask": 1, "hold": 2, "deny": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One guard's answer: the rule, how strict, why, and the ids of the rows it rests on.

    `not_before` (milliseconds UTC) tells when a denied proactive message may be tried again.
    """

    rule: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    not_before: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer on one version of one action."""

    action: str
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decided, strictest first."""
        strict = sorted(self.findings, key=lambda f: -STRICTNESS[f.verdict])
        return tuple(f.rule for f in strict if f.verdict != "allow")

    @property
    def not_before(self) -> int | None:
        """When a refused message may be tried again, if every denial names a time."""
        denials = [f.not_before for f in self.findings if f.verdict == "deny"]
        times = [t for t in denials if t is not None]
        return max(times) if times and len(times) == len(denials) else None


def fold(findings: Iterable[Finding]) -> Outcome:
    """Any deny refuses; else any ask asks the customer; else any hold waits for staff; else it runs.

    The customer is asked before staff are, so that staff see only what the customer wants. A verdict that is none of
    the four refuses.
    """
    verdicts = {f.verdict for f in findings}
    if "deny" in verdicts or verdicts - STRICTNESS.keys():
        return "refuse"
    if "ask" in verdicts:
        return "ask"
    return "hold" if "hold" in verdicts else "run"


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON, for graph state, rows and the ledger."""
    return {
        "rule": finding.rule, "verdict": finding.verdict, "reason": finding.reason,
        "evidence": list(finding.evidence), "not_before": finding.not_before,
    }  # fmt: skip


def finding_from(data: dict[str, Any]) -> Finding:
    """The finding that `finding_json` wrote."""
    return Finding(**{**data, "evidence": tuple(data["evidence"])})
