"""What the chat looks like on another site's page: to hostile style sheets, to the keyboard, and to axe."""

from __future__ import annotations

import re

import pytest
from browser import DESKTOP, PHONE, page_at
from hostsite import HOSTILE, TIDY, WAIT_MS, Host, launch, say, violations
from playwright.sync_api import Browser, Page, expect

MEASURE = """() => {
  const root = document.querySelector('qotbot-chat').shadowRoot;
  const names = ['color', 'backgroundColor', 'fontSize', 'fontFamily', 'letterSpacing', 'direction', 'display',
    'visibility', 'marginTop', 'textTransform', 'opacity', 'filter', 'transform', 'clipPath', 'pointerEvents',
    'zIndex'];
  const told = (element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return [...names.map((name) => style[name]), ...[box.x, box.y, box.width, box.height].map(Math.round)];
  };
  const parts = ['.launch', '.chat', '.top', '#business', '#person', '#words', '.send', '#notice'];
  return [...parts.map((one) => [one, told(root.querySelector(one))]), ['host', told(root.host)]];
}"""


def test_the_keyboard_opens_walks_and_closes(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_label("Your message")
    expect(box).to_be_focused(timeout=WAIT_MS)
    expect(page.get_by_role("dialog", name="Willow & Co Hair")).to_be_visible(timeout=WAIT_MS)
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_hostile_css_cannot_break_it(
    browser: Browser, host: Host, place: tuple[Host, str], size: dict[str, int]
) -> None:
    seen = []
    for style in (TIDY, HOSTILE):
        host.style, host.extra = style, 'data-dir="ltr"'
        with page_at(browser, place[1], size=size) as page:
            launch(page)
            expect(page.locator("#business")).to_have_text("Willow & Co Hair", timeout=WAIT_MS)
            seen.append(page.evaluate(MEASURE))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, host: Host, place: tuple[Host, str], size: dict[str, int], dark: bool
) -> None:
    host.extra = 'data-accent="#f2c230"' if dark else ""
    with page_at(browser, place[1], size=size, dark=dark) as page:
        expect(page.get_by_role("button", name="Chat with us")).to_be_visible(timeout=WAIT_MS)
        assert violations(page) == []
        launch(page)
        say(page, "a haircut with Ana in three weeks on tuesday at 10:30 am please")
        expect(page.locator(".options button").first).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("button", name="More", exact=True).click()
        assert violations(page) == []


def test_axe_finds_nothing_on_the_page_and_in_the_frame(browser: Browser, host: Host) -> None:
    for path in ("/chat", "/chat/frame"):
        with page_at(browser, host.chat + path) as page:
            say(page, "is there parking?")
            expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
            assert violations(page) == []
