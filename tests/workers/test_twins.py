"""Two approvals of one card at the same instant, from two processes: one counts, and one effect happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nurseries import ROOT

ROUNDS = 30


def approved_twice(home: Path, url: str) -> dict[str, Any]:
    home.mkdir(exist_ok=True)
    path = os.pathsep.join(str(ROOT / part) for part in (".", "tests", "tests/workers"))
    command = [sys.executable, str(ROOT / "tests" / "workers" / "approvers.py"), str(home), url, str(ROUNDS)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_of_two_approvals_counts_and_one_effect_happens(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else ""
    found = approved_twice(tmp_path / "home", url)
    one, other = found["first"]
    assert [a != b for a, b in zip(one, other, strict=True)] == [True] * ROUNDS
    assert any(one) and any(other), "they never met: one process was always first"
    assert found["states"] == ["done"] * ROUNDS
    assert found["refunded"] == [2500] * ROUNDS
    assert (found["calls"], found["keys"]) == (ROUNDS, ROUNDS)
