"""Nothing after STOP, forced: a claim that has read "not revoked" is overtaken by STOP just before it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread, get_ident
from typing import Any

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW, PHONE, a_contact, message_of, recorded, within
from sqlalchemy import event

from domain.action import Action
from records import actions, consents
from records import database as databases
from records.consents import Entry
from records.database import Database, Tx

WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@contextmanager
def overtaken(database: Database, stop: Thread) -> Iterator[list[str]]:
    """Let `stop` run, until it has ended or waits for us, between this thread's last read and its claim.

    Yields the order in which this thread ("claimed") and the other ("stopped") commit.
    """
    me, order = get_ident(), list[str]()

    def before(_conn: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        if get_ident() == me and statement.startswith("UPDATE action SET") and stop.ident is None:
            stop.start()
            while stop.is_alive() and not blocked(database):
                stop.join(0.005)

    def commit(_conn: Any) -> None:
        order.append("claimed" if get_ident() == me else "stopped")

    event.listen(database.writer, "before_cursor_execute", before)
    event.listen(database.writer, "commit", commit)
    try:
        yield order
    finally:
        event.remove(database.writer, "before_cursor_execute", before)
        event.remove(database.writer, "commit", commit)


def blocked(database: Database) -> bool:
    with database.reader.connect() as tx:
        return bool(tx.execute(WAITING).scalar_one())


def revoke(tx: Tx, contact: str) -> None:
    entry = Entry(
        business=BUSINESS, contact=contact, address=PHONE, channel="sms", purpose="all", act="revoke",
        method="keyword", evidence="m1", actor="customer",
    )  # fmt: skip
    consents.add(tx, entry, NOW)


def raced(database: Database, *, stopped_by: str | None = None) -> tuple[list[str], Action]:
    """The order in which claim and STOP committed, and the action; the number may have another owner by now."""
    contact = a_contact(database)
    stranger = a_contact(database, stopped_by) if stopped_by else contact
    action = within(database, lambda tx: recorded(tx, message_of(contact=contact)))

    def claim(tx: Tx) -> bool:
        return actions.claim(tx, action, now=NOW)[0] is not None

    stop = Thread(target=lambda: within(database, lambda tx: revoke(tx, stranger), stranger))
    with overtaken(database, stop) as order:
        assert within(database, claim, contact)
        stop.join(10)
    return order, action


@pytest.mark.parametrize("stopped_by", [None, "+12025550199"], ids=["its owner", "a number that changed hands"])
def test_a_claim_is_never_overtaken_by_stop(postgresql: Database, stopped_by: str | None) -> None:
    order, action = raced(postgresql, stopped_by=stopped_by)
    assert order == ["claimed", "stopped"]
    assert not within(postgresql, lambda tx: actions.claim(tx, action, now=NOW))[0]


def test_without_the_locks_it_would_be(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_own", lambda _tx, _scope: None)
    monkeypatch.setattr(consents, "own_address", lambda _tx, _business, _address: None)
    assert raced(postgresql)[0] == ["stopped", "claimed"]


def test_without_the_lock_of_the_address_a_changed_hand_would(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "own_address", lambda _tx, _business, _address: None)
    assert raced(postgresql, stopped_by="+12025550199")[0] == ["stopped", "claimed"]
