"""A revocation is found again by the keyed hash of its address, for its channels and purposes only."""

from __future__ import annotations

from making import BUSINESS, KEYS, PHONE, within

from records import schema, suppressions
from records.database import Database
from records.keys import Keys
from records.suppressions import Suppression

HASH = KEYS.address_hash(PHONE)
STOP = Suppression("all", "cst_1", 1_000)
NO_OFFERS = Suppression("marketing", "cst_2", 2_000)


def kept(database: Database, *which: Suppression) -> None:
    for one in which:
        within(database, lambda tx, one=one: suppressions.keep(tx, BUSINESS, HASH, group="text", kept=one))


def found(database: Database, address_hash: str = HASH, group: str = "text", purpose: str = "all") -> object:
    return database.read_now(
        lambda tx: suppressions.suppressed(tx, BUSINESS, address_hash, group=group, purpose=purpose)
    )


def test_nothing_is_suppressed_unless_it_was_kept(database: Database) -> None:
    assert found(database) is None


def test_a_stop_covers_every_purpose_of_its_channels_only(database: Database) -> None:
    kept(database, STOP)
    assert found(database) == found(database, purpose="service") == STOP
    assert found(database, group="call") is None
    assert found(database, KEYS.address_hash("+12025550199")) is None


def test_a_stop_of_one_purpose_leaves_the_others(database: Database) -> None:
    kept(database, NO_OFFERS)
    assert found(database, purpose="marketing") == NO_OFFERS
    assert found(database, purpose="service") is None


def test_kept_again_the_newer_counts_in_either_order(database: Database) -> None:
    newer = Suppression("all", "cst_9", 9_000)
    kept(database, STOP, newer, STOP)
    assert found(database) == newer


def test_the_hash_needs_the_homes_secret_and_the_number_is_in_no_row(database: Database) -> None:
    assert Keys(KEYS.signing, "another").address_hash(PHONE) != HASH
    kept(database, STOP)
    rows = database.read_now(lambda tx: tx.execute(schema.suppression.select()).all())
    assert len(rows) == 1 and PHONE not in repr(rows)
