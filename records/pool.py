"""Connections for others who keep something in the same PostgreSQL: LangGraph's checkpoints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from domain.errors import Unavailable
from records.database import Database

MOST = 3
TRY = "SELECT pg_try_advisory_lock(%s) AS mine"
SETTING_UP = 7241  # the advisory lock of who makes others' tables


async def open_pool(database: Database) -> Any:
    """A small psycopg pool, open, as LangGraph's saver wants its connections; `Unavailable` without the extra."""
    try:
        from psycopg.rows import dict_row
        from psycopg_pool import AsyncConnectionPool
    except ImportError as problem:
        raise Unavailable("PostgreSQL needs the extra: pip install 'qotbot[postgres]'") from problem
    settings: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    url = database.writer.url.set(drivername="postgresql").render_as_string(hide_password=False)
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(url, min_size=1, max_size=MOST, open=False, kwargs=settings)
    await pool.open()
    return pool


@asynccontextmanager
async def alone(pool: Any) -> AsyncIterator[None]:
    """One process at a time within the block: LangGraph's own migrations do not expect two that start together."""
    async with pool.connection() as connection:
        # Asked for and not waited for: they build indexes concurrently, which wait for every statement that waits.
        while not await _mine(connection):  # noqa: ASYNC110  no event crosses processes
            await asyncio.sleep(0.1)
        try:
            yield
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (SETTING_UP,))


async def _mine(connection: Any) -> bool:
    row = await (await connection.execute(TRY, (SETTING_UP,))).fetchone()
    return bool(row["mine"])
