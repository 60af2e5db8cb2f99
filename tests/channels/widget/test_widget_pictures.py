"""The pictures of the documentation: what they show is what the chat looks like now.

They are written into docs/images where DOCS_PICTURES is set; without it they are taken and thrown away.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, page_at
from hostsite import WAIT_MS, Host, launch, say
from playwright.sync_api import Browser, Page, expect
from program import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go."""
    return ROOT / "docs" / "images" if os.environ.get("DOCS_PICTURES") else tmp_path


def talk(page: Page, hour: int) -> None:
    """A short conversation that ends in a question with buttons; each at an hour of its own."""
    say(page, "is there parking?")
    expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    say(page, f"could I have a haircut with Ana on tuesday in two weeks at {hour}pm?")
    expect(page.get_by_role("button", name="Yes", exact=True)).to_be_visible(timeout=WAIT_MS)
    page.wait_for_function("() => document.getAnimations().length === 0")


LOOKS = {
    "chat-desktop": (DESKTOP, False, "ltr", ""),
    "chat-phone": (PHONE, False, "ltr", ""),
    "chat-dark": (DESKTOP, True, "ltr", 'data-accent="#8a2f62"'),
    "chat-rtl": (DESKTOP, False, "rtl", ""),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_conversation_on_a_site(browser: Browser, place: tuple[Host, str], folder: Path, name: str) -> None:
    size, dark, direction, extra = LOOKS[name]
    host, site = place
    host.direction, host.extra = direction, extra
    with page_at(browser, site, size=size, dark=dark) as page:
        launch(page)
        talk(page, 1 + list(LOOKS).index(name))
        page.mouse.move(5, 5)
        page.screenshot(path=folder / f"{name}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_form_on_a_phone(browser: Browser, place: tuple[Host, str], folder: Path) -> None:
    host, site = place
    host.direction, host.extra = "ltr", ""
    with page_at(browser, site, size=PHONE) as page:
        launch(page)
        page.get_by_role("button", name="Leave your number").first.click(timeout=WAIT_MS)
        form = page.get_by_role("dialog", name="Leave your number")
        form.get_by_label("Your name").fill("Nora Field")
        form.get_by_label("Your phone number").fill("(202) 555-0188")
        form.get_by_label("What is it about?").fill("Hair for a wedding on 5 June, four people.")
        page.screenshot(path=folder / "chat-form.png")
        send = form.get_by_role("button", name="Send").bounding_box()
        assert send and send["y"] + send["height"] <= PHONE["height"], "it is sent without scrolling"
