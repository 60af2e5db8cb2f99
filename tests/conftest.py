"""What holds for every test: nothing beyond this machine is reached; real servers and a browser are at hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tripwire

# Where byte code is not kept, every program that a test starts compiles all it imports once more: ten seconds each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode")
os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

tripwire.arm()
pytest_plugins = ["databases", "machine", "pytester", "servers"]


@pytest.fixture(autouse=True)
def stay_here() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even where the code under test swallowed the refusal."""
    tripwire.reached.clear()
    yield
    if tripwire.reached:
        pytest.fail(f"reached out: {', '.join(tripwire.reached)}")
