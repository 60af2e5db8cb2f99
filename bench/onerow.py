"""An empty FastAPI route that commits one row, durably, in the same way as ours: what a webhook costs at least."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from fastapi import FastAPI, Request, Response


def site(file: str) -> FastAPI:
    """The route, over a database of one table."""
    app, writer = FastAPI(), ThreadPoolExecutor(1)
    db = writer.submit(_opened, file).result()

    def commit(body: bytes) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO heard (body) VALUES (?)", (body,))
        db.execute("COMMIT")

    @app.post("/one")
    async def one(request: Request) -> Response:
        await asyncio.get_running_loop().run_in_executor(writer, commit, await request.body())
        return Response(status_code=204)

    return app


def _opened(file: str) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE heard (n INTEGER PRIMARY KEY, body BLOB)")
    return db


if __name__ == "__main__":
    port, file = int(sys.argv[1]), sys.argv[2]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    uvicorn.run(site(file), host="127.0.0.1", port=port, log_level="warning")
