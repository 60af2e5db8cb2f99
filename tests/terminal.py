"""Running the `qotbot` command inside the test's process."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

import cli


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Qotbot = Callable[..., Ran]


def typed_into(patch: pytest.MonkeyPatch, *arguments: str | Path, typed: str = "") -> int:
    """Run the command with something typed into it; its exit code."""
    patch.setattr("sys.argv", ["qotbot", *map(str, arguments)])
    patch.setattr("sys.stdin", io.StringIO(typed))
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        structlog.reset_defaults()  # the command logs to the standard error of its own time
    return 0
