"""What the machine may or may not offer to tests: a browser, the folder of real dialogues."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import browsing
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real dialogues; without it the test skips."""
    return find_data()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser to drive; without one the test skips, or fails where one is required."""
    return find_browser()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return the browser of one file's tests."""
    with browsing(chromium) as opened:
        yield opened


def find_data() -> Path:
    """Return `QOTBOT_DATA`, else `../shared/data` beside the checkout."""
    folder = Path(os.environ.get("QOTBOT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no dialogue data at {folder}; set QOTBOT_DATA")
    return folder


def find_browser() -> str:
    """Return the first Chromium on PATH; `QOTBOT_REQUIRE_BROWSER` turns its absence from a skip into a failure."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if os.environ.get("QOTBOT_REQUIRE_BROWSER"):
        pytest.fail("QOTBOT_REQUIRE_BROWSER is set and no Chromium is on PATH")
    pytest.skip("no Chromium on PATH; install Debian's `chromium`")
