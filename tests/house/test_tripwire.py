"""The rules every test runs under."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import tripwire
from machine import find_browser, find_data

ELSEWHERE = "192.0.2.1"  # kept for documentation: routed nowhere


def test_another_machine_is_not_reached() -> None:
    with pytest.raises(tripwire.ReachedOut):
        socket.create_connection((ELSEWHERE, 80), timeout=1)
    with pytest.raises(tripwire.ReachedOut), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.sendto(b"hello", (ELSEWHERE, 80))
    assert len(tripwire.reached) == 2
    tripwire.reached.clear()


async def test_no_name_is_looked_up() -> None:
    with pytest.raises(tripwire.ReachedOut):
        await asyncio.open_connection("models.example", 443)
    assert tripwire.reached == ["socket.getaddrinfo 'models.example'"]
    tripwire.reached.clear()


async def test_this_machine_is_reached() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "localhost", 0)
    async with server:
        host, port, *_ = server.sockets[0].getsockname()
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        await writer.wait_closed()


def test_a_swallowed_refusal_still_fails_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile("""
        import socket
        def test_it():
            try:
                socket.create_connection(("192.0.2.1", 80))
            except Exception:
                pass
    """)
    monkeypatch.setenv("PYTHONPATH", str(Path(tripwire.__file__).parent))
    run = pytester.runpytest_subprocess("-p", "conftest", "-p", "no:langsmith_plugin", "-p", "no:schemathesis")
    run.assert_outcomes(passed=1, errors=1)
    run.stdout.fnmatch_lines("*reached out: * '192.0.2.1'*")


def test_the_developers_accounts_are_forgotten() -> None:
    environment = {
        "OPENAI_API_KEY": "k",
        "TWILIO_AUTH_TOKEN": "t",
        "QOTBOT_MODEL": "m",
        "QOTBOT_DATA": "d",
        "HOME": "h",
    }
    tripwire.forget(environment)
    assert environment == {"QOTBOT_DATA": "d", "HOME": "h"}


def test_a_missing_browser_skips_unless_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("QOTBOT_REQUIRE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception):
        find_browser()
    monkeypatch.setenv("QOTBOT_REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception):
        find_browser()


def test_missing_data_skips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QOTBOT_DATA", str(tmp_path))
    assert find_data() == tmp_path
    monkeypatch.setenv("QOTBOT_DATA", str(tmp_path / "gone"))
    with pytest.raises(pytest.skip.Exception):
        find_data()
