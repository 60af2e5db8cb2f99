"""The chat on another site's page when the line is cut: each message is there once and in order."""

from __future__ import annotations

import re
from pathlib import Path

from browser import page_at
from hostsite import WAIT_MS, hosted, launch, lines, say
from playwright.sync_api import Browser, Page, expect


def customers(page: Page) -> list[str]:
    """What the customer said, as it is shown."""
    return [line.removeprefix("You: ") for line in lines(page) if line.startswith("You: ")]


def settled(page: Page, said: int) -> None:
    """Return when all that was said has arrived and been answered."""
    expect(page.locator(".message.customer:not(.pending)")).to_have_count(said, timeout=WAIT_MS)
    expect(page.locator("#typing")).to_be_hidden(timeout=WAIT_MS)


def test_a_server_that_dies_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    with hosted(tmp_path) as (_, site, program):
        with program.running() as (process, _desk), page_at(browser, site) as first:
            second = first.context.new_page()
            launch(first)
            say(first, "is there parking?")
            expect(first.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
            second.goto(site)
            launch(second)
            expect(second.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
            process.kill()
            process.wait(10)
            for tab in (first, second):
                expect(tab.locator("#connection")).to_contain_text("Connection lost", timeout=WAIT_MS)
            say(first, "where are you?")
            say(first, "are you open on sunday?")
            first.reload()  # what was not sent outlives even this
            with program.running():
                launch_if_needed(first)
                settled(first, 3)
                expect(first.get_by_text(re.compile("48 Chapel"))).to_be_visible(timeout=WAIT_MS)
                settled(second, 3)
                expect(second.locator(".message")).to_have_count(first.locator(".message").count(), timeout=WAIT_MS)
                assert customers(first) == ["is there parking?", "where are you?", "are you open on sunday?"]
                assert lines(second) == lines(first)
                expect(first.locator("#connection")).to_be_hidden(timeout=WAIT_MS)


def launch_if_needed(page: Page) -> None:
    """The chat opens by itself where it was open; while its server is away it says so, and a press tries again."""
    page.reload()
    expect(page.get_by_label("Your message")).to_be_visible(timeout=WAIT_MS)


def test_a_line_that_is_cut_in_the_middle(browser: Browser, tmp_path: Path) -> None:
    with hosted(tmp_path) as (_, site, program), program.running(), page_at(browser, site) as page:
        launch(page)
        say(page, "hello")
        settled(page, 1)
        page.context.set_offline(True)
        expect(page.locator("#connection")).to_contain_text("You are offline", timeout=WAIT_MS)
        for text in ("one", "two", "three"):
            say(page, text)
        expect(page.locator(".message.pending")).to_have_count(3)
        page.context.set_offline(False)
        settled(page, 4)
        assert customers(page) == ["hello", "one", "two", "three"]
        expect(page.locator("#connection")).to_be_hidden(timeout=WAIT_MS)


def test_an_answer_to_a_post_that_is_lost_does_not_double_it(browser: Browser, tmp_path: Path) -> None:
    with hosted(tmp_path) as (_, site, program), program.running(), page_at(browser, site) as page:
        launch(page)
        lost: list[str] = []

        def lose(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]
            lost.append(answer.text())
            route.abort("connectionreset")  # type: ignore[attr-defined]

        page.route("**/chat/messages", lose, times=2)
        say(page, "is there parking?")
        expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
        settled(page, 1)
        say(page, "where are you?")
        settled(page, 2)
        assert len(lost) >= 1
        assert customers(page) == ["is there parking?", "where are you?"]
