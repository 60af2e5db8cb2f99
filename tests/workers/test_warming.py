"""Warming up: the first turn of a process finds everything loaded, and the rehearsal leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from nurseries import ROOT
from shop import opened_shop

from workers.warming import warm

FIRST_TURN = """
import asyncio, json, sys
from pathlib import Path
from compose import Settings, compose
from domain.clock import SystemClock
from domain.message import Heard
from workers.warming import warm

async def main():
    app = await compose(Settings(home=Path(sys.argv[1]), business=Path("packs/salon")), SystemClock())
    if sys.argv[2] == "warm":
        await warm(app.deps, app.graph)
    loaded = set(sys.modules)
    await app.hear(Heard(channel="web", kind="text", address_kind="web", address="v", text="is there parking?",
                         provider="web", provider_id="v:1", session="v"))
    await app.run_until_idle()
    await app.close()
    print(json.dumps(sorted(set(sys.modules) - loaded)))

asyncio.run(main())
"""


def imported(home: Path, how: str) -> list[str]:
    """What the first turn of a new process loads."""
    command = [sys.executable, "-c", FIRST_TURN, str(home), how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_warm_process_loads_nothing_for_its_first_turn(tmp_path: Path) -> None:
    assert imported(tmp_path / "one", "cold"), "there is nothing to warm up"
    assert imported(tmp_path / "other", "warm") == []


async def test_the_rehearsal_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    async with opened_shop(tmp_path / "home") as shop:
        before = shop.counts()
        await warm(shop.app.deps, shop.app.graph)
        assert shop.counts() == before
        assert list(scratch.iterdir()) == []
