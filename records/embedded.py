"""SQLite as QotBot uses it: transactions that begin as writes or as reads, and statements compiled once a process."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

COMPILED: Final[LRUCache[Any, Any]] = LRUCache(2_000)  # every statement there is, some by how many rows they take


class Embedded(SQLiteDialect_pysqlite):
    """All engines of a kind share what was compiled: what one of them compiled is right for the others.

    The transaction is begun here: a listener for it would make every statement look for listeners.
    """

    supports_statement_cache = True
    begin = "BEGIN"

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin: the driver itself would begin late, and then not as a writer."""
        dbapi_connection.execute(self.begin)

    def do_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Say it to the driver: as a statement, with a name of its own, it would be compiled every time."""
        connection.connection.execute(f"SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Undo what came after the savepoint."""
        connection.connection.execute(f"ROLLBACK TO SAVEPOINT {name}")

    def do_release_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Keep what came after the savepoint."""
        connection.connection.execute(f"RELEASE SAVEPOINT {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class EmbeddedWriter(Embedded):
    """The one writer; it waits for its turn when it begins, not in the middle of its work."""

    supports_statement_cache = True
    begin = "BEGIN IMMEDIATE"


registry.register("sqlite.embedded", __name__, "Embedded")
registry.register("sqlite.embedded_writer", __name__, "EmbeddedWriter")


def open_engine(url: str, *, sync: str, writes: bool) -> sa.Engine:
    """An engine over the file of a `sqlite:///` URL: the one writer's connection, or the readers' two."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="sqlite+embedded_writer" if writes else "sqlite+embedded"),
        poolclass=QueuePool,
        pool_size=1 if writes else 2,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        execution_options={"compiled_cache": COMPILED},
    )
    pragmas = (
        "journal_mode=WAL",
        f"synchronous={sync}",
        "busy_timeout=5000",
        "foreign_keys=ON",
        f"query_only={'OFF' if writes else 'ON'}",
        "secure_delete=ON",  # what is deleted is overwritten with zeros
    )

    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", on_connect)
    return engine
