"""The customer's chat page in a real browser, against the channel's web contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import PHONE, page_at, serving
from chat_stub import ChatStub
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def stub() -> ChatStub:
    """The channel, scripted."""
    return ChatStub()


@pytest.fixture
def page(browser: Browser, stub: ChatStub) -> Iterator[Page]:
    """The chat page on a desktop."""
    with serving(stub.app) as address, page_at(browser, f"{address}/chat") as opened:
        yield opened


def words(page: Page) -> list[str]:
    """Return what is shown, in order, with who said it."""
    return [text.strip() for text in page.locator(".message .words").all_text_contents()]


def write(page: Page, text: str) -> None:
    """Type a message and press Enter."""
    page.fill("#words", text)
    page.press("#words", "Enter")


def set_hidden(page: Page, hidden: bool) -> None:
    """Make the page believe that its tab went to the background or came back."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_the_header_says_that_it_is_automated_and_what_reads(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Rosewood Salon")
    expect(page.locator("#assistant")).to_have_text("Rosie · automated assistant")
    expect(page.locator("#notice")).to_contain_text("automated assistant of Rosewood Salon")
    expect(page.locator("#notice")).to_contain_text("without an AI model")


def test_history_is_replayed_and_new_words_follow(browser: Browser, stub: ChatStub) -> None:
    stub.say("customer", "hi")
    stub.say("assistant", "Hello!")
    with serving(stub.app) as address, page_at(browser, f"{address}/chat") as page:
        expect(page.locator(".message")).to_have_count(2)
        stub.say("staff", "Ana here")
        expect(page.locator(".message")).to_have_count(3)
        assert words(page) == ["You: hi", "Assistant: Hello!", "Staff: Ana here"]
        assert page.locator("#log").get_attribute("role") == "log"


def test_enter_sends_and_the_echo_takes_the_place_of_the_pending_words(page: Page, stub: ChatStub) -> None:
    write(page, "a haircut please")
    expect(page.locator(".message.customer:not(.pending) time")).to_have_count(1)
    assert words(page) == ["You: a haircut please"]
    assert page.input_value("#words") == ""
    assert [sent["text"] for sent in stub.received] == ["a haircut please"]


def test_shift_enter_is_a_new_line_and_blank_is_not_sent(page: Page, stub: ChatStub) -> None:
    write(page, "   ")
    page.fill("#words", "one")
    page.press("#words", "Shift+Enter")
    page.type("#words", "two")
    with page.expect_response("**/chat/messages"):
        page.press("#words", "Enter")
    expect(page.locator(".message")).to_have_count(1)
    assert [sent["text"] for sent in stub.received] == ["one\ntwo"]


def test_a_failed_send_is_repeated_under_the_same_id_and_nothing_overtakes_it(page: Page, stub: ChatStub) -> None:
    stub.failures = [503]
    write(page, "first")
    expect(page.locator(".meta")).to_contain_text("trying again")
    write(page, "second")
    expect(page.locator(".message:not(.pending)")).to_have_count(2)
    assert [sent["text"] for sent in stub.received] == ["first", "first", "second"]
    assert stub.received[0]["id"] == stub.received[1]["id"] != stub.received[2]["id"]


def test_what_was_not_sent_survives_a_reload_with_its_id(page: Page, stub: ChatStub) -> None:
    stub.failures = [503]
    write(page, "still there?")
    expect(page.locator(".meta")).to_contain_text("trying again")
    page.reload()
    expect(page.locator(".message:not(.pending)")).to_have_count(1)
    assert len({sent["id"] for sent in stub.received}) == 1


def test_after_some_failures_the_customer_is_told_and_can_retry(page: Page, stub: ChatStub) -> None:
    page.evaluate(
        "() => { const wait = setTimeout;"
        " window.setTimeout = (work, ms, ...rest) => wait(work, ms < 35000 ? ms / 50 : ms, ...rest); }"
    )
    stub.failures = [503] * 6
    write(page, "hello?")
    retry = page.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    assert len(stub.received) == 6
    retry.click()
    expect(page.locator(".message.failed")).to_have_count(0)
    assert len({sent["id"] for sent in stub.received}) == 1


def test_refused_words_come_back_to_be_edited(page: Page, stub: ChatStub) -> None:
    stub.failures = [413]
    write(page, "far too long")
    expect(page.locator(".message.failed")).to_contain_text("Not sent: This message is too long.")
    write(page, "short")
    expect(page.locator(".message time")).to_have_count(1)
    page.get_by_role("button", name="Edit").click()
    assert page.input_value("#words") == "far too long"
    expect(page.locator(".message")).to_have_count(1)


def test_each_number_is_shown_once_and_in_order(page: Page, stub: ChatStub) -> None:
    expect(page.locator("#connection")).to_be_hidden()
    stub.say("assistant", "three", number=3)
    stub.say("assistant", "one", number=1)
    stub.say("assistant", "three again", number=3)
    stub.say("assistant", "four", number=4)
    expect(page.get_by_text("four")).to_be_visible()
    assert words(page) == ["Assistant: one", "Assistant: three", "Assistant: four"]


def test_a_lost_connection_resumes_after_the_last_number(page: Page, stub: ChatStub) -> None:
    stub.say("assistant", "before")
    expect(page.locator(".message")).to_have_count(1)
    stub.feed.cut()
    stub.say("assistant", "meanwhile")
    expect(page.locator(".message")).to_have_count(2)
    assert stub.feed.asked[:2] == [0, 1]
    assert words(page) == ["Assistant: before", "Assistant: meanwhile"]


def test_a_hidden_page_holds_no_stream_and_catches_up_when_seen_again(page: Page, stub: ChatStub) -> None:
    stub.say("assistant", "before")
    expect(page.locator(".message")).to_have_count(1)
    set_hidden(page, True)
    page.evaluate("() => fetch('/chat/about')")
    stub.say("assistant", "while away")
    assert len(stub.feed.asked) == 1
    set_hidden(page, False)
    expect(page.locator(".message")).to_have_count(2)
    assert stub.feed.asked == [0, 1]


def test_options_are_buttons_of_the_last_answer_only(page: Page, stub: ChatStub) -> None:
    stub.say("assistant", "These?", options=("Tue 24 Nov, 10:30 with Ana", "Another day"))
    stub.say("assistant", "Or these?", options=("Wed 25 Nov, 9:00 with Ben", "Another day"))
    expect(page.locator(".options button")).to_have_count(2)
    first = page.get_by_role("button", name="Wed 25 Nov, 9:00 with Ben")
    box = first.bounding_box()
    assert box and box["height"] >= 44
    first.click()
    expect(page.locator(".message.customer time")).to_have_count(1)
    assert [sent["text"] for sent in stub.received] == ["Wed 25 Nov, 9:00 with Ben"]
    expect(page.locator(".options")).to_have_count(0)


def test_typing_shows_and_ends_with_the_answer(page: Page, stub: ChatStub) -> None:
    stub.say("customer", "hi")
    expect(page.locator(".message")).to_have_count(1)
    stub.feed.publish("typing", {"on": True})
    expect(page.locator("#typing")).to_be_visible()
    stub.say("assistant", "Hello!")
    expect(page.locator("#typing")).to_be_hidden()


def test_a_person_is_one_press_away(page: Page, stub: ChatStub) -> None:
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator(".message time")).to_have_count(1)
    assert [sent["text"] for sent in stub.received] == ["Talk to a person"]


def test_words_are_never_markup(page: Page, stub: ChatStub) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    stub.say("assistant", hostile, options=(hostile,))
    expect(page.locator(".message")).to_have_count(1)
    assert words(page) == [f"Assistant: {hostile}"]
    assert page.locator("#log img, #log .words b").count() == 0


def test_the_limit_is_told_near_it_and_held(page: Page) -> None:
    page.fill("#words", "x" * 1799)
    expect(page.locator("#left")).to_have_text("")
    page.fill("#words", "x" * 1950)
    expect(page.locator("#left")).to_have_text("50 characters left")
    assert page.get_attribute("#words", "maxlength") == "2000"


def test_it_fits_a_phone(browser: Browser, stub: ChatStub) -> None:
    stub.say("assistant", "W" * 400, options=("O" * 200,))
    with serving(stub.app) as address, page_at(browser, f"{address}/chat", size=PHONE) as page:
        expect(page.locator(".message")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.locator("#scroll").evaluate("one => one.scrollWidth <= one.clientWidth")
        assert page.locator("#words").evaluate("one => getComputedStyle(one).fontSize") == "16px"


def test_staff_joining_is_shown_once_each_time(page: Page, stub: ChatStub) -> None:
    for who, text in (("assistant", "Hello!"), ("staff", "Ana here"), ("customer", "hi Ana"), ("staff", "one moment"),
                      ("assistant", "Anything else?"), ("staff", "It is me again")):  # fmt: skip
        stub.say(who, text)
    expect(page.locator(".message")).to_have_count(6)
    joined = page.get_by_text("A person from the team has joined")
    expect(joined).to_have_count(2)
    order = page.locator("#log > *").all_text_contents()
    assert order.index("A person from the team has joined") < [n for n, t in enumerate(order) if "Ana here" in t][0]


def test_who_comes_while_we_are_closed_is_told_and_may_leave_a_number(browser: Browser, stub: ChatStub) -> None:
    stub.open, stub.opens = False, "Monday at 9:00 am"
    with serving(stub.app) as address, page_at(browser, f"{address}/chat") as page:
        told = page.locator("#closed")
        expect(told).to_contain_text("We are closed now and open again Monday at 9:00 am.")
        told.get_by_role("button", name="leave your number").click()
        expect(page.get_by_role("dialog", name="Leave your number")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(told.get_by_role("button")).to_be_focused()
