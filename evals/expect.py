"""Judging a case's expectations over evidence; a failure shows the turn, the evidence and the nearest miss."""

from __future__ import annotations

from typing import Any, Final, Protocol

from evals import expect_actions, expect_records, expect_words
from evals.evidence import Evidence
from evals.finding import Failure, Judged
from evals.vocabulary import Expectation


class Check(Protocol):
    """Judges one assertion over evidence."""

    def __call__(self, evidence: Evidence, wanted: Any, /, *, at: str, negative: bool) -> Judged: ...


CHECKS: Final[dict[str, Check]] = {
    "says": expect_words.says,
    "sends": expect_words.sends,
    "queued": expect_words.queued,
    "consent": expect_words.consent,
    "model_called": expect_words.model_called,
    "model_saw": expect_words.model_saw,
    "calls_tool": expect_actions.calls_tool,
    "tool_order": expect_actions.tool_order,
    "trajectory": expect_actions.trajectory,
    "guard": expect_actions.guard,
    "blocked_by": expect_actions.blocked_by,
    "interrupts": expect_actions.interrupts,
    "resumes": expect_actions.resumes,
    "escalates": expect_actions.escalates,
    "ledger": expect_records.ledger,
    "ledger_sound": expect_records.ledger_sound,
    "state": expect_records.state,
    "state_unchanged": expect_records.state_unchanged,
    "followup": expect_records.followup,
    "within_turns": expect_records.within_turns,
    "within": expect_records.within,
    "py": expect_records.py,
}


def judge(evidence: Evidence, expectation: Expectation, *, after: str = "") -> Failure | None:
    """What is wrong; None where the expectation holds. `after` says what the turn was; empty at the end of a case.

    Raises `BadInput` where the evidence cannot show it (records of a log that holds events only).
    """
    name, wanted, negative = expectation.asserts
    at = expectation.at or ("turn" if after else "end")
    if at == "any":
        every = [CHECKS[name](one, wanted, at="turn", negative=negative) for one in evidence.each_turn()]
        found = next((one for one in every if one.holds), every[-1] if every else Judged(holds=False))
    else:
        found = CHECKS[name](evidence, wanted, at=at, negative=negative)
    if found.holds:
        return None
    why = expectation.message or _why(found, negative=negative)
    return Failure(
        turn=len(evidence.turns) if after else 0, after=after, assertion=("not_" if negative else "") + name,
        wanted=found.wanted, why=why, evidence=found.evidence, nearest=found.nearest,
    )  # fmt: skip


def _why(found: Judged, *, negative: bool) -> str:
    if negative:
        return f"{found.found or 'it'} matched, and must not"
    return f"{found.found} matched" if found.found else "nothing matched"
