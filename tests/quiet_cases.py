"""The published quiet-hours cases, where the shared data is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FILE = Path(os.environ.get("QOTBOT_DATA", Path(__file__).parents[2] / "shared" / "data")) / "compliance_vectors.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["groups"]["quiet_hours"] if FILE.exists() else []
needs_cases = pytest.mark.skipif(not CASES, reason=f"no published cases at {FILE}; set QOTBOT_DATA")
