"""`qotbot run` and `qotbot serve`: on this machine only, one process a home, and a model by choice."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from terminal import Qotbot

from records.home import owned

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def free_port() -> int:
    """A port nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "192.168.1.10", "::", "example.com", "127.0.0.1.example.com", ""],  # noqa: S104 - all are refused
)
@pytest.mark.parametrize("command", ["run", "serve"])
def test_only_this_machines_own_addresses_are_served(qotbot: Qotbot, tmp_path: Path, command: str, host: str) -> None:
    ran = qotbot(command, "--host", host, "--home", tmp_path / "h")
    assert (ran.code, ran.out) == (2, "")
    assert f"--host {host}: the desk has no accounts yet" in ran.err
    assert not (tmp_path / "h").exists()


def test_a_taken_port_is_unavailable(qotbot: Qotbot, tmp_path: Path) -> None:
    with taken_port() as port:
        ran = qotbot("run", "--port", port, "--home", tmp_path / "h")
    assert (ran.code, ran.out) == (4, "")
    assert f"port {port} is taken; stop the other program or use --port" in ran.err


def test_a_home_in_use_is_unavailable(qotbot: Qotbot, tmp_path: Path) -> None:
    with owned(tmp_path / "h"):
        for arguments in (["run", "--port", str(free_port())], ["chat"]):
            ran = qotbot(*arguments, "--home", tmp_path / "h", typed="hello\n")
            assert (ran.code, ran.out) == (4, "")
            assert "is in use by a running QotBot" in ran.err


def test_serve_needs_a_chosen_model(qotbot: Qotbot, tmp_path: Path) -> None:
    ran = qotbot("serve", "--port", free_port(), "--home", tmp_path / "h")
    assert (ran.code, ran.out) == (2, "")
    assert "QOTBOT_MODEL is not set. Choose" in ran.err
    assert "QOTBOT_MODEL=phrasebook" in ran.err


def test_serve_refuses_half_an_account(qotbot: Qotbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOTBOT_MODEL", "phrasebook")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    ran = qotbot("serve", "--port", free_port(), "--home", tmp_path / "h")
    assert ran.code == 2
    assert "TWILIO_AUTH_TOKEN is not" in ran.err


def test_an_unknown_business_is_named(qotbot: Qotbot, tmp_path: Path) -> None:
    ran = qotbot("run", "--port", free_port(), "--home", tmp_path / "h", "--business", tmp_path / "nowhere")
    assert ran.code == 2
    assert "nowhere is not a folder; name one with business.yaml" in ran.err


def test_the_command_of_the_readme_serves_refuses_a_second_and_ends_when_asked(tmp_path: Path, qotbot: Qotbot) -> None:
    port, home = free_port(), tmp_path / "h"
    command = [sys.executable, "-m", "qotbot", "run", "--port", str(port), "--home", str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert process.stdout is not None
        banner = "".join(iter(process.stdout.readline, "Stop with Ctrl-C.\n"))
        base = f"http://127.0.0.1:{port}"
        for shown in (f"{base}/chat", f"{base}/phone", f"{base}/desk?token=", "No language model configured"):
            assert shown in banner
        health = listening(f"{base}/health")
        assert (health["status"], health["reader"], health["database"]) == ("ok", "phrasebook", "sqlite")
        assert qotbot("run", "--port", free_port(), "--home", home).code == 4
        assert qotbot("run", "--port", port, "--home", tmp_path / "other").code == 4
        assert qotbot("inbox", "list", "--home", home).out == "Nothing waits for a person.\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(15) in (0, -signal.SIGINT, 130)
    finally:
        process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
    with owned(home):
        assert qotbot("doctor", "--home", home).code == 0


def listening(url: str) -> dict[str, str]:
    """The answer of a server that is coming up."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            continue
    raise AssertionError("the server did not come up")


def test_somebody_must_work(qotbot: Qotbot, tmp_path: Path) -> None:
    ran = qotbot("serve", "--no-work", "--port", free_port(), "--home", tmp_path / "h")
    assert ran.code == 2 and "--no-work: without DATABASE_URL nobody else could work" in ran.err
