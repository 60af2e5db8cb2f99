"""The vocabulary over one played conversation: what holds, what does not, and each negative as its opposite."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput
from evals.case import Case
from evals.evidence import Evidence
from evals.expect import CHECKS, judge
from evals.performing import Performance
from evals.recording import Recorder
from evals.venue import Venues
from evals.vocabulary import Expectation

TURNS: list[dict[str, Any]] = [
    {"user": "balayage with Ana friday at 9"},
    {"user": "yes please"},
    {"user": "I'd like my deposit back"},
    {"user": "yes"},
    {"staff": "approve"},
    {"missed_call": "no_answer"},
    {"user": "STOP"},
]
CASE = Case.model_validate({"id": "all", "clock": "2026-11-24T10:00:00-05:00", "turns": TURNS})
HOLDS: list[dict[str, Any]] = [
    {"says": "you're booked"},
    {"says": {"contains": ["Balayage", "$180"], "channel": "sms", "to": "customer"}},
    {"says": {"matches": r"booking code is \w{6}"}},
    {"says": {"any_of": ["nope", "refund"], "at_least": 2}},
    {"calls_tool": "book"},
    {"calls_tool": {"name": "book", "args~": {"start": "2026-11-27T09:00", "staff": "ana"}, "state": "done"}},
    {"calls_tool": {"name": "refund_deposit", "count": 1}},
    {"calls_tool": {"name": "book", "args>=": {
        "service": "balayage", "staff": "ana", "start": "2026-11-27T09:00", "price_cents": {"lte": 18000}}}},
    {"tool_order": ["book", "refund_deposit"]},
    {"trajectory": {"tools": ["book", "refund_deposit"], "mode": "superset"}},
    {"guard": {"tool": "book", "decision": "ask", "rule": "confirmed", "verdict": "ask", "tier": 2}},
    {"guard": {"tool": "refund_deposit", "decision": "hold", "at_least": 1}},
    {"guard": {"tool": "refund_deposit", "rule": "tier", "verdict": "allow", "reasons~": "approved"}},
    {"interrupts": {"tool": "refund_deposit", "count": 1}},
    {"resumes": {"tool": "refund_deposit", "by": "approve"}},
    {"escalates": {"kind": "approval", "within_turns": 4}},
    {"consent": {"state": "revoked", "method": "keyword"}},
    {"ledger": {"kind": "action.done", "count": 1, "fields": {"tool": "refund_deposit"}}},
    {"ledger_sound": True},
    {"sends": {"purpose": "mandated", "count": 1}},
    {"sends": {"channel": "sms", "between": ["2026-11-24T10:00", "2026-11-24T10:10"], "at_least": 5}},
    {"state": {"bookings": {"count": 1, "where": {"refunded_cents": 5000, "start_at": {"gte": "2026-11-27T00:00"}}}}},
    {"state": {"obligations": {"where": {"kind": {"in": ["approval"]}, "outcome": "approved"}}}},
    {"followup": {"kind": "approval", "open": False, "outcome": "approved"}},
    {"within_turns": 6},
    {"model_called": True},
    {"model_saw": "deposit"},
    {"model_saw": {"matches": "^yes please$"}},
    {"py": "test_expect:nothing_wrong"},
]  # fmt: skip
FAILS: list[dict[str, Any]] = [
    {"says": "you are rich"},
    {"says": {"contains": "booked", "count": 7}},
    {"calls_tool": {"name": "book", "args~": {"staff": "ben"}}},
    {"calls_tool": {"name": "book", "args": {"staff": "ana"}}},
    {"calls_tool": {"name": "cancel"}},
    {"tool_order": ["refund_deposit", "book"]},
    {"trajectory": {"tools": ["book"], "mode": "strict"}},
    {"guard": {"tool": "book", "decision": "refuse"}},
    {"blocked_by": "consent"},
    {"interrupts": "book"},
    {"resumes": {"by": "reject"}},
    {"escalates": {"kind": "callback"}},
    {"consent": {"state": "granted"}},
    {"ledger": "brake.on"},
    {"sends": {"purpose": "marketing"}},
    {"queued": {}},
    {"state": {"bookings": {"count": 2}}},
    {"followup": {"kind": "approval"}},
    {"within_turns": 2},
    {"model_saw": "STOP"},
    {"py": "test_expect:something_wrong"},
]


def nothing_wrong(evidence: Evidence) -> str | None:
    return None if evidence.events else "there is nothing"


def something_wrong(_evidence: Evidence) -> str | None:
    return "it is wrong"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return asyncio.run(played())


async def played() -> Evidence:
    venues = Venues()
    venue = await venues.of(CASE, Path(), modelled=False)
    await venue.begin(Performance(venue, CASE, "").instant(CASE.clock.now))
    app, show = venue.app, Performance(venue, CASE, "k")
    recorder = Recorder(database=app.database, pack=app.pack, case=CASE, public_hex=app.keys.public_hex)
    for turn in CASE.turns:
        recorder.begin_turn()
        await show.perform(turn)
    found = recorder.evidence(whole=True)
    await venues.close()
    return found


def expectation(wanted: dict[str, Any], **more: Any) -> Expectation:
    return Expectation.model_validate({**wanted, **more})


def negative(wanted: dict[str, Any]) -> dict[str, Any]:
    (name, value), opposite = next(iter(wanted.items())), {"model_saw": "model_never_saw"}
    if isinstance(value, bool):
        return {name: not value}
    return {opposite.get(name, f"not_{name}"): value}


@pytest.mark.parametrize("wanted", HOLDS, ids=lambda wanted: next(iter(wanted)))
def test_what_holds_holds_and_its_negative_does_not(wanted: dict[str, Any], evidence: Evidence) -> None:
    assert judge(evidence, expectation(wanted)) is None
    failure = judge(evidence, expectation(negative(wanted)))
    assert failure is not None and failure.why


@pytest.mark.parametrize("wanted", FAILS, ids=lambda wanted: next(iter(wanted)))
def test_what_does_not_hold_is_told_and_its_negative_holds(wanted: dict[str, Any], evidence: Evidence) -> None:
    failure = judge(evidence, expectation(wanted))
    assert failure is not None and failure.wanted and "at the end" in failure.told()
    assert judge(evidence, expectation(negative(wanted))) is None


def test_every_assertion_is_tried_here() -> None:
    tried = {next(iter(wanted)) for wanted in HOLDS + FAILS}
    assert {*CHECKS} - tried == {"state_unchanged", "within"}, "those need a turn: the suites try them"


def test_a_failure_shows_turn_evidence_and_nearest_miss(evidence: Evidence) -> None:
    wanted = {"calls_tool": {"name": "book", "args~": {"staff": "ben"}, "count": 1}}
    failure = judge(evidence, expectation(wanted, at="end"), after="user: yes")
    assert failure is not None and failure.turn == len(TURNS)
    told = failure.told()
    assert "turn 7 (user: yes): calls_tool: nothing matched" in told
    assert "staff: wanted 'ben', there was 'ana'" in told and "evidence book(" in told


def test_a_turn_s_expectation_looks_at_that_turn_only(evidence: Evidence) -> None:
    assert judge(evidence, expectation({"model_called": False}), after="user: STOP") is None
    assert judge(evidence, expectation({"says": "you're booked"}), after="user: STOP") is not None
    assert judge(evidence, expectation({"says": "you're booked"}, at="any"), after="user: STOP") is None


def test_a_message_of_one_s_own_comes_first(evidence: Evidence) -> None:
    failure = judge(evidence, expectation({"says": "never said"}, message="customers must be greeted"))
    assert failure is not None and failure.why == "customers must be greeted"


def test_what_a_case_names_wrongly_is_refused_with_the_fix(evidence: Evidence) -> None:
    for wanted, why in (
        ({"state": {"bookinks": {"count": 1}}}, "there are actions"),
        ({"py": "nowhere:nothing"}, "nowhere"),
        ({"sends": {"between": ["soon", "later"]}}, "is not a time"),
    ):
        with pytest.raises(BadInput, match=why):
            judge(evidence, expectation(wanted))
