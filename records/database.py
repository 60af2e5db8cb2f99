"""One database, whole units of work: `write(scope, work)` and `read(work)` each run in one thread hop.

`work` is a plain function over the open transaction, so nothing can await, call a model or use the network inside it.
SQLite: one writer with BEGIN IMMEDIATE and readers that cannot write. PostgreSQL: the first statement of a write locks
the scope's row, the contact's or the business's (jobs have a lock of their own); without it a send can be claimed after
a STOP has committed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from domain.errors import ConfigurationError, Unavailable
from domain.live import Live
from records import schema
from records.embedded import open_engine
from records.grouped import GroupedWriter
from records.local import LocalLive

Tx: TypeAlias = sa.Connection
T = TypeVar("T")
OFTEN_S, SELDOM_S = 1.0, 7.5
ADDRESS_HASH = "qotbot_address_hash"  # the name of a connection's option: how this home hashes addresses
_LOCK_CONTACT = (
    sa.select(schema.contact.c.merged_into).where(schema.contact.c.id == sa.bindparam("id")).with_for_update()
)
_LOCK_BUSINESS = sa.select(schema.business.c.id).where(schema.business.c.id == sa.bindparam("id")).with_for_update()

_LOCK_JOBS = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("jobs_of"), 0)))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a unit of work is about; writers of one scope never run at the same time.

    The scope is the contact, else the jobs where they are named (takers wait for no others), else the business.
    Its news are about the contact, else about what is named (`jobs`, `ledger`), else about anything; a unit that is a
    step of something longer can go without.
    """

    business: str
    contact: str | None = None
    about: str | None = None
    news: bool = True


class Database:
    """The one database, SQLite or PostgreSQL by URL."""

    def __init__(self, writer: sa.Engine, reader: sa.Engine, threads: int) -> None:
        self.writer = writer
        self.reader = reader
        self.live: Live = LocalLive()  # compose joins it with other processes' where Redis is configured
        self._kept: dict[sa.Engine, Tx] = {}
        self._grouped = GroupedWriter(partial(self._transaction, writer)) if threads and self.one_writer else None
        self._writers: Executor | None = None
        self._readers: Executor | None = None
        if threads:
            self._writers = self._grouped.thread if self._grouped else ThreadPoolExecutor(threads, "write")
            self._readers = ThreadPoolExecutor(2 if self._grouped else threads, "read")

    @property
    def hashes(self) -> Callable[[str], str] | None:
        """The keyed hash of addresses that this database was opened with."""
        found: Callable[[str], str] | None = self.writer.get_execution_options().get(ADDRESS_HASH)
        return found

    @property
    def look_s(self) -> float:
        """How often to look for what other processes did, besides waiting for news.

        Seldom where they tell us (Redis), or where there are none that bring anything about by themselves (SQLite).
        """
        health = self.live.health()
        told = health.kind == "redis" and not health.lost
        return SELDOM_S if told or self.dialect == "sqlite" else OFTEN_S

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @property
    def one_writer(self) -> bool:
        """Whether all writers take turns, so that a unit of work owns whatever it touches."""
        return self.dialect == "sqlite"

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, on SQLite."""
        name = self.writer.url.database
        return Path(name) if self.dialect == "sqlite" and name else None

    async def write(self, scope: Scope, work: Callable[[Tx], T], *, urgent: bool = False) -> T:
        """Run `work` in one transaction that owns its scope, commit, and wake whoever waits for news about it.

        On SQLite works that wait at the same time share a commit, and `urgent` ones come before all that are not.
        """
        if self._grouped is not None:
            result = await self._grouped.write(work, urgent=urgent)
        else:
            result = await _in_thread(self._writers, lambda: self.write_now(scope, work))
        if scope.news:
            self.live.notify(scope.contact or scope.about)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` over one consistent view; a write in it fails."""
        return await _in_thread(self._readers, lambda: self.read_now(work))

    def write_now(self, scope: Scope, work: Callable[[Tx], T]) -> T:
        """`write` on the calling thread, for command lines."""
        with self._transaction(self.writer) as tx:
            if self.dialect == "postgresql":
                _own(tx, scope)
            return work(tx)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """`read` on the calling thread."""
        with self._transaction(self.reader) as tx:
            return work(tx)

    def disconnect(self) -> None:
        """Close every connection; the next work opens the file anew, which may be another one by then."""
        self._let_go()
        self.writer.dispose()
        self.reader.dispose()

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[Tx]:
        """A transaction, committed at its end; `Unavailable` where the database fails in it."""
        try:
            with self._connection(engine) as tx, tx.begin():
                yield tx
        except (OperationalError, sqlite3.OperationalError) as problem:
            cause = problem.orig if isinstance(problem, OperationalError) else problem
            did = "take the write" if engine is self.writer else "answer"
            raise Unavailable(f"the database did not {did}: {type(cause).__name__}") from problem

    def _connection(self, engine: sa.Engine) -> AbstractContextManager[Tx]:
        """A connection for one unit of work; without threads always the same one, for fetching it costs as much."""
        if self._writers is not None:
            return engine.connect()
        if engine not in self._kept:
            self._kept[engine] = engine.connect()
        return nullcontext(self._kept[engine])

    def _let_go(self) -> None:
        while self._kept:
            self._kept.popitem()[1].close()

    async def scrub(self) -> None:
        """Free the files of what was deleted; `Unavailable` while somebody still reads the old state."""
        await _in_thread(self._writers, self.scrub_now)

    def scrub_now(self) -> None:
        """`scrub` on the calling thread.

        SQLite: the file is written anew and the write-ahead log cut to nothing. PostgreSQL: dead rows are vacuumed.
        """
        self._let_go()
        try:
            if self.dialect == "postgresql":
                with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
                    alone.exec_driver_sql("VACUUM")
                return
            raw = self.writer.raw_connection()
            try:
                raw.execute("VACUUM")
                busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                raw.close()
        except (OperationalError, sqlite3.OperationalError) as problem:
            raise Unavailable(f"the database's files could not be rewritten: {type(problem).__name__}") from problem
        if busy:
            raise Unavailable("the database's write-ahead log is in use; it is cut when that has ended")

    def close(self) -> None:
        """Let go of threads and connections."""
        for threads in (self._writers, self._readers):
            if threads is not None:
                threads.shutdown(wait=True)
        self._let_go()
        self.writer.dispose()
        self.reader.dispose()


async def _in_thread(threads: Executor | None, work: Callable[[], T]) -> T:
    """Work beside the event loop, or at once where there are no threads."""
    return work() if threads is None else await asyncio.get_running_loop().run_in_executor(threads, work)


def open_database(
    url: str, *, durable: bool = True, threads: bool = True, hashes: Callable[[str], str] | None = None
) -> Database:
    """Open by URL: `sqlite:///file` or `postgresql://…`; `durable=False` gives up fsync, for tests and evals.

    `threads=False` (SQLite only) works on the calling thread: quicker where nobody else waits for the event loop.
    `hashes` is the home's keyed hash of addresses (`Keys.address_hash`): by it the STOP of somebody forgotten is found.
    """
    options = {ADDRESS_HASH: hashes}
    if url.startswith("sqlite:///"):
        sync = "FULL" if durable else "OFF"
        writer, reader = (open_engine(url, sync=sync, writes=writes) for writes in (True, False))
        writer.update_execution_options(**options)
        reader.update_execution_options(**options)
        return Database(writer, reader, threads=int(threads))
    if url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        full = sa.make_url(url).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(full, pool_size=8, max_overflow=0, pool_pre_ping=True, execution_options=options)
        if not durable:
            event.listen(engine, "connect", _postgres_relaxed)
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return Database(engine, reader, threads=8)
    raise ConfigurationError("DATABASE_URL must start with sqlite:/// or postgresql://")


def _own(tx: Tx, scope: Scope) -> None:
    """Lock the scope's row; of a contact that was merged meanwhile also the one it became."""
    if scope.contact is None and scope.about == "jobs":
        tx.execute(_LOCK_JOBS, {"jobs_of": f"qotbot:jobs:{scope.business}"})
    elif scope.contact is None:
        tx.execute(_LOCK_BUSINESS, {"id": scope.business})
    owned = scope.contact
    while owned is not None:
        owned = tx.execute(_LOCK_CONTACT, {"id": owned}).scalar_one_or_none()


def among(column: sa.ColumnElement[str], *words: str) -> sa.ColumnElement[bool]:
    """Whether a column is one of these words, written out: as parameters their list is spelt anew at every use."""
    return column.in_([sa.literal_column(f"'{word}'", sa.Text) for word in words])


def insert_new(tx: Tx, table: sa.Table, values: dict[str, Any]) -> bool:
    """Insert unless a key already stands; whether the row is new."""
    if tx.dialect.name == "sqlite":
        return tx.execute(_new_on_sqlite(table), values).rowcount == 1
    return tx.execute(_new_on_postgresql(table), values).first() is not None


# Row counts of single inserts are not kept on PostgreSQL (-1), so the row itself tells; on SQLite a trigger's
# RAISE(IGNORE) is seen in the row count only.
@cache
def _new_on_sqlite(table: sa.Table) -> sa.Insert:
    return sqlite.insert(table).on_conflict_do_nothing()


@cache
def _new_on_postgresql(table: sa.Table) -> sa.Executable:
    return postgresql.insert(table).on_conflict_do_nothing().returning(sa.literal(1))


def _postgres_relaxed(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    connection.commit()
