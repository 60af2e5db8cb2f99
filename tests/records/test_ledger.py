"""The ledger: appended, numbered, sealed, and never changed by SQL."""

from __future__ import annotations

import asyncio
import json

import pytest
import sqlalchemy as sa
from making import BUSINESS, KEYS, NOW, later, within
from sqlalchemy.exc import DBAPIError

from domain.clock import to_ms
from records import ledger, schema
from records.database import Database, Tx
from records.keys import valid
from records.ledger import Entry, head_note
from records.tree import grow, leaf_hash, root
from workers.sealing import Sealer


def append(database: Database, *kinds: str, business: str = BUSINESS) -> list[str]:
    def work(tx: Tx) -> list[str]:
        return [ledger.append(tx, business, Entry(kind, {"contact": "con_1", "n": 1}), at=NOW) for kind in kinds]

    return within(database, work)


def seal(database: Database) -> int:
    return within(database, lambda tx: ledger.seal(tx, BUSINESS, KEYS, now=later(1)))


def test_an_event_is_its_canonical_content(database: Database) -> None:
    (made,) = append(database, "turn.opened")
    (row,) = within(database, lambda tx: tx.execute(sa.select(schema.event)).all())
    assert row.body == (
        f'{{"at":{to_ms(NOW)},"body":{{"contact":"con_1","n":1}},"business":"salon","id":"{made}",'
        '"kind":"turn.opened","texts":{},"v":1}'
    )
    assert row.leaf == leaf_hash(row.body.encode())


def test_personal_words_stand_beside_and_not_in_the_event(database: Database) -> None:
    said = Entry("message.heard", {"message": "msg_2"}, {"text": "I am Dana"})
    within(database, lambda tx: ledger.append(tx, BUSINESS, said, at=NOW))
    rows = within(database, lambda tx: tx.execute(sa.select(schema.event.c.body)).scalars().all())
    assert "Dana" not in "".join(rows)
    (event,) = within(database, lambda tx: ledger.about(tx, BUSINESS, "msg_2"))
    assert event.texts == {"text": "I am Dana"}


def test_two_same_words_have_different_commitments(database: Database) -> None:
    entry = Entry("message.heard", {}, {"text": "yes"})
    within(database, lambda tx: [ledger.append(tx, BUSINESS, entry, at=NOW) for _ in range(2)])
    rows = within(database, lambda tx: tx.execute(sa.select(schema.event.c.body)).scalars().all())
    assert len({json.loads(body)["texts"]["text"] for body in rows}) == 2


def test_a_fraction_is_refused(database: Database) -> None:
    with pytest.raises(TypeError, match="fraction"):
        within(database, lambda tx: ledger.append(tx, BUSINESS, Entry("x", {"price": 4.5}), at=NOW))


def test_sealing_numbers_grows_and_signs(database: Database) -> None:
    first = append(database, "a", "b", "c")
    append(database, "elsewhere", business="dentist")
    assert (seal(database), seal(database)) == (3, 0)
    second = append(database, "d")
    assert seal(database) == 1
    sealed = within(database, lambda tx: ledger.sealed(tx, BUSINESS))
    assert [(e.seq, e.id) for e in sealed] == list(enumerate([*first, *second], 1))
    head = within(database, lambda tx: ledger.latest_head(tx, BUSINESS))
    leaves = within(
        database, lambda tx: tx.execute(sa.select(schema.leaf.c.hash).order_by(schema.leaf.c.seq)).scalars()
    )
    assert head is not None and head["size"] == 4
    assert head["root"] == root(grow([], 0, list(leaves))[0])
    note = head_note(BUSINESS, 4, head["root"], at_ms=to_ms(later(1)))
    assert valid(KEYS.public_hex, head["signature"], note) and head["key"] == KEYS.public_hex


def test_what_commits_late_is_sealed_after(database: Database) -> None:
    """Row numbers are given before a commit: a smaller one may appear after a larger one was sealed."""
    append(database, "a")

    def with_number(tx: Tx, n: int, name: str) -> None:
        row = {"n": n, "id": name, "business": BUSINESS, "kind": "k", "at": 1, "body": "{}", "leaf": leaf_hash(b"{}")}
        tx.execute(schema.event.insert(), row)

    within(database, lambda tx: with_number(tx, 900, "later"))
    assert seal(database) == 2
    within(database, lambda tx: with_number(tx, 500, "earlier"))
    assert seal(database) == 1
    head = within(database, lambda tx: ledger.latest_head(tx, BUSINESS))
    assert head is not None and head["size"] == 3


def test_what_was_left_far_behind_is_found_by_the_look_through_the_whole(database: Database) -> None:
    def with_number(tx: Tx, n: int, name: str) -> None:
        row = {"n": n, "id": name, "business": BUSINESS, "kind": "k", "at": 1, "body": "{}", "leaf": leaf_hash(b"{}")}
        tx.execute(schema.event.insert(), row)

    within(database, lambda tx: with_number(tx, 60_000, "much later"))
    assert seal(database) == 1
    within(database, lambda tx: with_number(tx, 7, "left behind"))
    assert seal(database) == 0, "the look that runs every second stays short"

    sealer = Sealer(database=database, business=BUSINESS, keys=KEYS)
    assert asyncio.run(sealer.seal(later(2))) == 1
    assert not within(database, lambda tx: ledger.any_unsealed(tx, BUSINESS, whole=True))
    within(database, lambda tx: with_number(tx, 8, "left behind again"))
    assert asyncio.run(sealer.seal(later(3))) == 0
    assert asyncio.run(sealer.seal(later(62))) == 1


def test_an_empty_ledger_has_no_head(database: Database) -> None:
    assert seal(database) == 0
    assert within(database, lambda tx: ledger.latest_head(tx, BUSINESS)) is None


def test_events_are_read_in_order_after_a_place(database: Database) -> None:
    append(database, "a", "b", "c")
    events = within(database, lambda tx: ledger.events(tx, BUSINESS))
    assert [e.kind for e in events] == ["a", "b", "c"] and [e.seq for e in events] == [None] * 3
    assert [e.kind for e in within(database, lambda tx: ledger.events(tx, BUSINESS, after=events[0].n))] == ["b", "c"]
    assert [e.kind for e in within(database, lambda tx: ledger.events(tx, BUSINESS, limit=2))] == ["a", "b"]
    newest = within(database, lambda tx: ledger.events(tx, BUSINESS, limit=2, newest=True))
    assert [e.kind for e in newest] == ["b", "c"]


def test_sealed_events_are_read_by_leaf_number(database: Database) -> None:
    append(database, "a", "b", "c")
    assert within(database, lambda tx: ledger.sealed(tx, BUSINESS)) == []
    seal(database)
    assert [e.kind for e in within(database, lambda tx: ledger.sealed(tx, BUSINESS, after=1, limit=1))] == ["b"]
    newest = within(database, lambda tx: ledger.sealed(tx, BUSINESS, limit=2, newest=True))
    assert [(e.seq, e.kind) for e in newest] == [(2, "b"), (3, "c")]


def test_events_are_found_by_what_they_are_about(database: Database) -> None:
    body = {"action": "act_1", "message": "msg_1", "contact": None, "note": "con_1"}
    within(database, lambda tx: ledger.append(tx, BUSINESS, Entry("x", body), at=NOW))
    for subject, found in (("act_1", 1), ("msg_1", 1), ("con_1", 0)):
        assert len(within(database, lambda tx, s=subject: ledger.about(tx, BUSINESS, s))) == found


CHANGES = [
    "UPDATE event SET kind = 'x'", "DELETE FROM event", "UPDATE leaf SET hash = 'x'", "DELETE FROM leaf",
    "UPDATE head SET root = 'x'", "DELETE FROM head",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_ledger_only_grows(database: Database, change: str) -> None:
    append(database, "a")
    seal(database)
    with pytest.raises(DBAPIError, match="the ledger only grows"):
        within(database, lambda tx: tx.execute(sa.text(change)))


@pytest.mark.parametrize("table", ["event", "leaf", "head"])
def test_the_ledger_is_not_emptied_at_once(postgresql: Database, table: str) -> None:
    with pytest.raises(DBAPIError, match="the ledger only grows"):
        within(postgresql, lambda tx: tx.execute(sa.text(f"TRUNCATE {table}")))
