"""What holds for every test: nothing beyond this machine is reached, nothing comes from the developer's environment."""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import postgres, postgres_url, redis_url, valkey  # noqa: F401  fixtures

ROOT = Path(__file__).resolve().parent.parent
OURS = ("QOTBOT_", "DATABASE_URL", "REDIS_URL", "TWILIO_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_")
FOR_TESTS = frozenset({"QOTBOT_DATA", "QOTBOT_REQUIRE_BROWSER"})
reached: list[str] = []


class ReachedOut(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _tripwire(event: str, args: tuple[Any, ...]) -> None:
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            address = args[1]
            host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = args[0]
        case _:
            return
    if not _is_here(host):
        reached.append(f"{event} {host!r}")
        raise ReachedOut(f"tests stay on this machine: {event} {host!r}")


sys.addaudithook(_tripwire)


@pytest.fixture(autouse=True)
def stay_here() -> Iterator[None]:
    """Fail a test that tried to reach another machine or a model, even where the code swallowed the refusal."""
    reached.clear()
    yield
    if reached:
        pytest.fail(f"reached out: {', '.join(reached)}")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own settings and keys, so that no test reads a real account or model from them."""
    for name in [name for name in os.environ if name.startswith(OURS) and name not in FOR_TESTS]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real dialogues: `QOTBOT_DATA`, else `../shared/data` beside the checkout."""
    folder = Path(os.environ.get("QOTBOT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no dialogue data at {folder}; set QOTBOT_DATA")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser to drive; without one the test skips, or fails where `QOTBOT_REQUIRE_BROWSER` is set."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("QOTBOT_REQUIRE_BROWSER"):
        pytest.fail("QOTBOT_REQUIRE_BROWSER is set and no Chromium is on PATH")
    pytest.skip("no Chromium on PATH; install Debian's `chromium`")
