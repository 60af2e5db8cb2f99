"""A desk whose very first stream fails: it says so, tries again, and has missed nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser import page_at, serving
from fake_desk import TOKEN, FakeDesk
from playwright.sync_api import Browser, Route, expect


def failing(times: int, how: Callable[[Route], None]) -> Callable[[Route], None]:
    """Fail the next requests of a route, then let them through."""
    left = [times]

    def route(one: Route) -> None:
        left[0] -= 1
        how(one) if left[0] >= 0 else one.continue_()

    return route


def unavailable(route: Route) -> None:
    """Answer as a proxy does whose server is away."""
    route.fulfill(status=503, content_type="text/html", body="<tr><td>the proxy's own page</td></tr>")


def no_answer(route: Route) -> None:
    """Refuse the connection."""
    route.abort("connectionrefused")


@pytest.mark.parametrize("how", [unavailable, no_answer])
def test_a_first_stream_that_fails_is_tried_again(browser: Browser, how: Callable[[Route], None]) -> None:
    desk = FakeDesk()
    desk.happen("before")
    with serving(desk.app()) as address, page_at(browser, f"{address}/desk?token={TOKEN}") as page:
        page.route("**/desk/events?**", failing(2, how))
        page.goto(f"{address}/desk/ledger")
        expect(page.locator("#lost")).to_have_text("Connection lost. Trying again…")
        desk.happen("meanwhile")
        expect(page.locator("#events tr")).to_have_count(2)
        expect(page.locator("#lost")).to_be_hidden()
        desk.happen("after")
        expect(page.locator("#events tr")).to_have_count(3)
        assert page.locator("#events .seq").all_text_contents() == ["3", "2", "1"], "no page of an error is a row"
        assert len(desk.feed.followers) == 1


def test_who_is_signed_out_at_the_first_stream_is_told_and_asks_no_more(browser: Browser) -> None:
    desk, asked = FakeDesk(), []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=403, content_type="text/plain", body="no")

    with serving(desk.app()) as address, page_at(browser, f"{address}/desk?token={TOKEN}") as page:
        page.route("**/desk/events?**", refuse)
        page.clock.install()
        page.goto(f"{address}/desk")
        expect(page.locator("#lost")).to_contain_text("You are signed out")
        page.clock.run_for(60_000)
        assert len(asked) == 1
