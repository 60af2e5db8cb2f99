"""Units of work: whole or not at all, reading never writes, and one scope's writers take turns."""

from __future__ import annotations

import sqlite3
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW, PHONE, a_contact, within
from sqlalchemy.exc import DBAPIError

import records.contacts
from domain.errors import ConfigurationError, Unavailable
from records import contacts, schema
from records.database import Database, Scope, Tx, insert_new, open_database

OTHER = {"id": "other", "name": "Other", "created_at": 1}


def names(tx: Tx) -> list[str]:
    return list(tx.execute(sa.select(schema.business.c.id).order_by(schema.business.c.id)).scalars())


def test_a_unit_that_fails_leaves_nothing(database: Database) -> None:
    def half(tx: Tx) -> None:
        records.contacts.ensure_business(tx, "other", "Other", now=NOW)
        raise LookupError("half way")

    with pytest.raises(LookupError):
        within(database, half)
    assert database.read_now(names) == [BUSINESS]


def test_reading_never_writes(database: Database) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        database.read_now(lambda tx: records.contacts.ensure_business(tx, "other", "Other", now=NOW))
    assert database.read_now(names) == [BUSINESS]


def test_a_read_sees_one_state(database: Database) -> None:
    def twice(tx: Tx) -> tuple[list[str], list[str]]:
        before = names(tx)
        within(database, lambda other: records.contacts.ensure_business(other, "other", "Other", now=NOW))
        return before, names(tx)

    before, after = database.read_now(twice)
    assert before == after == [BUSINESS]


async def test_a_commit_wakes_who_waits(database: Database) -> None:
    seen = database.live.news
    assert await database.write(Scope(BUSINESS), lambda _tx: "done") == "done"
    assert await database.live.wait(seen, 5) == seen + 1
    assert await database.read(names) == [BUSINESS]


async def test_a_step_on_the_way_to_something_wakes_nobody(database: Database) -> None:
    seen = database.live.news
    await database.write(Scope(BUSINESS, news=False), lambda tx: insert_new(tx, schema.business, OTHER))
    assert database.live.news == seen
    assert await database.read(names) == sorted([BUSINESS, "other"])


def test_a_row_is_new_once(database: Database) -> None:
    assert within(database, lambda tx: insert_new(tx, schema.business, OTHER))
    assert not within(database, lambda tx: insert_new(tx, schema.business, OTHER))


def test_a_database_that_does_not_take_the_write_is_unavailable(sqlite: Database) -> None:
    with sqlite.writer.connect() as tx:
        tx.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(str(sqlite.sqlite_file))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        within(sqlite, names)
    other.close()


@pytest.mark.parametrize("url", ["mysql://host/db", "qotbot.db", ""])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///"):
        open_database(url)


def test_only_sqlite_has_a_file(database: Database) -> None:
    assert (database.sqlite_file is not None) == (database.dialect == "sqlite")


def test_a_scope_owns_the_contact_its_own_became(postgresql: Database) -> None:
    source, target = a_contact(postgresql), a_contact(postgresql, "+12025550199")
    within(postgresql, lambda tx: contacts.merge(tx, source, target, actor="staff:kim", now=NOW))
    inside, order = Event(), list[str]()

    def second(_tx: Tx) -> None:
        order.append("second")

    def first(tx: Tx) -> None:
        other = Thread(target=lambda: (inside.set(), within(postgresql, second, target)))
        other.start()
        inside.wait(10)
        until_blocked(postgresql)
        order.append("first")
        threads.append(other)

    threads: list[Thread] = []
    within(postgresql, first, source)
    threads[0].join(10)
    assert order == ["first", "second"]


def until_blocked(database: Database) -> None:
    """Return when some session of this database waits for a lock."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(2000):
        with database.reader.connect() as tx:
            if tx.execute(waiting).scalar_one():
                return
        Event().wait(0.005)
    raise AssertionError("nobody waits for a lock")


def test_the_phone_of_these_tests_is_one(database: Database) -> None:
    assert a_contact(database) == a_contact(database, PHONE)
