"""Turns: a burst is one turn, and a turn that crashed is taken up again with what it already knows."""

from __future__ import annotations

import pytest
from making import BUSINESS, NOW, a_contact, heard, later, message_of, recorded, within

from records import conversations, messages
from records.conversations import Turn
from records.database import Database


@pytest.fixture
def contact(database: Database) -> str:
    return a_contact(database)


def hear(database: Database, contact: str, text: str, *, channel: str = "sms", session: str | None = None) -> None:
    said = heard(text, text, channel=channel, session=session)
    within(database, lambda tx: messages.insert_heard(tx, BUSINESS, contact, heard=said, now=NOW))


def opened(database: Database, contact: str) -> Turn | None:
    return within(database, lambda tx: conversations.open_turn(tx, contact, later(1)))


def close(database: Database, turn: Turn | None) -> None:
    assert turn is not None
    within(database, lambda tx: conversations.close_turn(tx, turn.id, "answered", steps=["a"], now=later(2)))


def test_a_burst_is_one_turn(database: Database, contact: str) -> None:
    for text in ("Hi", "a cut please", "tomorrow"):
        hear(database, contact, text)
    turn = opened(database, contact)
    assert turn is not None and [m.text for m in turn.heard] == ["Hi", "a cut please", "tomorrow"]
    assert (turn.status, turn.tries, turn.channel) == ("open", 1, "sms")


def test_nothing_unanswered_is_no_turn(database: Database, contact: str) -> None:
    assert opened(database, contact) is None


def test_what_comes_while_a_turn_runs_is_the_next_turn(database: Database, contact: str) -> None:
    hear(database, contact, "one")
    first = opened(database, contact)
    hear(database, contact, "two")
    close(database, first)
    second = opened(database, contact)
    assert second is not None and first is not None and second.id != first.id
    assert [m.text for m in second.heard] == ["two"]


def test_another_channel_or_session_is_a_turn_of_its_own(database: Database, contact: str) -> None:
    hear(database, contact, "by text")
    hear(database, contact, "in chat", channel="web", session="s1")
    hear(database, contact, "by text too")
    hear(database, contact, "in another chat", channel="web", session="s2")
    texts = []
    while (turn := opened(database, contact)) is not None:
        texts.append([m.text for m in turn.heard])
        close(database, turn)
    assert texts == [["by text", "by text too"], ["in chat"], ["in another chat"]]


def test_an_actions_news_is_a_turn_of_its_own(database: Database, contact: str) -> None:
    hear(database, contact, "one")
    action = within(database, lambda tx: recorded(tx, message_of(contact=contact)))
    within(database, lambda tx: messages.insert_internal(tx, action, contact, kind="outcome", now=NOW))
    first = opened(database, contact)
    close(database, first)
    second = opened(database, contact)
    assert first is not None and [m.direction for m in first.heard] == ["in"]
    assert second is not None and [m.kind for m in second.heard] == ["outcome"]
    assert second.channel == "sms"


def test_a_turn_that_crashed_is_taken_up_with_what_it_knows(database: Database, contact: str) -> None:
    hear(database, contact, "one")
    first = opened(database, contact)
    assert first is not None
    within(database, lambda tx: conversations.save_reading(tx, first.id, {"said": []}, read_by="phrasebook"))
    found = {"act_1": {"found": 1}, "act_2": {"found": 2}}
    within(database, lambda tx: conversations.save_results(tx, first.id, found))
    hear(database, contact, "two")
    again = opened(database, contact)
    assert again is not None and again.id == first.id and again.tries == 2
    assert (again.reading, again.read_by) == ({"said": []}, "phrasebook")
    assert again.results == found == within(database, lambda tx: conversations.results_of(tx, first.id))
    assert [m.text for m in again.heard] == ["one"]


def test_a_closed_turn_covers_its_messages(database: Database, contact: str) -> None:
    hear(database, contact, "one")
    turn = opened(database, contact)
    close(database, turn)
    assert turn is not None
    loaded = within(database, lambda tx: conversations.load_turn(tx, turn.id))
    assert loaded is not None and loaded.status == "answered"
    assert [m.state for m in within(database, lambda tx: messages.of_turn(tx, turn.id, "in"))] == ["covered"]
    assert opened(database, contact) is None


def test_the_state_is_kept(database: Database, contact: str) -> None:
    assert within(database, lambda tx: conversations.state_of(tx, contact)) == {}
    within(database, lambda tx: conversations.save_state(tx, contact, {"tasks": [1]}, now=NOW))
    assert within(database, lambda tx: conversations.state_of(tx, contact)) == {"tasks": [1]}


def test_an_unknown_turn_is_none(database: Database) -> None:
    assert within(database, lambda tx: conversations.load_turn(tx, "trn_none")) is None
