"""Bringing a database to the present schema."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from records import constraints
from records.database import Database, Tx

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = sa.text("SELECT pg_advisory_xact_lock(7240)")  # two processes that start together migrate one after the other

_STATEMENTS = sa.text(
    r"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"
)


def upgrade(database: Database) -> None:
    """Run the migrations that are missing, then verify the constraints that migrations can lose; all or nothing."""
    with database.writer.begin() as tx:
        if database.dialect == "postgresql":
            tx.execute(_LOCK)
        at = version(tx)
        if at is None and database.dialect == "sqlite":
            _make(tx)
        elif at != newest():
            _migrate(tx)
        constraints.verify(tx)


def version(tx: Tx) -> str | None:
    """The version that a database is at; None where it is empty."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def newest() -> str:
    """The version that this code needs, from the file names: v0001_tables.py is 0001."""
    return max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))


def _make(tx: Tx) -> None:
    """Make an empty SQLite database what the migrations make of one; they themselves run once a process."""
    for statement in _made_by_migrations():
        tx.exec_driver_sql(statement)
    tx.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (newest(),))


@cache
def _made_by_migrations() -> tuple[str, ...]:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as scratch:
        _migrate(scratch)
        return tuple(scratch.execute(_STATEMENTS).scalars())


def _migrate(tx: Tx) -> None:
    from alembic import command  # takes 0.2 s to import, and most starts find nothing to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
