"""The real command in a process of its own, started, killed and started again on one home."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Program:
    """`qotbot run` on a home and a port; `business` is another folder than the example's, `command` other words."""

    home: Path
    port: int
    business: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ("run",)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """The process and the desk's one-time address; it is killed at the end."""
        command = [sys.executable, "-m", "qotbot", *self.command, "--port", str(self.port), "--home", str(self.home)]
        command += ["--business", str(self.business)] if self.business else []
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **self.env})
        try:
            yield process, self._opened(process)
        finally:
            process.kill()
            process.wait(10)
            assert process.stdout is not None
            process.stdout.close()

    def _opened(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        desk = ""
        for line in process.stdout:
            if found := re.search(r"http\S+/desk\?token=\S+", line):
                desk = found.group()
            if "Ctrl-C" in line:
                break
        until_listening(self.port)
        return desk


def until_listening(port: int) -> None:
    """Return when somebody accepts connections on the port."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server did not start")


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
