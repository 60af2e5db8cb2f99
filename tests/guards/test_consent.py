"""Who may be written to, for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from judging import facts, verdict
from making import NOW, booking_of, message_of

from domain.action import Purpose
from domain.clock import to_ms
from guards.consent import GUARD
from records.consents import Grant, Standing

STOPPED = Standing(revoked="cst_9")
PROVED = Grant("marketing", "cst_1", disclosure="sha")
MARKETING, SERVICE = Standing(grants=(PROVED,)), Standing(grants=(Grant("service", "cst_2"),))
UNPROVED = Standing(grants=(Grant("marketing", "cst_3", method="import"),))
ONLY_OURS = Standing(ended=(("marketing", "cst_4"),))
NOT_BEGUN = Standing(ended=(("service", "cst_5"),))
PENDING = Standing(pending=("cst_6",))
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
    ("service", Standing(), LATELY, "allow"),
    ("reply", Standing(), LATELY, "allow"),
    ("marketing", UNPROVED, NOW, "deny"),
    ("service", UNPROVED, None, "allow"),
    ("marketing", ONLY_OURS, NOW, "deny"),
    ("reply", ONLY_OURS, NOW, "allow"),
    ("service", NOT_BEGUN, LATELY, "deny"),
    ("reply", NOT_BEGUN, NOW, "allow"),
    ("marketing", PENDING, NOW, "deny"),
    ("service", Standing(), LONG_AGO, "deny"),
    ("reply", Standing(), None, "deny"),
]


@pytest.mark.parametrize(("purpose", "standing", "heard", "expected"), CASES)
def test_a_message_needs_a_basis(purpose: Purpose, standing: Standing, heard: Any, expected: str) -> None:
    given = facts(known={"standing": standing, "last_heard": heard})
    assert verdict(GUARD, replace(message_of(), purpose=purpose), given) == expected


MINUTE = timedelta(minutes=1)
LATER = [
    ("web", "reply", NOW - MINUTE, "allow"),
    ("call", "reply", NOW - MINUTE, "allow"),
    ("web", "service", NOW - MINUTE, "deny"),
    ("web", "marketing", NOW - MINUTE, "deny"),
    ("sms", "reply", NOW - MINUTE, "deny"),
    ("web", "reply", NOW - 3 * MINUTE, "deny"),
    ("web", "reply", None, "deny"),
]


@pytest.mark.parametrize(("channel", "purpose", "heard", "expected"), LATER)
def test_only_in_a_chat_or_on_a_call_a_question_after_stop_is_answered(
    channel: str, purpose: Purpose, heard: Any, expected: str
) -> None:
    stopped = Standing(revoked="cst_9", since=to_ms(NOW - 2 * MINUTE))
    given = facts(known={"standing": stopped, "last_heard": heard})
    assert verdict(GUARD, replace(message_of(), purpose=purpose, channel=channel), given) == expected


def test_a_late_answer_to_a_question_after_stop_is_none() -> None:
    stopped = Standing(revoked="cst_9", since=to_ms(NOW - 300 * MINUTE))
    given = facts(known={"standing": stopped, "last_heard": NOW - 200 * MINUTE})
    assert verdict(GUARD, replace(message_of(), purpose="reply", channel="web"), given) == "deny"


def test_a_denial_and_an_allowance_name_their_entry() -> None:
    denied = GUARD.judge(message_of(), facts(known={"standing": STOPPED}))
    allowed = GUARD.judge(message_of(), facts(known={"standing": SERVICE}))
    assert denied is not None and denied.evidence == ("cst_9",)
    assert allowed is not None and allowed.evidence == ("cst_2",)


def test_what_sends_nothing_needs_no_consent() -> None:
    assert verdict(GUARD, booking_of(), facts(known={"standing": STOPPED})) == "none"
