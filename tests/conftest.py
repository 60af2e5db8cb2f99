"""What holds for every test: nothing beyond this machine is reached; real servers and a browser are at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tripwire

tripwire.arm()
pytest_plugins = ["databases", "machine", "pytester", "servers"]


@pytest.fixture(autouse=True)
def stay_here() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even where the code under test swallowed the refusal."""
    tripwire.reached.clear()
    yield
    if tripwire.reached:
        pytest.fail(f"reached out: {', '.join(tripwire.reached)}")
