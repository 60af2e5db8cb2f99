"""Caps: rolling hours, counted from what left; one too many is told when it may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import facts, verdict, with_policy
from making import NOW, PHONE, a_contact, later, message_of, recorded, salon, within

from domain.action import ActionState, Proposal, Purpose
from domain.clock import from_ms, to_ms
from domain.decision import Finding
from domain.settings import Caps, Policy
from guards.caps import CAPS, GUARD, load
from guards.facts import Clearance
from records import actions, messages
from records.brakes import Begun
from records.database import Database

HOUR = timedelta(hours=1)
MARKETING = replace(message_of(), purpose="marketing")


def before(*hours: float, purpose: str = "marketing", channel: str = "sms") -> dict[str, Any]:
    """What left so many hours ago, to somebody who never wrote."""
    sent = tuple(Begun(to_ms(NOW - HOUR * h), channel, purpose) for h in sorted(hours))
    return {"caps": sent, "last_heard": None}


def found(action: Proposal, known: dict[str, Any], caps: Caps | None = None) -> Finding | None:
    pack = with_policy(Policy(caps=caps)) if caps else salon()
    return GUARD.judge(action, facts(pack=pack, known=known))


def room(action: Proposal, known: dict[str, Any], caps: Caps | None = None) -> float | None:
    """In how many hours there is room; None where there is."""
    denial = found(action, known, caps)
    if denial is None:
        return None
    assert denial.verdict == "deny" and denial.not_before is not None
    return (from_ms(denial.not_before) - NOW) / HOUR


CASES: list[tuple[Proposal, dict[str, Any], float | None]] = [
    (MARKETING, before(), None),
    (MARKETING, before(23.5), 0.5),
    (MARKETING, before(24), None),
    (MARKETING, before(25, 200, 400), None),
    (MARKETING, before(25, 200, 400, 700), 20),
    (MARKETING, before(25, 200, 400, 720), None),
    (MARKETING, before(1, 200, 400, 719), 23),
    (message_of(), before(1), None),
    (message_of(), before(1, 2, 20), 4),
    (message_of(), before(1, 2, 24), None),
    (message_of(), before(1, 2, 20, purpose="service"), 4),
    (MARKETING, before(1, 2, 20, purpose="service"), 4),
    (replace(message_of(), purpose="reply"), before(1, 2, 20, purpose="service"), 4),
    (replace(message_of(), channel="call"), before(3, purpose="service", channel="call"), 5),
    (replace(message_of(), channel="call"), before(3, purpose="service", channel="sms"), None),
    (replace(message_of(), purpose="mandated"), before(1, 2, 3), None),
]


@pytest.mark.parametrize(("action", "known", "hours"), CASES)
def test_there_is_room_again_when_the_oldest_leaves_the_window(
    action: Proposal, known: dict[str, Any], hours: float | None
) -> None:
    assert room(action, known) == hours


def test_an_answer_to_what_was_just_said_is_not_counted_against_anything() -> None:
    known = {**before(1, 2, 3, purpose="service"), "last_heard": NOW}
    assert verdict(GUARD, message_of(), facts(known=known)) == "none"
    assert verdict(GUARD, MARKETING, facts(known=known)) == "deny"


@pytest.mark.parametrize(
    ("caps", "known", "hours"),
    [
        (Caps(marketing_per_30_days=2), before(30, 100), 620),
        (Caps(marketing_per_30_days=40), before(30, 100, 200, 300), 420),
        (Caps(marketing_per_day=5), before(2), 22),
        (Caps(proactive_per_day=1), before(6, purpose="service"), 18),
        (Caps(marketing_per_day=0), before(), 24),
    ],
)
def test_policy_tightens_and_never_loosens(caps: Caps, known: dict[str, Any], hours: float) -> None:
    assert room(MARKETING, known, caps) == hours


@given(st.lists(st.integers(0, 24 * 31 * 60), max_size=8))
def test_what_waited_until_then_may_go_and_not_a_minute_before(minutes: list[int]) -> None:
    known = before(*(m / 60 for m in minutes))
    denial = found(MARKETING, known)
    if denial is None or denial.not_before is None:
        return
    then = from_ms(denial.not_before)
    assert GUARD.judge(MARKETING, facts(now=then, known=known)) is None
    assert GUARD.judge(MARKETING, facts(now=then - timedelta(seconds=1), known=known)) is not None


def test_the_laws_numbers_are_in_the_table() -> None:
    by_name = {cap.name: (cap.limit, cap.window // 3_600_000) for cap in CAPS}
    assert by_name == {
        "marketing_per_day": (1, 24), "marketing_per_30_days": (4, 720), "proactive_per_day": (3, 24),
        "commercial_per_day": (3, 24), "automated_call": (1, 8),
    }  # fmt: skip


STATES: list[tuple[ActionState | None, int]] = [
    (None, 0), ("done", 1), ("unknown", 1), ("failed", 0), ("refused", 0), ("superseded", 0),
]  # fmt: skip


@pytest.mark.parametrize(("state", "count"), STATES)
def test_only_what_left_or_is_on_its_way_counts(database: Database, state: ActionState | None, count: int) -> None:
    contact = a_contact(database)
    wanted: Purpose = "service"
    proposal = replace(message_of(contact=contact), purpose=wanted)

    def work(tx: Any) -> int:
        action = recorded(tx, proposal)
        row = {
            "business": action.business, "contact": contact, "channel": "sms", "address_kind": "phone",
            "address": PHONE, "text": "Hi", "author": "assistant", "action": action.id, "at": to_ms(NOW),
        }  # fmt: skip
        messages.insert_outgoing(tx, row)
        if state is not None:
            actions.settle(tx, action.id, state, receipt={}, now=NOW)
        return len(load(tx, proposal, Clearance((GUARD,), salon(), later(60))))

    assert within(database, work) == count


def test_a_claimed_one_counts_and_another_persons_does_not(database: Database) -> None:
    contact, other = a_contact(database), a_contact(database, "+12025550199")
    proposal = message_of(contact=contact)

    def work(tx: Any) -> tuple[int, int]:
        action = recorded(tx, proposal)
        row = {
            "business": action.business, "contact": contact, "channel": "sms", "address_kind": "phone",
            "address": PHONE, "text": "Hi", "author": "assistant", "action": action.id, "at": to_ms(NOW),
        }  # fmt: skip
        messages.insert_outgoing(tx, row)
        assert actions.claim(tx, action, now=NOW)[0] is not None
        clearance = Clearance((GUARD,), salon(), later(60))
        return len(load(tx, proposal, clearance)), len(load(tx, message_of(contact=other), clearance))

    assert within(database, work) == (1, 0)
