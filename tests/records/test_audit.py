"""Whatever somebody with the database in hands changes, the check names the first leaf that does not hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from making import BUSINESS, KEYS, NOW, within

from domain.clock import to_ms
from records import ledger, schema
from records.audit import Audit, audit
from records.database import Database, Tx
from records.keys import Keys
from records.ledger import Entry, head_note
from records.tree import leaf_hash

STRANGER = Keys(Ed25519PrivateKey.generate(), "secret")


@pytest.fixture
def tampered(own_database: Database) -> Database:
    """Seven events under two heads of three and seven leaves, with nothing that protects them any more."""

    def fill(tx: Tx) -> None:
        for number in range(1, 8):
            texts = {"text": f"words {number}"} if number != 2 else {}
            ledger.append(tx, BUSINESS, Entry("x", {"contact": "con_1", "number": number}, texts), at=NOW)
            if number in (3, 7):
                ledger.seal(tx, BUSINESS, KEYS, now=NOW)

    within(own_database, fill)
    with own_database.writer.begin() as tx:
        for table in schema.APPEND_ONLY:
            if own_database.dialect == "sqlite":
                tx.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
                tx.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
            else:
                tx.exec_driver_sql(f"DROP TRIGGER {table}_only_grows ON {table}")
    return own_database


def run(tx: Tx, statement: str) -> None:
    """Run a statement in which FIFTH stands for the id of the fifth leaf's event, SECOND for that of the second's."""
    for name, number in (("FIFTH", 5), ("SECOND", 2)):
        event = sa.select(schema.leaf.c.event).where(schema.leaf.c.business == BUSINESS, schema.leaf.c.seq == number)
        statement = statement.replace(name, f"'{tx.execute(event).scalar_one()}'")
    tx.exec_driver_sql(statement)


def checked(database: Database, tamper: Callable[[Tx], object]) -> Audit:
    within(database, tamper)
    return within(database, lambda tx: audit(tx, BUSINESS, KEYS.public_hex))


def test_a_ledger_left_alone_is_sound(tampered: Database) -> None:
    found = checked(tampered, lambda tx: None)
    assert found.sound and (found.size, found.heads, found.unsealed) == (7, 2, 0)
    head = within(tampered, lambda tx: ledger.latest_head(tx, BUSINESS))
    assert head is not None and found.root == head["root"]


def test_what_is_not_sealed_yet_is_counted(tampered: Database) -> None:
    found = checked(tampered, lambda tx: ledger.append(tx, BUSINESS, Entry("x", {}), at=NOW))
    assert found.sound and found.unsealed == 1


def test_erased_words_leave_a_sound_ledger(tampered: Database) -> None:
    assert checked(tampered, lambda tx: run(tx, "DELETE FROM event_text")).sound


def test_another_business_has_its_own(tampered: Database) -> None:
    found = within(tampered, lambda tx: audit(tx, "dentist", KEYS.public_hex))
    assert found.sound and found.size == 0


EDITS = [
    ("""UPDATE event SET body = replace(body, '"number":5', '"number":6') WHERE id = FIFTH""", "edited"),
    ("UPDATE event SET kind = 'y' WHERE id = FIFTH", "contradict"),
    ("UPDATE event SET at = at + 1 WHERE id = FIFTH", "contradict"),
    ("UPDATE event SET business = 'dentist' WHERE id = FIFTH", "contradict"),
    ("UPDATE event SET leaf = 'x' WHERE id = FIFTH", "edited"),
    ("UPDATE leaf SET hash = 'x' WHERE seq = 5", "edited"),
    ("UPDATE event_text SET text = 'other' WHERE event = FIFTH", "text"),
    ("INSERT INTO event_text VALUES (FIFTH, 'more', 'aa', 'words')", "text"),
    ("DELETE FROM event WHERE id = FIFTH", "deleted"),
    ("DELETE FROM leaf WHERE event = FIFTH", "missing"),
]


@pytest.mark.parametrize(("statement", "why"), EDITS)
def test_an_edit_is_found_at_its_leaf(tampered: Database, statement: str, why: str) -> None:
    found = checked(tampered, lambda tx: run(tx, statement))
    assert found.first_bad == 5 and why in found.why


def test_words_put_beside_an_event_that_had_none_are_found(tampered: Database) -> None:
    found = checked(tampered, lambda tx: run(tx, "INSERT INTO event_text VALUES (SECOND, 'text', 'aa', 'words')"))
    assert found.first_bad == 2


def test_a_rewritten_event_with_a_rewritten_leaf_is_found_under_its_head(tampered: Database) -> None:
    def rewrite(tx: Tx) -> None:
        fifth = sa.select(schema.leaf.c.event).where(schema.leaf.c.seq == 5).scalar_subquery()
        row = tx.execute(sa.select(schema.event).where(schema.event.c.id == fifth)).one()
        body = row.body.replace('"number":5', '"number":6')
        leaf = leaf_hash(body.encode())
        tx.execute(schema.event.update().where(schema.event.c.id == row.id).values(body=body, leaf=leaf))
        tx.execute(schema.leaf.update().where(schema.leaf.c.event == row.id).values(hash=leaf))

    found = checked(tampered, rewrite)
    assert found.first_bad == 4 and "root" in found.why


def test_reordered_leaves_are_found_under_their_head(tampered: Database) -> None:
    def swap(tx: Tx) -> None:
        for old, new in ((5, 99), (6, 5), (99, 6)):
            tx.execute(schema.leaf.update().where(schema.leaf.c.seq == old).values(seq=new))

    found = checked(tampered, swap)
    assert found.first_bad == 4 and "root" in found.why


def test_a_cut_end_is_found(tampered: Database) -> None:
    def cut(tx: Tx) -> None:
        run(tx, "DELETE FROM event WHERE id IN (SELECT event FROM leaf WHERE seq > 5)")
        run(tx, "DELETE FROM leaf WHERE seq > 5")

    found = checked(tampered, cut)
    assert found.first_bad == 6 and "counts 7 leaves, 5 are left" in found.why


def test_a_forged_signature_is_found(tampered: Database) -> None:
    found = checked(tampered, lambda tx: run(tx, "UPDATE head SET signature = 'abcd' WHERE size = 3"))
    assert found.first_bad == 1 and "not signed" in found.why


def test_a_head_signed_by_another_key_is_found(tampered: Database) -> None:
    def sign_again(tx: Tx) -> None:
        head = tx.execute(sa.select(schema.head).where(schema.head.c.size == 7)).one()
        note = head_note(BUSINESS, 7, head.root, at_ms=to_ms(NOW))
        values = {"signature": STRANGER.sign(note), "key": STRANGER.public_hex}
        tx.execute(schema.head.update().where(schema.head.c.size == 7).values(**values))

    found = checked(tampered, sign_again)
    assert found.first_bad == 4 and "not signed" in found.why


def test_a_head_with_another_time_is_found(tampered: Database) -> None:
    found = checked(tampered, lambda tx: run(tx, "UPDATE head SET at = at + 1 WHERE size = 7"))
    assert found.first_bad == 4
