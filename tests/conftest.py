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
LONG = {"test_crash.py", "test_docs.py", "test_twins.py", "test_widget_lost.py", "test_conformance_of_channels.py",
        "test_a_day_in_the_browser.py", "test_screens.py", "test_dialogues.py"}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long are handed out first: at the end one process would work on them alone."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(autouse=True)
def stay_here() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even where the code under test swallowed the refusal."""
    tripwire.reached.clear()
    yield
    if tripwire.reached:
        pytest.fail(f"reached out: {', '.join(tripwire.reached)}")
