"""The salon's web process for the channels' tests: one for each file, where everybody has a number of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from postbox import post  # noqa: F401
from shop import Person, Shop, opened_shop


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return the salon of this file."""
    async with opened_shop(tmp_path_factory.mktemp("shop") / "home") as opened:
        yield opened


@pytest.fixture
def mia(shop: Shop) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


@pytest.fixture
def jo(shop: Shop) -> Person:
    """Return another such customer."""
    return shop.somebody()


@pytest_asyncio.fixture(loop_scope="module")
async def at_work(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """Return the salon with its workers running, as beside every real call."""
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with shop.working():
        yield shop


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody say "one moment" because the machine that runs the tests is busy."""
    monkeypatch.setattr("channels.line.FILLER_S", 10.0)
