"""The lock of a home: one process works on an embedded home at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Unavailable


@contextmanager
def owned(home: Path) -> Iterator[None]:
    """Hold the home's lock; `Unavailable` if another process does. The system frees it when a process dies."""
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise Unavailable(f"{home} is in use by a running QotBot; use its pages, or another --home") from problem
        yield
    finally:
        os.close(descriptor)
