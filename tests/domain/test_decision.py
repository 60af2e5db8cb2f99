"""Any deny refuses, then the customer is asked, then staff; and what decided is told."""

from __future__ import annotations

from itertools import product
from typing import Any, cast

import pytest

from domain.decision import STRICTNESS, Decision, Finding, Verdict, finding_from, finding_json, fold


def finding(verdict: str, not_before: int | None = None) -> Finding:
    return Finding(f"by_{verdict}", cast(Verdict, verdict), "why", ("evt_1",), not_before)


@pytest.mark.parametrize("verdicts", [c for size in range(4) for c in product(STRICTNESS, repeat=size)])
def test_the_fold(verdicts: tuple[str, ...]) -> None:
    order = (("deny", "refuse"), ("ask", "ask"), ("hold", "hold"))
    expected = next((outcome for verdict, outcome in order if verdict in verdicts), "run")
    assert fold(finding(v) for v in verdicts) == expected


def test_a_verdict_nobody_knows_refuses() -> None:
    assert fold([finding("allow"), finding("maybe")]) == "refuse"


def test_the_rules_that_decided_come_strictest_first() -> None:
    decision = Decision("act_1", "refuse", tuple(finding(v) for v in ("allow", "ask", "deny", "hold")))
    assert decision.rules == ("by_deny", "by_hold", "by_ask")


TIMES: list[tuple[list[Finding], int | None]] = [
    ([], None), ([finding("deny")], None), ([finding("deny", 5)], 5), ([finding("deny", 5), finding("deny", 9)], 9),
    ([finding("deny", 5), finding("deny")], None), ([finding("hold", 5)], None),
]  # fmt: skip


@pytest.mark.parametrize(("findings", "expected"), TIMES)
def test_a_refusal_may_be_tried_again_where_every_denial_names_a_time(
    findings: list[Finding], expected: int | None
) -> None:
    assert Decision("act_1", "refuse", tuple(findings)).not_before == expected


def test_a_finding_survives_json() -> None:
    found: dict[str, Any] = finding_json(finding("deny", 5))
    assert found["evidence"] == ["evt_1"] and finding_from(found) == finding("deny", 5)
