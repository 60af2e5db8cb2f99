"""The developer's fake phone in a real browser, against its web contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import PHONE, page_at, serving
from phone_stub import CALL, PhoneStub
from playwright.sync_api import Browser, Page, expect

FIRST, OTHER = "+12025550143", "+442079460018"


@pytest.fixture
def stub() -> PhoneStub:
    """The fake carrier, scripted."""
    return PhoneStub()


@pytest.fixture
def page(browser: Browser, stub: PhoneStub) -> Iterator[Page]:
    """The phone page on a desktop."""
    with serving(stub.app) as address, page_at(browser, f"{address}/phone") as opened:
        yield opened


def test_a_text_goes_out_and_the_answer_comes_in(page: Page, stub: PhoneStub) -> None:
    expect(page.locator("#business-number")).to_have_text("+12025550100")
    page.fill("#text", "hello")
    page.press("#text", "Enter")
    expect(page.locator(".line.mine-too")).to_contain_text("hello")
    stub.text(FIRST, "in", "Hi, how can we help?")
    expect(page.locator("#texts .line")).to_have_count(2)
    assert stub.sent == [{"from": FIRST, "text": "hello"}]
    assert page.input_value("#text") == ""


def test_a_later_status_updates_the_text_it_belongs_to(page: Page, stub: PhoneStub) -> None:
    page.wait_for_function("document.querySelector('#connection').hidden")
    stub.text(FIRST, "in", "Booked", status="sent")
    expect(page.locator(".meta")).to_contain_text("sent")
    stub.text(FIRST, "in", "Booked", status="undelivered", n=1)
    expect(page.locator(".meta.bad")).to_contain_text("undelivered")
    expect(page.locator("#texts .line")).to_have_count(1)


def test_a_refused_text_stays_in_the_field_with_the_reason(page: Page, stub: PhoneStub) -> None:
    stub.refusal = "The text is longer than 1600 characters."
    page.fill("#text", "hello")
    page.press("#text", "Enter")
    expect(page.locator("#text-error")).to_have_text("Not sent. The text is longer than 1600 characters.")
    assert page.input_value("#text") == "hello"


def test_another_number_has_its_own_texts_and_is_remembered(page: Page, stub: PhoneStub) -> None:
    stub.text(FIRST, "in", "for the first")
    expect(page.locator("#texts .line")).to_have_count(1)
    page.fill("#number", "+44 20 7946-0018")
    page.press("#number", "Enter")
    expect(page.locator("#texts .line")).to_have_count(0)
    page.fill("#text", "from abroad")
    page.press("#text", "Enter")
    expect(page.locator("#texts .line")).to_have_count(1)
    assert stub.sent == [{"from": OTHER, "text": "from abroad"}]
    page.reload()
    assert page.input_value("#number") == OTHER


@pytest.mark.parametrize("typed", ["12", "2025550143", "+0123456789", "+1234567890123456", "+1202555ABCD"])
def test_what_is_no_number_sends_nothing(page: Page, stub: PhoneStub, typed: str) -> None:
    page.fill("#number", typed)
    page.fill("#text", "hello")
    page.press("#text", "Enter")
    expect(page.locator("#number-error")).to_contain_text("starts with +")
    expect(page.locator("#number")).to_be_focused()
    assert page.get_attribute("#number", "aria-invalid") == "true"
    assert stub.sent == []


def test_a_call_speaks_listens_and_ends(page: Page, stub: PhoneStub) -> None:
    stub.answers = ["How can I help?", "Tuesday at 10:30?", "Booked. Goodbye!"]
    page.click("#tab-call")
    page.click("#call")
    expect(page.locator("#heard .line")).to_have_count(1)
    expect(page.locator("#call-state")).to_have_text("Listening to you")
    for count, speech in ((3, "a haircut"), (5, "yes")):
        page.fill("#speech", speech)
        page.press("#speech", "Enter")
        expect(page.locator("#heard .line")).to_have_count(count)
    expect(page.locator("#call-state")).to_have_text("The business hung up.")
    assert stub.calls == [{"from": FIRST, "as": "answered"}]
    assert stub.spoken == ["a haircut", "yes"]


def test_digits_are_said_or_pressed(page: Page, stub: PhoneStub) -> None:
    stub.answers = ["How can I help?", "Opening hours.", "Ten it is.", "Goodbye!"]
    page.click("#tab-call")
    page.click("#call")
    expect(page.locator("#press")).to_be_hidden()
    page.fill("#speech", "4")
    page.click("#press")
    expect(page.locator("#heard")).to_contain_text("Pressed 4")
    expect(page.locator("#heard")).to_contain_text("Opening hours.")
    expect(page.locator("#press")).to_be_hidden()
    page.fill("#speech", "10")
    expect(page.locator("#press")).to_have_text("Press 10")
    page.press("#speech", "Enter")
    expect(page.locator("#heard")).to_contain_text("Ten it is.")
    assert (stub.pressed, stub.spoken) == (["4"], ["10"])


def test_hanging_up_tells_the_business_and_keeps_what_was_said(page: Page, stub: PhoneStub) -> None:
    stub.answers = ["How can I help?", "never heard"]
    page.click("#tab-call")
    page.click("#call")
    expect(page.locator("#heard .line")).to_have_count(1)
    with page.expect_response("**/hangup"):
        page.click("#hangup")
    expect(page.locator("#call-state")).to_have_text("You hung up.")
    expect(page.locator("#heard")).to_contain_text("How can I help?")
    assert stub.hung_up == [CALL]
    page.get_by_role("button", name="New call").click()
    expect(page.locator("#call")).to_be_visible()


def test_a_missed_call_leaves_an_unread_text_back(page: Page, stub: PhoneStub) -> None:
    expect(page.locator("#texts[aria-busy=false]")).to_be_attached()
    page.click("#tab-call")
    page.check("[value=no-answer]")
    page.click("#call")
    expect(page.locator("#outcome")).to_contain_text("Nobody answered.")
    expect(page.locator("#unread")).to_have_text("1")
    page.click("#tab-text")
    expect(page.locator("#unread")).to_be_hidden()
    expect(page.locator("#texts")).to_contain_text("Sorry we missed your call")
    assert stub.calls == [{"from": FIRST, "as": "no-answer"}]


def test_the_tabs_obey_the_arrow_keys(page: Page) -> None:
    page.focus("#tab-text")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-call")).to_be_focused()
    expect(page.locator("#panel-call")).to_be_visible()
    expect(page.locator("#panel-text")).to_be_hidden()
    assert page.get_attribute("#tab-text", "tabindex") == "-1"


def test_texts_are_never_markup_and_fit_a_phone(browser: Browser, stub: PhoneStub) -> None:
    stub.text(FIRST, "in", "<img src=x onerror=\"document.title='owned'\">" + "W" * 300)
    with serving(stub.app) as address, page_at(browser, f"{address}/phone", size=PHONE) as page:
        expect(page.locator("#texts .line")).to_have_count(1)
        assert page.locator("#texts img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
