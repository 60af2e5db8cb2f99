"""Messages: kept once, one thread per contact, and only what left is visible to the customer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from making import BUSINESS, NOW, PHONE, a_contact, heard, later, message_of, recorded, within

from domain.message import Heard
from records import messages
from records.database import Database, Tx


@pytest.fixture
def contact(database: Database) -> str:
    return a_contact(database)


def hear(database: Database, contact: str, said: Heard) -> tuple[str, bool]:
    return within(database, lambda tx: messages.insert_heard(tx, BUSINESS, contact, heard=said, now=NOW))


def out(tx: Tx, contact: str, text: str, *, session: str | None = None) -> str:
    action = recorded(tx, message_of(text, contact=contact))
    messages.insert_outgoing(
        tx,
        {"business": BUSINESS, "contact": contact, "channel": "sms", "address_kind": "phone", "address": PHONE,
         "session": session, "text": text, "options": [], "author": "assistant", "action": action.id, "at": 1},
    )  # fmt: skip
    return action.id


def test_a_repeated_webhook_is_one_message(database: Database, contact: str) -> None:
    first, new = hear(database, contact, heard("hi", "SM1"))
    again, still_new = hear(database, contact, heard("hi, edited", "SM1"))
    assert (new, still_new, again) == (True, False, first)
    (row,) = within(database, lambda tx: messages.thread(tx, contact))
    assert row.text == "hi"


@pytest.mark.parametrize("change", [{"provider_id": "SM2"}, {"event": "edited"}, {"provider": "other"}])
def test_another_event_of_the_provider_is_another_message(
    database: Database, contact: str, change: dict[str, str]
) -> None:
    hear(database, contact, heard("hi", "SM1"))
    assert hear(database, contact, replace(heard("hi", "SM1"), **change))[1]


def test_the_time_is_the_carriers_where_it_told_one(database: Database, contact: str) -> None:
    message, _ = hear(database, contact, replace(heard("hi", "SM1"), at=later(-5)))
    row = within(database, lambda tx: messages.load(tx, message))
    assert row is not None and row.at == int(later(-5).timestamp() * 1000)


def test_an_actions_news_enters_the_thread_once_per_state(database: Database, contact: str) -> None:
    hear(database, contact, heard("hi", "SM1", session="call-1"))
    action = within(database, lambda tx: recorded(tx, message_of(contact=contact)))

    def tell(kind: str) -> bool:
        return within(database, lambda tx: messages.insert_internal(tx, action, contact, kind=kind, now=NOW))

    assert (tell("outcome"), tell("outcome"), tell("asked")) == (True, False, True)
    assert [m.text for m in within(database, lambda tx: messages.thread(tx, contact))] == ["hi"]


def test_an_action_sends_one_message(database: Database, contact: str) -> None:
    action = within(database, lambda tx: (out(tx, contact, "Hello"), out(tx, contact, "Hello"))[0])
    row = within(database, lambda tx: messages.of_action(tx, action))
    assert row is not None and (row.state, row.direction, row.text) == ("planned", "out", "Hello")
    assert len(within(database, lambda tx: messages.thread(tx, contact))) == 1


def test_the_customer_sees_what_was_heard_and_what_left(database: Database, contact: str) -> None:
    hear(database, contact, heard("hi", "SM1"))
    sent, _planned = within(database, lambda tx: (out(tx, contact, "Hello"), out(tx, contact, "Not yet")))
    within(database, lambda tx: messages.set_state(tx, sent, "sent", now=later(1)))
    seen = within(database, lambda tx: messages.thread(tx, contact, visible=True))
    assert [m.text for m in seen] == ["hi", "Hello"]
    assert [m.text for m in within(database, lambda tx: messages.thread(tx, contact, after=seen[0].n))] == [
        "Hello",
        "Not yet",
    ]
    assert [m.text for m in within(database, lambda tx: messages.thread(tx, contact, limit=1))] == ["Not yet"]


def test_words_wait_for_their_own_session(database: Database, contact: str) -> None:
    within(database, lambda tx: (out(tx, contact, "One", session="a"), out(tx, contact, "Two", session="b")))
    waiting = within(database, lambda tx: messages.planned_in_session(tx, contact, "sms", session="b"))
    assert [m.text for m in waiting] == ["Two"]


def test_what_a_part_of_the_runtime_told_is_found_for_a_while(database: Database, contact: str) -> None:
    proposal = replace(message_of("Sorry we missed you", contact=contact), proposed_by="missed_call")
    within(database, lambda tx: recorded(tx, proposal))

    def told(minutes: float) -> bool:
        return within(database, lambda tx: messages.told_since(tx, contact, "missed_call", since=later(minutes)))

    assert told(-30) and told(0) and not told(1)


def test_the_last_thing_heard(database: Database, contact: str) -> None:
    assert within(database, lambda tx: messages.last_heard(tx, contact)) is None
    hear(database, contact, heard("one", "SM1"))
    hear(database, contact, heard("two", "SM2"))
    assert within(database, lambda tx: messages.last_heard(tx, contact)).text == "two"
