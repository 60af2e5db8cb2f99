"""The real `qotbot serve` in a process of its own, the offline phone company in another, and what they cost."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server of ours: where it answers, its home, its process; `account` and `token` are the phone company's."""

    base: str
    home: Path
    pid: int
    start_s: float
    account: str
    token: str

    def memory_kb(self) -> int:
        """Resident memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])

    def cpu_s(self) -> float:
        """Processor time so far, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(home: Path, **env: str) -> Iterator[Served]:
    """Serve the salon on durable SQLite with the phrasebook and the relay, and the phone company beside it."""
    ours, theirs = free_port(), free_port()
    base = f"http://127.0.0.1:{ours}"
    company = ("qotbot", "phone-company", "--port", str(theirs), "--business", base)
    with process(company, {}, "qotbot serve") as (_, printed):
        found = re.search(r"SID=(\w+) TWILIO_AUTH_TOKEN=(\w+)", printed)
        assert found is not None, printed
        given = {
            "QOTBOT_MODEL": "phrasebook", "QOTBOT_VOICE": "relay", "QOTBOT_PUBLIC_BASE_URL": base,
            "TWILIO_ACCOUNT_SID": found[1], "TWILIO_AUTH_TOKEN": found[2], "QOTBOT_TEXT_PARTS_PER_S": "100000",
            "QOTBOT_TWILIO_API_BASE": f"http://127.0.0.1:{theirs}", **env,
        }  # fmt: skip
        began, server = time.monotonic(), ("qotbot", "serve", "--port", str(ours), "--home", str(home))
        with process(server, given, "Ctrl-C") as (running, _):
            until_listening(ours)
            yield Served(base, home, running.pid, time.monotonic() - began, found[1], found[2])


@contextmanager
def process(module: Sequence[str], env: Mapping[str, str], ready: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A Python module running, once it has printed a line with `ready` in it; it is ended with the block."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("QOTBOT_", "TWILIO_", "DATABASE_", "REDIS_"))}
    command = [sys.executable, "-m", *module]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**outside, **env})
    assert running.stdout is not None
    try:
        printed = ""
        for line in running.stdout:
            printed += line
            if ready in line:
                break
        yield running, printed
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(10)
        running.stdout.close()


def until_listening(port: int) -> None:
    """Return when somebody accepts connections on a port."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on port {port}")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
