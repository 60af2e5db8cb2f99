"""Staff answers: once, and only to what the card showed."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from making import ASK, BUSINESS, HOLD, NOW, booking_of, later, recorded, within

from domain.action import Action
from domain.canonical import digest
from domain.clock import to_ms
from records import actions, ledger, staff_answers
from records.database import Database
from records.staff_answers import StaffAnswer

EDITED = {"service": "cut", "start": 2}


@pytest.fixture
def held(database: Database) -> Action:
    return within(database, lambda tx: recorded(tx, booking_of(), HOLD))


def answer(
    action: Action, kind: Literal["approve", "edit", "reject", "answer", "expire"] = "approve", by: str = "staff:kim"
) -> StaffAnswer:
    return StaffAnswer(kind=kind, by=by, args_hash=action.args_hash)


def decide(database: Database, action: Action, said: StaffAnswer, new_hash: str | None = None) -> bool:
    new = new_hash or action.args_hash
    return within(database, lambda tx: staff_answers.decide(tx, action.id, said, new_hash=new, now=later(1)))


def row(database: Database, action: Action) -> Action:
    found = within(database, lambda tx: actions.load(tx, action.id))
    assert found is not None
    return found


def test_the_first_answer_stands(database: Database, held: Action) -> None:
    assert decide(database, held, replace(answer(held), text="fine"))
    assert not decide(database, held, answer(held, "reject", "staff:lee"))
    staff = row(database, held).staff
    assert staff == {
        "kind": "approve", "by": "staff:kim", "at": to_ms(later(1)), "hash": held.args_hash, "shown": held.args_hash,
        "rules": ["tier"], "text": "fine", "snapshot": "",
    }  # fmt: skip


def test_a_card_that_shows_something_else_is_not_decided(database: Database, held: Action) -> None:
    assert not decide(database, held, replace(answer(held), args_hash="what an old card showed"))
    assert row(database, held).staff is None


def test_only_what_is_held_is_decided(database: Database) -> None:
    asked = within(database, lambda tx: recorded(tx, booking_of(), ASK))
    assert not decide(database, asked, answer(asked))
    assert not decide(database, replace(asked, id="act_none"), answer(asked))


def test_an_edit_is_a_new_version_without_the_customers_yes(database: Database) -> None:
    asked = within(database, lambda tx: recorded(tx, booking_of(), ASK))
    within(database, lambda tx: actions.confirm(tx, asked.id, asked.args_hash, turn="trn_2", now=NOW))
    held = within(database, lambda tx: recorded(tx, booking_of(), HOLD))
    assert held.confirmed_hash == held.args_hash
    new = digest("book", EDITED)
    assert decide(database, held, replace(answer(held, "edit"), args=EDITED), new)
    edited = row(database, held)
    assert (edited.version, edited.args, edited.args_hash, edited.confirmed_hash) == (2, EDITED, new, None)
    within(database, lambda tx: staff_answers.carry_confirmation(tx, held.id, "other"))
    assert row(database, held).confirmed_hash is None
    within(database, lambda tx: staff_answers.carry_confirmation(tx, held.id, new))
    assert row(database, held).confirmed_hash == new


def test_a_card_that_returns_can_be_decided_again(database: Database, held: Action) -> None:
    decide(database, held, answer(held))
    within(database, lambda tx: staff_answers.reopen(tx, held.id, expires=later(60)))
    assert row(database, held).expires_at == to_ms(later(60))
    assert decide(database, held, answer(held, "reject"))


def test_who_decided_is_on_the_ledger(database: Database, held: Action) -> None:
    decide(database, held, replace(answer(held), text="she is a friend"))
    event = within(database, lambda tx: ledger.about(tx, BUSINESS, held.id))[-1]
    assert (event.kind, event.body["by"], event.body["kind"]) == ("action.decided", "staff", "approve")
    assert event.texts == {"by": "staff:kim", "text": "she is a friend"}
    assert "friend" not in str(event.body) and "kim" not in str(event.body)
