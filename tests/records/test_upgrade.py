"""Migrations make exactly the tables the code expects, all or nothing, and a lost rule is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from domain.errors import IntegrityError
from records import constraints, schema
from records import upgrade as upgrading
from records.database import Database, open_database
from records.upgrade import MIGRATIONS, newest, upgrade, version


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a database without tables."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'e.db'}"
    database = open_database(url, durable=False)
    yield database
    database.close()


def known(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Leave out the index behind PostgreSQL's exclusion constraint, which `verify` looks after."""
    return (kind, name) != ("index", "allocation_no_overlap")


def differences(tx: sa.Connection) -> list[object]:
    options = {"compare_type": True, "include_object": known}
    return list(compare_metadata(MigrationContext.configure(tx, opts=options), schema.METADATA))


def test_the_migrations_make_the_schema(empty: Database) -> None:
    upgrade(empty)
    with empty.writer.connect() as tx:
        assert differences(tx) == []
        assert version(tx) == newest()


def test_a_difference_would_be_seen(empty: Database) -> None:
    upgrade(empty)
    with empty.writer.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE contact ADD COLUMN shoe_size INTEGER")
        assert differences(tx)


def test_the_file_names_tell_the_newest_version() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [newest()]


def test_a_database_at_the_newest_version_is_left_alone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_tx: object) -> None:
        raise AssertionError("migrated again")

    monkeypatch.setattr(upgrading, "_migrate", never)
    upgrade(database)


def test_a_failed_upgrade_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_tx: object) -> None:
        raise IntegrityError("lost")

    monkeypatch.setattr(constraints, "verify", fails)
    with pytest.raises(IntegrityError):
        upgrade(empty)
    assert sa.inspect(empty.writer).get_table_names() == []


def test_two_processes_may_upgrade_at_once(postgres_url: str) -> None:
    both = [open_database(postgres_url, durable=False) for _ in range(2)]
    start = Barrier(2)

    def at_once(database: Database) -> None:
        start.wait()
        upgrade(database)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_once, both))
    with both[0].writer.connect() as tx:
        assert version(tx) == newest()
    for database in both:
        database.close()


@pytest.mark.parametrize("name", sorted(constraints.SQLITE))
def test_a_lost_trigger_is_named(sqlite: Database, name: str) -> None:
    with sqlite.writer.begin() as tx:
        tx.exec_driver_sql(f"DROP TRIGGER {name}")
    with pytest.raises(IntegrityError, match=name):
        upgrade(sqlite)


LOSSES = [
    ("allocation_no_overlap", "ALTER TABLE allocation DROP CONSTRAINT allocation_no_overlap"),
    ("event_only_grows", "DROP TRIGGER event_only_grows ON event"),
    ("leaf_only_grows", "DROP TRIGGER leaf_only_grows ON leaf"),
    ("head_only_grows", "ALTER TABLE head DISABLE TRIGGER head_only_grows"),
]


@pytest.mark.parametrize(("name", "statement"), LOSSES)
def test_a_lost_rule_is_named(postgresql: Database, name: str, statement: str) -> None:
    with postgresql.writer.begin() as tx:
        tx.exec_driver_sql(statement)
    with pytest.raises(IntegrityError, match=name):
        upgrade(postgresql)
