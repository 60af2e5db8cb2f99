"""The salon's web process for the channels' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import Shop, opened_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Return the salon, opened for this test alone."""
    async with opened_shop(tmp_path / "home") as opened:
        yield opened
