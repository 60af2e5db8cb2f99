"""Connections for others who keep something in the same PostgreSQL: LangGraph's checkpoints."""

from __future__ import annotations

from typing import Any

from domain.errors import Unavailable
from records.database import Database

MOST = 3


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
