"""What the tests of the documented checks share: the script that strangers run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify.py"


@pytest.fixture(scope="session")
def verify() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("verify", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
