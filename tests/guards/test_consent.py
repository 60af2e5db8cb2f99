"""Who may be written to, for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from judging import facts, verdict
from making import NOW, booking_of, message_of

from domain.action import Purpose
from guards.consent import GUARD
from records.consents import Standing

STOPPED = Standing(revoked="cst_9")
MARKETING, SERVICE = Standing(grants=(("marketing", "cst_1"),)), Standing(grants=(("service", "cst_2"),))
LONG_AGO = NOW - timedelta(days=91)
LATELY = NOW - timedelta(days=89)
CASES: list[tuple[Purpose, Standing, Any, str]] = [
    ("mandated", STOPPED, None, "none"),
    ("reply", STOPPED, NOW, "deny"),
    ("service", STOPPED, NOW, "deny"),
    ("marketing", STOPPED, NOW, "deny"),
    ("marketing", Standing(), NOW, "deny"),
    ("marketing", SERVICE, NOW, "deny"),
    ("marketing", MARKETING, None, "allow"),
    ("service", SERVICE, None, "allow"),
    ("service", MARKETING, None, "deny"),
    ("service", Standing(), LATELY, "none"),
    ("reply", Standing(), LATELY, "none"),
    ("service", Standing(), LONG_AGO, "deny"),
    ("reply", Standing(), None, "deny"),
]


@pytest.mark.parametrize(("purpose", "standing", "heard", "expected"), CASES)
def test_a_message_needs_a_basis(purpose: Purpose, standing: Standing, heard: Any, expected: str) -> None:
    given = facts(known={"standing": standing, "last_heard": heard})
    assert verdict(GUARD, replace(message_of(), purpose=purpose), given) == expected


def test_a_denial_and_an_allowance_name_their_entry() -> None:
    denied = GUARD.judge(message_of(), facts(known={"standing": STOPPED}))
    allowed = GUARD.judge(message_of(), facts(known={"standing": SERVICE}))
    assert denied is not None and denied.evidence == ("cst_9",)
    assert allowed is not None and allowed.evidence == ("cst_2",)


def test_what_sends_nothing_needs_no_consent() -> None:
    assert verdict(GUARD, booking_of(), facts(known={"standing": STOPPED})) == "none"
