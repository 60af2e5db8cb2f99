"""Brakes: what stops, for whom, what trips, and that it stays until a person lifts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from judging import facts, with_policy
from making import BUSINESS, NOW, PHONE, a_contact, later, message_of, recorded, salon, within

from domain.action import Proposal, Purpose
from domain.clock import to_ms
from domain.settings import Brakes, Policy
from guards import spending
from guards.brake import GUARD, Pressure
from guards.door import submit
from guards.facts import Clearance
from records import actions, brakes, ledger, messages, obligations
from records.brakes import Brake, Parts, Said, Traffic
from records.database import Database, Tx

PAUSE = Brake("brk_1", "pause", "storm", "kim", 0)
LOOP = Brake("brk_2", "loop:con_1", "a machine", "guard", 0)
NEVER: dict[str, Any] = {"last_heard": None}
JUST_NOW: dict[str, Any] = {"last_heard": NOW}
TO_DANA = message_of(contact="con_1")


def of(purpose: Purpose, action: Proposal = TO_DANA) -> Proposal:
    return replace(action, purpose=purpose)


def said(action: Proposal, pressure: Pressure, known: dict[str, Any], policy: Policy | None = None) -> str | None:
    """The first piece of evidence of a denial."""
    pack = with_policy(policy) if policy else salon()
    found = GUARD.judge(action, facts(pack=pack, known={**known, "brake": pressure}))
    assert found is None or (found.rule, found.verdict) == ("brake", "deny")
    return found.evidence[0] if found else None


HELD = [
    (of("marketing"), NEVER, PAUSE, "brk_1"),
    (of("marketing"), JUST_NOW, PAUSE, "brk_1"),
    (of("service"), NEVER, PAUSE, "brk_1"),
    (of("service"), JUST_NOW, PAUSE, None),
    (of("reply"), JUST_NOW, PAUSE, None),
    (of("reply"), {"last_heard": NOW - timedelta(hours=2)}, PAUSE, "brk_1"),
    (of("mandated"), NEVER, PAUSE, None),
    (of("reply"), JUST_NOW, LOOP, "brk_2"),
    (of("marketing"), NEVER, LOOP, "brk_2"),
    (of("reply", message_of(contact="con_2")), JUST_NOW, LOOP, None),
    (of("marketing", message_of(contact="con_2")), NEVER, LOOP, None),
    (of("mandated"), JUST_NOW, LOOP, None),
]


@pytest.mark.parametrize(("action", "known", "held", "expected"), HELD)
def test_what_a_brake_stops(action: Proposal, known: dict[str, Any], held: Brake, expected: str | None) -> None:
    assert said(action, Pressure(held=(held,)), known) == expected


TRAFFIC = [
    (Traffic(1499, 1499, 0, 0), None),
    (Traffic(1500, 1500, 0, 0), "trip:volume"),
    (Traffic(1, 20, 1, 0), None),
    (Traffic(1, 100, 2, 0), None),
    (Traffic(1, 100, 3, 0), "trip:filtered"),
    (Traffic(1, 20, 2, 0), "trip:filtered"),
    (Traffic(1, 20, 0, 1), "trip:unregistered"),
]


@pytest.mark.parametrize(("traffic", "expected"), TRAFFIC)
def test_what_trips_the_breaker(traffic: Traffic, expected: str | None) -> None:
    assert said(of("marketing"), Pressure(traffic=traffic), NEVER) == expected
    assert said(of("service"), Pressure(traffic=traffic), JUST_NOW) is None
    assert said(of("mandated"), Pressure(traffic=traffic), NEVER) is None


def talk(*lines: str, apart: int = 30) -> tuple[Said, ...]:
    """The thread's last lines, the newest first; ours begin with >."""
    at = to_ms(NOW)
    return tuple(Said(t.startswith(">"), t, at - n * apart * 1000) for n, t in enumerate(reversed(lines)))


DRIVING = "I'm driving and will call you later."
LOOPS = [
    (talk(*[DRIVING, ">hello"] * 3), None),
    (talk(*[DRIVING, ">hello"] * 3, DRIVING), "trip:loop:con_1"),
    (talk(*[DRIVING, ">hello"] * 3, "i'm driving  AND will call you later."), "trip:loop:con_1"),
    (talk(*[DRIVING, ">hello"] * 3, "Oh hello, I am here"), None),
    (talk(*["yes", ">hello"] * 3, "yes"), None),
    (talk(*[DRIVING, ">hello"] * 3, DRIVING, apart=600), None),
    (talk(*(line for n in range(8) for line in (f"your ticket is {n}, goodbye", ">hello"))), None),
    (talk(*(line for n in range(9) for line in (f"your ticket is {n}, goodbye", ">hello"))), "trip:loop:con_1"),
    (talk(*(f">{n}" for n in range(39))), None),
    (talk(*(f">{n}" for n in range(40)), apart=5), "trip:loop:con_1"),
    (talk(*(f">{n}" for n in range(40)), apart=60), None),
]


@pytest.mark.parametrize(("thread", "expected"), LOOPS)
def test_a_phone_that_answers_by_itself_is_answered_three_times(thread: tuple[Said, ...], expected: str | None) -> None:
    assert said(of("reply"), Pressure(said=thread), JUST_NOW) == expected


def test_staff_may_still_write_to_it() -> None:
    words = replace(of("reply"), args={**TO_DANA.args, "author": "staff"})
    assert said(words, Pressure(said=talk(*(f">{n}" for n in range(42)), apart=5)), JUST_NOW) is None
    assert said(words, Pressure(held=(LOOP,)), JUST_NOW) is None


CENT = spending.PER_CENT
PART = spending.price("+1202", "USD")
BUDGET = Policy(brakes=Brakes(spend_per_day_cents=100, spend_per_30_days_cents=500))
ONE_DOLLAR, FIVE_DOLLARS = 100 * CENT // PART, 500 * CENT // PART
SPENT = [
    (of("marketing"), NEVER, Parts("+1202", ONE_DOLLAR - 1, ONE_DOLLAR - 1), None),
    (of("marketing"), NEVER, Parts("+1202", ONE_DOLLAR, ONE_DOLLAR), "ceiling:day"),
    (of("marketing"), NEVER, Parts("+1202", 0, FIVE_DOLLARS), "ceiling:month"),
    (of("reply"), JUST_NOW, Parts("+1202", ONE_DOLLAR, ONE_DOLLAR), None),
    (of("reply"), JUST_NOW, Parts("+1202", 2 * ONE_DOLLAR - 1, 0), None),
    (of("reply"), JUST_NOW, Parts("+1202", 2 * ONE_DOLLAR, 0), "ceiling:day"),
    (of("mandated"), NEVER, Parts("+1202", 9 * ONE_DOLLAR, 0), None),
    (replace(of("reply"), channel="web"), JUST_NOW, Parts("+1202", 9 * ONE_DOLLAR, 0), None),
    (of("marketing"), NEVER, Parts("+1876", ONE_DOLLAR // 10, 0), "ceiling:day"),  # Jamaica is not the US
]


@pytest.mark.parametrize(("action", "known", "parts", "expected"), SPENT)
def test_a_spent_budget_stops_what_we_begin_and_twice_the_budget_answers_too(
    action: Proposal, known: dict[str, Any], parts: Parts, expected: str | None
) -> None:
    assert said(action, Pressure(parts=(parts,)), known, BUDGET) == expected


def test_long_and_foreign_texts_cost_what_they_take() -> None:
    assert spending.cost("a" * 160, PHONE, "USD") == PART
    assert spending.cost("a" * 161, PHONE, "USD") == 2 * PART
    assert spending.cost("й" * 71, PHONE, "USD") == 2 * PART
    assert spending.price("+4477", "GBP") < spending.price("+4477", "USD")


# Over records: what trips is latched by the door, in the transaction that decided.

ONLY = (GUARD,)
TIGHT = with_policy(Policy(brakes=Brakes(proactive_per_hour=2)))


def sends(tx: Tx, contact: str, *, at: datetime, cause: str, code: str = "") -> None:
    """A service message that left, or was refused outside with a carrier's code."""
    action = recorded(tx, message_of(contact=contact, cause=cause), now=at)
    row = {
        "business": BUSINESS, "contact": contact, "channel": "sms", "address_kind": "phone", "address": PHONE,
        "text": "Hi", "author": "assistant", "action": action.id, "at": to_ms(at), "segments": 1,
    }  # fmt: skip
    messages.insert_outgoing(tx, row)
    actions.settle(tx, action.id, "failed" if code else "done", receipt={"why": code} if code else {}, now=at)


def asks(tx: Tx, contact: str, *, at: datetime, cause: str) -> str:
    """How the door answers a message we begin, by the brake alone."""
    decision, row = submit(tx, message_of(contact=contact, cause=cause), Clearance(ONLY, TIGHT, at))
    return decision.findings[0].evidence[0] if decision.findings else row.state


def test_too_many_at_once_latches_pages_and_stays_until_a_person_lifts_it(database: Database) -> None:
    contact = a_contact(database)

    def work(tx: Tx) -> Iterator[str]:
        for number in range(2):
            yield asks(tx, contact, at=later(number), cause=f"trn_{number}")
            sends(tx, contact, at=later(number), cause=f"sent_{number}")
        yield asks(tx, contact, at=later(3), cause="trn_3")
        [held] = brakes.history(tx, BUSINESS, live=True)
        yield "" if asks(tx, contact, at=later(500), cause="trn_4") == held.id else "forgot"
        yield asks(tx, contact, at=later(3), cause="trn_5").partition("_")[0]
        yield str([o.cause == held.id for o in obligations.still_open(tx, BUSINESS)])
        brakes.lift(tx, BUSINESS, by="kim", now=later(501))
        yield str(obligations.still_open(tx, BUSINESS))
        yield asks(tx, contact, at=later(502), cause="trn_6")

    told = within(database, lambda tx: list(work(tx)))
    assert told == ["cleared", "cleared", "trip:volume", "", "brk", "[True]", "[]", "cleared"]
    kinds = [e.kind for e in within(database, lambda tx: ledger.events(tx, BUSINESS))]
    assert [k for k in kinds if k.startswith("brake")] == ["brake.on", "brake.off"]


def test_a_lifted_breaker_counts_anew(database: Database) -> None:
    contact = a_contact(database)

    def work(tx: Tx) -> Iterator[str]:
        for number in range(2):
            sends(tx, contact, at=later(number), cause=f"sent_{number}")
        yield asks(tx, contact, at=later(2), cause="trn_1")
        brakes.lift(tx, BUSINESS, by="kim", now=later(3))
        yield asks(tx, contact, at=later(4), cause="trn_2")

    assert within(database, lambda tx: list(work(tx))) == ["trip:volume", "cleared"]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["30007"], "cleared"), (["30007", "30007"], "trip:filtered"), (["30003", "30008"], "cleared"),
        (["30034"], "trip:unregistered"), (["30032"], "trip:unregistered"),
    ],
)  # fmt: skip
def test_carriers_that_filter_us_trip_it(database: Database, codes: list[str], expected: str) -> None:
    contact = a_contact(database)

    def work(tx: Tx) -> str:
        for number, code in enumerate(codes):
            sends(tx, contact, at=later(number), cause=f"sent_{number}", code=code)
        return asks(tx, contact, at=later(90), cause="trn_1")

    assert within(database, work) == expected


def test_what_was_sent_is_priced_by_country_and_window(database: Database) -> None:
    contact = a_contact(database)

    def work(tx: Tx) -> tuple[int, int]:
        for days in (0.5, 2, 31):
            sends(tx, contact, at=NOW - timedelta(days=days), cause=f"sent_{days}")
        sends(tx, contact, at=NOW, cause="refused", code="21610")
        messages.set_state(tx, recorded(tx, message_of(contact=contact, cause="refused")).id, "failed", now=NOW)
        parts = brakes.parts_sent(tx, BUSINESS, day=NOW - timedelta(days=1), since=NOW - timedelta(days=30))
        return spending.spent(parts, "USD")

    assert within(database, work) == (PART, 2 * PART)


def test_a_pause_is_put_on_once_and_what_only_it_stopped_is_found(database: Database) -> None:
    contact = a_contact(database)

    def work(tx: Tx) -> Iterator[Any]:
        made = brakes.brake("pause", reason="storm", actor="kim", now=NOW)
        yield brakes.put_on(tx, BUSINESS, made, now=NOW)[1]
        again = brakes.brake("pause", reason="again", actor="lee", now=later(1))
        yield brakes.put_on(tx, BUSINESS, again, now=later(1)) == (made.id, False)
        yield asks(tx, contact, at=later(2), cause="trn_1") == made.id
        held = brakes.lift(tx, BUSINESS, by="kim", now=later(3))
        yield [row.cause for row in brakes.stopped_by(tx, BUSINESS, held, since=NOW)]
        yield brakes.stopped_by(tx, BUSINESS, held, since=later(3))
        yield brakes.lift(tx, BUSINESS, by="kim", now=later(4))

    assert within(database, lambda tx: list(work(tx))) == [True, True, True, ["trn_1"], [], ()]
