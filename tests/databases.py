"""A migrated database for a test, once on SQLite and once on PostgreSQL; each test's own, copied from a template."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from making import BUSINESS, NOW

import records.contacts
from records.database import Database, Scope, open_database
from records.upgrade import upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield the database of one business, on each dialect."""
    yield from _opened(request.getfixturevalue(f"{request.param}_copy"))


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
