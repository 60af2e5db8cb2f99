"""A site with the chat on it and the running salon that allows it: one for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import page_at
from hostsite import TIDY, Host, hosted
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, str]]:
    """Return the site and its address; the salon runs."""
    with hosted(tmp_path_factory.mktemp("widget")) as (host, site, program), program.running():
        yield host, site


@pytest.fixture
def host(place: tuple[Host, str]) -> Host:
    """Return the site, tidy again."""
    place[0].extra, place[0].style, place[0].direction, place[0].frame, place[0].policy = "", TIDY, "ltr", False, ""
    return place[0]


@pytest.fixture
def page(browser: Browser, host: Host, place: tuple[Host, str]) -> Iterator[Page]:
    """Return a page of the site on a desktop."""
    with page_at(browser, place[1]) as opened:
        yield opened
