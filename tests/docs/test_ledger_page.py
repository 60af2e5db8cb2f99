"""What `docs/the-ledger.md` says is detected, and what only a head kept elsewhere shows."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records import ledger
from records.audit import Audit, audit
from records.database import Scope, Tx, open_database
from records.keys import open_keys
from records.ledger import Entry
from records.schema import APPEND_ONLY
from records.upgrade import upgrade

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
EDITS = {
    "an event": "UPDATE event SET body = replace(body, 'note 3', 'note X') WHERE n = 3",
    "its time": "UPDATE event SET at = at + 1 WHERE n = 3",
    "a kept text": "UPDATE event_text SET text = 'other words' WHERE event = (SELECT id FROM event WHERE n = 3)",
    "a leaf less": "DELETE FROM leaf WHERE seq = 3",
    "an event less": "DELETE FROM event WHERE n = 3",
    "another order": (
        "UPDATE leaf SET seq = 99 WHERE seq = 3; UPDATE leaf SET seq = 3 WHERE seq = 2;"
        " UPDATE leaf SET seq = 2 WHERE seq = 99"
    ),
    "the end cut off": "DELETE FROM leaf WHERE seq > 4",
    "another root": "UPDATE head SET root = '" + "0" * 64 + "' WHERE size = 6",
}


def kept(home: Path) -> Path:
    """A ledger of six leaves under two heads, with its triggers gone."""
    database, keys = open_database(f"sqlite:///{home / 'qotbot.db'}", durable=False), open_keys(home / "keys")
    upgrade(database)

    def work(tx: Tx) -> None:
        for n in range(1, 7):
            ledger.append(tx, "salon", Entry("test.noted", {"what": f"note {n}"}, {"text": f"words {n}"}), at=NOW)
            if n in (4, 6):
                ledger.seal(tx, "salon", keys, now=NOW)

    database.write_now(Scope("salon"), work)
    database.close()
    with sqlite3.connect(home / "qotbot.db") as raw:
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                raw.execute(f"DROP TRIGGER {table}_no_{verb}")
    raw.close()
    return home


def verified(home: Path, *tampering: str) -> Audit:
    """What `verify` finds after somebody with access to the database was there."""
    raw = sqlite3.connect(home / "qotbot.db")
    with raw:
        for statement in tampering:
            assert raw.execute(statement).rowcount > 0
    raw.close()
    database, keys = open_database(f"sqlite:///{home / 'qotbot.db'}", durable=False), open_keys(home / "keys")
    found = database.read_now(lambda tx: audit(tx, "salon", keys.public_hex))
    database.close()
    return found


def test_an_untouched_ledger_is_sound(tmp_path: Path) -> None:
    found = verified(kept(tmp_path))
    assert found.sound and (found.size, found.heads) == (6, 2)


@pytest.mark.parametrize("tampering", EDITS.values(), ids=EDITS.keys())
def test_tampering_is_found(tampering: str, tmp_path: Path) -> None:
    assert not verified(kept(tmp_path), *tampering.split("; ")).sound


def test_an_erased_text_leaves_the_ledger_sound(tmp_path: Path) -> None:
    assert verified(kept(tmp_path), "DELETE FROM event_text").sound


def test_only_a_kept_head_shows_a_cut_that_took_the_heads_along(tmp_path: Path) -> None:
    found = verified(
        kept(tmp_path),
        "DELETE FROM leaf WHERE seq > 4",
        "DELETE FROM event WHERE n > 4",
        "DELETE FROM head WHERE size = 6",
    )
    assert found.sound and found.size < 6
