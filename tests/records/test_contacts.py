"""Contacts, their addresses, and two of them made one and parted again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW, PHONE, a_contact, booking_of, heard, recorded, within

from records import challenges, consents, contacts, ledger, messages, obligations, schema
from records.consents import Entry
from records.database import Database, Tx
from records.obligations import Owed

WEB = "s-1"
OWNED = ("message", "action", "obligation", "challenge", "consent", "address")


@pytest.fixture
def source(database: Database) -> str:
    """A web visitor with a row of everything."""

    def work(tx: Tx) -> str:
        made = contacts.ensure(tx, BUSINESS, kind="web", value=WEB, now=NOW)
        messages.insert_heard(tx, BUSINESS, made, heard=heard("hello", "m1", channel="web"), now=NOW)
        recorded(tx, booking_of(contact=made))
        obligations.open_one(tx, BUSINESS, Owed(kind="answer", cause="m1", contact=made, due=NOW), now=NOW)
        challenges.begin(tx, made, session=WEB, address=PHONE, now=NOW)
        entry = Entry(
            business=BUSINESS, contact=made, address=WEB, channel="web", purpose="marketing", act="grant",
            method="box", evidence="m1", actor="customer",
        )  # fmt: skip
        consents.add(tx, entry, NOW)
        return made

    return within(database, work)


def counts(tx: Tx, contact: str) -> dict[str, int]:
    tables = {name: schema.METADATA.tables[name] for name in OWNED}
    return {
        name: tx.execute(sa.select(sa.func.count()).select_from(t).where(t.c.contact == contact)).scalar_one()
        for name, t in tables.items()
    }


def test_an_address_has_one_contact(database: Database) -> None:
    first = a_contact(database)
    assert a_contact(database) == first != a_contact(database, "+12025550199")
    assert within(database, lambda tx: contacts.find(tx, BUSINESS, kind="phone", value=PHONE)) == first
    assert within(database, lambda tx: contacts.find(tx, BUSINESS, kind="email", value=PHONE)) is None


def test_another_business_has_its_own_contact(database: Database) -> None:
    other = within(database, lambda tx: contacts.ensure(tx, "dentist", kind="phone", value=PHONE, now=NOW))
    assert other != a_contact(database)


def test_a_name_is_remembered(database: Database) -> None:
    contact = a_contact(database)
    within(database, lambda tx: contacts.rename(tx, contact, "Dana"))
    assert within(database, lambda tx: contacts.load(tx, contact)).name == "Dana"


def test_verified_addresses_come_first(database: Database) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        contact = contacts.ensure(tx, BUSINESS, kind="phone", value="+12025550100", now=NOW)
        other = contacts.ensure(tx, BUSINESS, kind="phone", value=PHONE, now=NOW)
        contacts.merge(tx, other, contact, actor="staff:kim", now=NOW)
        contacts.verify_address(tx, BUSINESS, kind="phone", value=PHONE, now=NOW)
        return contacts.addresses(tx, contact)

    assert within(database, work) == [("phone", PHONE), ("phone", "+12025550100")]


def test_a_merge_moves_every_row(database: Database, source: str) -> None:
    target = a_contact(database)
    merge = within(database, lambda tx: contacts.merge(tx, source, target, actor="code:c", now=NOW))
    assert set(within(database, lambda tx: counts(tx, source)).values()) == {0}
    assert within(database, lambda tx: counts(tx, target)) == {**dict.fromkeys(OWNED, 1), "address": 2}
    assert within(database, lambda tx: contacts.current(tx, source)) == target
    assert within(database, lambda tx: contacts.ensure(tx, BUSINESS, kind="web", value=WEB, now=NOW)) == target
    (event,) = [e for e in within(database, lambda tx: ledger.about(tx, BUSINESS, target)) if "merged" in e.kind]
    assert event.body == {"contact": target, "source": source, "merge": merge, "by": "code:c"}


def test_a_merge_can_be_undone_once_and_gives_back_only_what_was_moved(database: Database, source: str) -> None:
    target = a_contact(database)
    within(database, lambda tx: recorded(tx, booking_of(7, contact=target)))
    before = within(database, lambda tx: (counts(tx, source), counts(tx, target)))
    merge = within(database, lambda tx: contacts.merge(tx, source, target, actor="code:c", now=NOW))
    assert within(database, lambda tx: contacts.unmerge(tx, merge, actor="staff:kim", now=NOW))
    assert within(database, lambda tx: (counts(tx, source), counts(tx, target))) == before
    assert within(database, lambda tx: contacts.current(tx, source)) == source
    assert not within(database, lambda tx: contacts.unmerge(tx, merge, actor="staff:kim", now=NOW))


def test_a_merged_contact_leads_to_the_last_one(database: Database) -> None:
    one, two, three = a_contact(database), a_contact(database, "+12025550100"), a_contact(database, "+12025550101")
    within(database, lambda tx: contacts.merge(tx, one, two, actor="staff:kim", now=NOW))
    within(database, lambda tx: contacts.merge(tx, two, three, actor="staff:kim", now=NOW))
    assert within(database, lambda tx: contacts.current(tx, one)) == three
