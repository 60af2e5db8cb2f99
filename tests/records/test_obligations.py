"""Obligations: open once, closed with an outcome, and never lost in between."""

from __future__ import annotations

from typing import Any

import pytest
from making import BUSINESS, NOW, a_contact, later, within
from sqlalchemy import event

from domain.action import Action
from records import ledger, obligations
from records.database import Database, Tx
from records.obligations import Ending, Owed


def open_one(database: Database, kind: str, cause: str, minutes: float = 10) -> str:
    owed = Owed(kind=kind, cause=cause, contact=a_contact(database), due=later(minutes), detail="please call")
    return within(database, lambda tx: obligations.open_one(tx, BUSINESS, owed, now=NOW))


def still_open(database: Database) -> list[str]:
    return [o.id for o in within(database, lambda tx: obligations.still_open(tx, BUSINESS))]


def test_one_loop_per_kind_and_cause(database: Database) -> None:
    assert open_one(database, "answer", "m1") == open_one(database, "answer", "m1") != open_one(database, "lead", "m1")
    assert len(still_open(database)) == 2


def test_the_most_urgent_comes_first(database: Database) -> None:
    late, soon = open_one(database, "answer", "m1", 20), open_one(database, "lead", "m2", 5)
    assert still_open(database) == [soon, late]
    only = within(database, lambda tx: obligations.still_open(tx, BUSINESS, kinds=("answer",), limit=5))
    assert [o.id for o in only] == [late] and only[0].detail == "please call"


def test_what_is_done_is_closed_once_with_its_outcome(database: Database) -> None:
    one, two = open_one(database, "answer", "m1"), open_one(database, "answer", "m2")
    other = open_one(database, "answer", "m3")

    def close() -> int:
        ending = Ending("answered", "act_1")
        return within(database, lambda tx: obligations.close(tx, BUSINESS, ["m1", "m2"], ending=ending, now=later(1)))

    assert (close(), close()) == (2, 0)
    assert still_open(database) == [other]
    events = [e for e in within(database, lambda tx: ledger.about(tx, BUSINESS, one)) if "closed" in e.kind]
    assert [(e.body["outcome"], e.body["by"]) for e in events] == [("answered", "act_1")]
    assert two not in still_open(database)


def test_another_business_closes_nothing_here(database: Database) -> None:
    one = open_one(database, "answer", "m1")
    ending = Ending("answered", "act_1")
    assert within(database, lambda tx: obligations.close(tx, "dentist", ["m1"], ending=ending, now=NOW)) == 0
    assert still_open(database) == [one]


def test_a_kind_is_closed_alone(database: Database) -> None:
    open_one(database, "approval", "act_1")
    other = open_one(database, "delivery", "act_1")
    ending = Ending("approved", "staff:kim")
    assert within(database, lambda tx: obligations.close_kind(tx, "approval", "act_1", ending=ending, now=NOW))
    assert not within(database, lambda tx: obligations.close_kind(tx, "approval", "act_1", ending=ending, now=NOW))
    assert still_open(database) == [other]


def test_staff_close_one_by_its_id(database: Database) -> None:
    one = open_one(database, "callback", "act_1")

    def close(which: str) -> bool:
        return within(
            database, lambda tx: obligations.close_id(tx, which, outcome="called", by="staff:kim", now=later(1))
        )

    assert [close("obl_none"), close(one), close(one)] == [False, True, False]


def test_what_was_closed_too_early_opens_again(database: Database) -> None:
    one = open_one(database, "approval", "act_1")

    def reopen(kind: str) -> bool:
        return within(database, lambda tx: obligations.reopen(tx, kind, "act_1", due=later(60), now=later(2)))

    assert not reopen("approval")
    within(database, lambda tx: obligations.close_id(tx, one, outcome="approved", by="staff:kim", now=later(1)))
    assert reopen("approval") and not reopen("delivery")
    assert still_open(database) == [one]
    kinds = [e.kind for e in within(database, lambda tx: ledger.about(tx, BUSINESS, one))]
    assert kinds == ["obligation.opened", "obligation.closed", "obligation.opened"]


@pytest.mark.parametrize(("minutes", "late"), [(9, False), (10, True)])
def test_staff_are_shown_a_late_answer_once(database: Database, minutes: float, late: bool) -> None:
    one = open_one(database, "answer", "m1", 10)
    open_one(database, "lead", "m2", 1)

    def overdue() -> list[str]:
        found = within(database, lambda tx: obligations.overdue_answers(tx, BUSINESS, later(minutes)))
        return [o.id for o in found]

    assert overdue() == ([one] if late else [])
    within(database, lambda tx: obligations.escalate(tx, one))
    assert overdue() == []


def test_an_answer_does_not_read_all_that_is_open(sqlite: Database) -> None:
    plans: list[str] = []
    answer = Action(
        id="act_1", business=BUSINESS, contact=None, tool="message", args={}, args_hash="", version=1, tier=1,
        purpose="reply", assurance=0, state="done", cause="m1", proposed_by="test", turn="t1", channel="sms",
        address=None, snapshot="", ref="A1",
    )  # fmt: skip

    def explained(tx: Tx) -> None:
        @event.listens_for(tx, "before_cursor_execute")
        def explain(_: Any, cursor: Any, statement: str, given: Any, *__: Any) -> None:
            if statement.startswith("UPDATE obligation"):
                plans.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", given))

        obligations.close(tx, BUSINESS, ["m1", "m2"], ending=Ending("answered", "act_1"), now=NOW)
        obligations.close_answered(tx, answer, now=NOW)
        obligations.close_kind(tx, "answer", "m1", ending=Ending("answered", "act_1"), now=NOW)

    within(sqlite, explained)
    searched = [plan for plan in plans if " obligation " in plan]
    assert len(searched) == 3 and all("ix_obligation_cause" in plan for plan in searched)
