"""Where the threads of held actions are checkpointed: disposable, because the rows are the truth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graphs.guarded import Compiled
from records.database import Database
from records.pool import alone, open_pool

Close = Callable[[], Awaitable[None]]


async def open_saver(home: Path, database: Database) -> tuple[BaseCheckpointSaver[Any], Close]:
    """The saver beside the database and how to close it; loading a checkpoint never constructs foreign classes."""
    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    if database.dialect == "sqlite":
        return await _in_a_file(home / "checkpoints.db", serde)
    return await _in_postgres(database, serde)


async def _in_a_file(path: Path, serde: JsonPlusSerializer) -> tuple[BaseCheckpointSaver[Any], Close]:
    """A file of its own: beside a busy writer in one file the saver would starve."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    connection = await aiosqlite.connect(path)
    await connection.execute("PRAGMA busy_timeout=5000")
    await connection.execute("PRAGMA secure_delete=ON")
    saver = AsyncSqliteSaver(connection, serde=serde)
    await saver.setup()
    return saver, connection.close


async def _in_postgres(database: Database, serde: JsonPlusSerializer) -> tuple[BaseCheckpointSaver[Any], Close]:
    pool = await open_pool(database)  # says which extra is missing, before the next line would stumble over it
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    saver = AsyncPostgresSaver(pool, serde=serde)
    async with alone(pool):
        await saver.setup()
    return saver, pool.close


async def scrub(graphs: Mapping[str, Compiled]) -> None:
    """Write the file of the checkpoints anew, so that nothing of deleted threads is left in it.

    In PostgreSQL they lie in the database and are vacuumed with it.
    """
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    saver = next((graph.checkpointer for graph in graphs.values()), None)
    if isinstance(saver, AsyncSqliteSaver):
        async with saver.lock:
            await saver.conn.commit()
            await saver.conn.execute("VACUUM")
            await saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
