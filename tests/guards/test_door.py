"""The one door: what guards answered is recorded with all that follows from it, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from judging import approval, with_policy
from making import BUSINESS, NOW, PHONE, a_contact, booking_of, heard, later, message_of, salon, within

from domain.action import Action, Assurance, Proposal
from domain.clock import to_ms
from domain.decision import Decision, Finding
from domain.extensions import discover
from domain.guard import Guard
from domain.settings import Policy
from guards.door import record, submit
from guards.facts import Clearance, load_facts
from guards.order import ordered
from records import actions, challenges, consents, conversations, jobs, ledger, messages, obligations, timers
from records.consents import Entry
from records.database import Database, Tx
from records.staff_answers import StaffAnswer, decide

GUARDS = tuple(ordered(discover("guards", "GUARD")))
STRICT = replace(with_policy(Policy(dial="strict")), snapshot="strict")
BOOK = booking_of(to_ms(later(600)))


def clearance(*, guards: tuple[Guard, ...] = GUARDS, strict: bool = False, minutes: float = 0) -> Clearance:
    return Clearance(guards, STRICT if strict else salon(), later(minutes))


def ask_door(database: Database, proposal: Proposal, given: Clearance | None = None) -> tuple[Decision, Action]:
    return within(database, lambda tx: submit(tx, proposal, given or clearance()))


def still_open(database: Database) -> dict[str, int]:
    found = within(database, lambda tx: obligations.still_open(tx, BUSINESS))
    return {o.kind: o.due_at for o in found}


def spoke(database: Database, contact: str) -> None:
    said = heard("hi", "SM1")
    within(database, lambda tx: messages.insert_heard(tx, BUSINESS, contact, heard=said, now=NOW))


def stop(database: Database) -> None:
    entry = Entry(
        business=BUSINESS, contact=None, address=PHONE, channel="sms", purpose="all", act="revoke",
        method="keyword", evidence="m1", actor="customer",
    )  # fmt: skip
    within(database, lambda tx: consents.add(tx, entry, NOW))


def test_a_message_after_stop_is_refused_whoever_proposes_it(database: Database) -> None:
    contact = a_contact(database)
    spoke(database, contact)
    assert ask_door(database, message_of(contact=contact))[1].state == "cleared"
    stop(database)
    decision, action = ask_door(database, message_of("again", contact=contact))
    assert (decision.outcome, action.state, decision.rules) == ("refuse", "refused", ("consent",))
    assert ask_door(database, replace(message_of("bye", contact=contact), purpose="mandated"))[1].state == "cleared"


def test_a_commitment_is_asked_and_its_question_lapses(database: Database) -> None:
    _, action = ask_door(database, BOOK)
    ask_door(database, BOOK, clearance(minutes=5))
    assert action.state == "asked" and action.expires_at == to_ms(later(30))
    assert within(database, lambda tx: timers.fire(tx, BUSINESS, later(30))) == 1
    job = within(database, lambda tx: jobs.take(tx, later(30)))
    assert job is not None and (job.kind, job.ref) == ("lapse", action.id)


def confirmed(database: Database, action: Action) -> None:
    assert within(database, lambda tx: actions.confirm(tx, action.id, action.args_hash, turn="trn_2", now=NOW))


def test_a_yes_to_these_arguments_clears_it(database: Database) -> None:
    _, action = ask_door(database, BOOK)
    confirmed(database, action)
    assert ask_door(database, replace(BOOK, action=action.id))[1].state == "cleared"


def held(database: Database) -> Action:
    """A booking the customer wants and a strict business holds."""
    _, asked = ask_door(database, BOOK, clearance(strict=True))
    assert asked.state == "asked"
    confirmed(database, asked)
    _, action = ask_door(database, replace(BOOK, action=asked.id), clearance(strict=True))
    assert action.state == "held"
    return action


def test_a_held_action_gets_its_job_its_end_and_its_follow_up(database: Database) -> None:
    action = held(database)
    assert still_open(database) == {"approval": to_ms(later(240))}
    job = within(database, lambda tx: jobs.take(tx, NOW))
    assert job is not None and (job.kind, job.ref, job.lane) == ("drive", action.id, f"action:{action.id}")
    assert within(database, lambda tx: timers.fire(tx, BUSINESS, later(240))) == 2


def approve(database: Database, action: Action) -> None:
    said = StaffAnswer(kind="approve", by="staff:kim", args_hash=action.args_hash)
    assert within(database, lambda tx: decide(tx, action.id, said, new_hash=action.args_hash, now=later(1)))
    ending = obligations.Ending("approved", "staff:kim")
    within(database, lambda tx: obligations.close_kind(tx, "approval", action.id, ending=ending, now=later(1)))


def test_what_staff_approved_runs(database: Database) -> None:
    action = held(database)
    approve(database, action)
    assert ask_door(database, replace(BOOK, action=action.id), clearance(strict=True))[1].state == "cleared"


@pytest.mark.parametrize(("minutes", "until"), [(10, 240), (300, 540)])
def test_where_another_rule_holds_it_the_card_returns(database: Database, minutes: int, until: int) -> None:
    action = held(database)
    approve(database, action)
    stricter = Guard("new", reads=(), judge=lambda _action, _facts: Finding("new", "hold", "a new rule"))
    given = clearance(guards=(*GUARDS, stricter), strict=True, minutes=minutes)
    _, again = ask_door(database, replace(BOOK, action=action.id), given)
    assert again.state == "held"
    row = within(database, lambda tx: actions.load(tx, action.id))
    assert row is not None and row.staff is None and row.expires_at == to_ms(later(until))
    assert still_open(database) == {"approval": to_ms(later(until))}
    assert within(database, timers.next_due) is not None


def test_a_rule_that_fails_refuses_and_staff_are_told(database: Database) -> None:
    def broken(_action: Any, _facts: Any) -> None:
        raise ValueError("boom")

    given = clearance(guards=(*GUARDS, Guard("broken", reads=(), judge=broken)))
    decision, action = ask_door(database, BOOK, given)
    assert action.state == "refused" and "broken" in decision.rules
    assert list(still_open(database)) == ["guard"]


def test_a_fact_that_cannot_be_loaded_refuses_and_is_recorded(database: Database) -> None:
    def spoils(tx: Tx, _action: Any, _clearance: Any) -> None:
        tx.exec_driver_sql("SELECT no_such_column FROM contact")

    spoiling = Guard("spoiling", reads=(), judge=lambda _action, _facts: None, load=spoils)
    decision, action = ask_door(database, BOOK, clearance(guards=(*GUARDS, spoiling)))
    assert action.state == "refused" and decision.rules[0] == "spoiling"
    assert list(still_open(database)) == ["guard"]


def test_without_guards_nothing_passes(database: Database) -> None:
    assert ask_door(database, BOOK, clearance(guards=()))[1].state == "refused"
    assert list(still_open(database)) == ["guard"]


def test_a_guard_that_was_not_asked_refuses(database: Database) -> None:
    answers = {guard.name: None for guard in GUARDS[1:]}
    _, action = within(database, lambda tx: record(tx, BOOK, answers, clearance=clearance()))
    assert action.state == "refused" and list(still_open(database)) == ["guard"]


def test_the_ledger_tells_which_rules_decided_on_which_evidence(database: Database) -> None:
    contact = a_contact(database)
    stop(database)
    _, action = ask_door(database, message_of(contact=contact))
    (event,) = within(database, lambda tx: ledger.about(tx, BUSINESS, action.id))
    (found,) = [f for f in event.body["findings"] if f["verdict"] == "deny"]
    assert found["rule"] == "consent" and found["evidence"][0].startswith("cst_")


def certainty(database: Database, proposal: Proposal, given: Clearance | None = None) -> int:
    return within(database, lambda tx: load_facts(tx, proposal, given or clearance()).assurance)


def test_how_sure_we_are_comes_from_channel_and_code(database: Database) -> None:
    contact = a_contact(database)
    said = heard("hi", "CA1", channel="call", session="call-1")
    within(database, lambda tx: messages.insert_heard(tx, BUSINESS, contact, heard=said, now=NOW))
    turn = within(database, lambda tx: conversations.open_turn(tx, contact, NOW))
    assert turn is not None
    wanted = replace(BOOK, channel="call", turn=turn.id, assurance=2)
    assert certainty(database, wanted) == Assurance.ADDRESS
    assert certainty(database, replace(wanted, channel="sms")) == Assurance.CODE
    assert certainty(database, replace(wanted, channel="fax")) == Assurance.UNKNOWN
    begun = within(database, lambda tx: challenges.begin(tx, contact, session="call-1", address=PHONE, now=NOW))
    assert begun is not None
    within(database, lambda tx: challenges.attempt(tx, "call-1", begun[1], now=NOW))
    assert certainty(database, wanted) == Assurance.CODE
    assert certainty(database, replace(wanted, turn=None)) == Assurance.STAFF


def test_an_approval_in_the_tests_is_what_staff_write(database: Database) -> None:
    action = held(database)
    approve(database, action)
    row = within(database, lambda tx: actions.load(tx, action.id))
    assert row is not None and row.staff is not None
    assert approval(*row.staff["rules"], args_hash=row.args_hash).items() <= row.staff.items()
