"""What customers wish: the newest word of a kind holds, moves with the person, and the ledger keeps no words of it."""

from __future__ import annotations

from datetime import time

import pytest
from making import BUSINESS, NOW, a_contact, later, within

from domain.errors import BadInput
from records import contacts, ledger, preferences
from records.database import Database, Tx
from records.preferences import Kind, Preference, Preferences


def wish(contact: str, kind: Kind, value: str | time | None, evidence: str = "msg_1") -> Preference:
    return Preference(
        business=BUSINESS, contact=contact, kind=kind, value=value, actor="customer", evidence=evidence
    )  # fmt: skip


def test_nothing_said_is_nothing_wished(database: Database) -> None:
    contact = a_contact(database)
    assert within(database, lambda tx: preferences.of(tx, contact)) == Preferences()


def test_the_newest_word_of_a_kind_holds_and_none_takes_it_back(database: Database) -> None:
    contact, other = a_contact(database), a_contact(database, "+12025550199")

    def work(tx: Tx) -> None:
        said: list[tuple[Kind, str | time | None]] = [
            ("channel", "call"), ("not_before", time(9)), ("not_after", time(17, 30)), ("language", "es"),
            ("zone", "America/Denver"), ("channel", "sms"), ("not_before", "11:15"), ("language", None),
        ]  # fmt: skip
        for n, (kind, value) in enumerate(said):
            preferences.set_preference(tx, wish(contact, kind, value, f"msg_{n}"), now=later(-n))
        preferences.set_preference(tx, wish(other, "channel", "web"), now=NOW)

    within(database, work)
    assert within(database, lambda tx: preferences.of(tx, contact)) == Preferences(
        channel="sms", not_before=time(11, 15), not_after=time(17, 30), language=None, zone="America/Denver"
    )


def test_the_ledger_tells_of_it_once_and_without_words(database: Database) -> None:
    contact = a_contact(database)
    said = wish(contact, "zone", "America/Denver")
    assert within(database, lambda tx: preferences.set_preference(tx, said, now=NOW))
    assert not within(database, lambda tx: preferences.set_preference(tx, said, now=later(1)))
    (event,) = within(database, lambda tx: ledger.about(tx, BUSINESS, contact))
    assert event.kind == "preference.set" and event.texts == {}
    assert event.body == {"contact": contact, "preference": "zone", "message": "msg_1", "by": "customer"}


UNUSABLE: list[tuple[Kind, str]] = [
    ("channel", "pigeon"), ("not_before", "9"), ("not_before", "24:00"), ("not_after", "25:00"), ("not_after", ""),
    ("language", "Spanish"), ("zone", "Mars/Olympus"), ("zone", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), UNUSABLE)
def test_what_nobody_can_follow_is_refused(sqlite: Database, kind: Kind, value: str) -> None:
    contact = a_contact(sqlite)
    with pytest.raises(BadInput, match="write it like"):
        within(sqlite, lambda tx: preferences.set_preference(tx, wish(contact, kind, value), now=NOW))
    assert within(sqlite, lambda tx: preferences.of(tx, contact)) == Preferences()


def test_wishes_move_with_the_person_and_back(database: Database) -> None:
    source, target = a_contact(database), a_contact(database, "+12025550199")
    within(database, lambda tx: preferences.set_preference(tx, wish(target, "channel", "web"), now=NOW))
    within(database, lambda tx: preferences.set_preference(tx, wish(source, "not_before", time(9)), now=NOW))
    merge = within(database, lambda tx: contacts.merge(tx, source, target, actor="staff:kim", now=later(1)))
    assert within(database, lambda tx: preferences.of(tx, target)) == Preferences(channel="web", not_before=time(9))
    within(database, lambda tx: contacts.unmerge(tx, merge, actor="staff:kim", now=later(2)))
    assert within(database, lambda tx: preferences.of(tx, target)) == Preferences(channel="web")
    assert within(database, lambda tx: preferences.of(tx, source)) == Preferences(not_before=time(9))
