"""Where threads are kept in PostgreSQL: processes that start together make the tables one after the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from graphs.checkpoints import open_saver
from records.database import open_database

STARTS = 6


async def test_processes_that_start_together_set_up_once(tmp_path: Path, postgres_url: str) -> None:
    databases = [open_database(postgres_url) for _ in range(STARTS)]
    async with asyncio.timeout(60):
        opened = await asyncio.gather(*(open_saver(tmp_path, database) for database in databases))
    for _, close in opened:
        await close()
    for database in databases:
        database.close()
