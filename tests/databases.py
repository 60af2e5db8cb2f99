"""A migrated database for a test, once on SQLite and once on PostgreSQL.

`database` is the test's own file on SQLite and on PostgreSQL one that is emptied before each test, because copying one
takes a second on a busy machine; a test that changes the schema takes `own_database`, a copy on both.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW

import records.contacts
from records import schema
from records.database import Database, Scope, open_database
from records.upgrade import upgrade


@pytest.fixture(params=["sqlite_copy", "postgresql_emptied"], ids=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield the database of one business, on each dialect."""
    yield from _opened(request.getfixturevalue(request.param))


@pytest.fixture(params=["sqlite_copy", "postgresql_copy"], ids=["sqlite", "postgresql"])
def own_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield the same for a test that changes more than rows."""
    yield from _opened(request.getfixturevalue(request.param))


@pytest.fixture
def postgresql(postgresql_copy: str) -> Iterator[Database]:
    """Yield the database of one business, on PostgreSQL only."""
    yield from _opened(postgresql_copy)


@pytest.fixture
def sqlite(sqlite_copy: str) -> Iterator[Database]:
    """Yield the database of one business, on SQLite only."""
    yield from _opened(sqlite_copy)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate a file once per run."""
    file = tmp_path_factory.mktemp("template") / "qotbot.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a copy of the template."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'qotbot.db')}"


@pytest.fixture(scope="session")
def postgresql_template(postgres: str) -> str:
    """Migrate a database once per run; return its name."""
    name = f"template_{uuid4().hex}"
    _administer(postgres, f'CREATE DATABASE "{name}"')
    _migrate(f"postgresql+psycopg://postgres@/{name}?host={postgres}")
    return name


@pytest.fixture(scope="session")
def postgresql_shared(postgres: str, postgresql_template: str) -> str:
    """Return the URL of one copy for all tests that only write rows."""
    name = f"shared_{uuid4().hex}"
    _administer(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    return f"postgresql+psycopg://postgres@/{name}?host={postgres}"


@pytest.fixture
def postgresql_emptied(postgresql_shared: str) -> str:
    """Return its URL with no rows in it and all numbers starting over; the ledger's triggers look away meanwhile."""
    engine = sa.create_engine(postgresql_shared, poolclass=sa.NullPool)
    with engine.begin() as tx:
        tx.exec_driver_sql("SET session_replication_role = replica")
        for table in schema.METADATA.tables.values():
            tx.execute(table.delete())
            if "n" in table.primary_key.columns:
                tx.exec_driver_sql(f"ALTER SEQUENCE {table.name}_n_seq RESTART")
    return postgresql_shared


@pytest.fixture
def postgresql_copy(postgres: str, postgresql_template: str) -> Iterator[str]:
    """Yield the URL of a copy of the template, dropped afterwards."""
    name = f"t_{uuid4().hex}"
    _administer(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    yield f"postgresql+psycopg://postgres@/{name}?host={postgres}"
    _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


def _opened(url: str) -> Iterator[Database]:
    database = open_database(url, durable=False)
    database.write_now(Scope(BUSINESS), lambda tx: records.contacts.ensure_business(tx, BUSINESS, "Salon", now=NOW))
    yield database
    database.close()


def _migrate(url: str) -> None:
    database = open_database(url, durable=False)
    upgrade(database)
    database.close()


def _administer(host: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(statement.encode())
