"""The chat on another site's page, in a real browser against the real command: who may, what is seen, what is kept."""

from __future__ import annotations

import re
from pathlib import Path

from browser import page_at
from hostsite import WAIT_MS, Host, attributes, hide, launch, lines, say, signed, violations
from playwright.sync_api import Browser, Page, expect
from program import ROOT

LAUNCHER = ROOT / "channels" / "chat_static" / "embed.js"


def test_the_launcher_is_light_and_loads_the_rest_at_the_first_press(page: Page, place: tuple[Host, str]) -> None:
    assert LAUNCHER.stat().st_size < 10_000
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(place[0].chat)))
    page.reload()
    expect(page.get_by_role("button", name="Chat with us")).to_be_visible()
    assert [url for url in asked if url.startswith("/chat")] == ["/chat/embed.js"]
    assert page.evaluate("localStorage.length") == 0, "who only reads the site is no visitor of the chat"
    launch(page)
    assert "/chat/static/panel.js" in asked


def test_a_conversation_on_another_sites_page(page: Page) -> None:
    launch(page)
    say(page, "a haircut with Ana in three weeks on tuesday at 10:30 am please")
    page.get_by_role("button", name="Yes", exact=True).click(timeout=WAIT_MS)
    expect(page.get_by_text(re.compile("You're booked"))).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".options")).to_have_count(0)
    shown = lines(page)
    page.reload()
    expect(page.locator(".message")).to_have_count(len(shown), timeout=WAIT_MS)
    assert lines(page) == shown, "the chat is open again, with all that was said"


def test_two_tabs_are_one_visitor_and_each_message_is_there_once(browser: Browser, page: Page) -> None:
    launch(page)
    say(page, "is there parking?")
    expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    second = page.context.new_page()
    second.goto(page.url)
    launch(second)
    expect(second.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    say(second, "where are you?")
    expect(page.get_by_text(re.compile("48 Chapel"))).to_be_visible(timeout=WAIT_MS)
    expect(second.get_by_text(re.compile("48 Chapel"))).to_be_visible(timeout=WAIT_MS)
    assert lines(page) == lines(second)
    assert sum("parking?" in line for line in lines(second)) == 1


def test_two_tabs_that_open_at_once_are_one_visitor(page: Page) -> None:
    second = page.context.new_page()
    second.goto(page.url)
    for tab in (page, second):
        tab.evaluate("() => { QotBot.open(); }")
    for tab in (page, second):
        expect(tab.get_by_label("Your message")).to_be_visible(timeout=WAIT_MS)
    say(page, "hello from one")
    expect(second.get_by_text("hello from one")).to_be_visible(timeout=WAIT_MS)


def test_a_hidden_tab_holds_no_stream_and_catches_up(page: Page) -> None:
    launch(page)
    say(page, "is there parking?")
    expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    second = page.context.new_page()
    second.goto(page.url)
    launch(second)
    expect(second.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    ended: list[str] = []
    page.on("requestfailed", lambda request: ended.append(request.url))
    hide(page, True)
    say(second, "where are you?")
    expect(second.get_by_text(re.compile("48 Chapel"))).to_be_visible(timeout=WAIT_MS)
    assert any("/chat/events" in url for url in ended)
    assert not any("48 Chapel" in line for line in lines(page))
    hide(page, False)
    expect(page.get_by_text(re.compile("48 Chapel"))).to_be_visible(timeout=WAIT_MS)
    assert lines(page) == lines(second)


def test_news_while_the_panel_is_closed_is_counted(page: Page) -> None:
    launch(page)
    say(page, "hello")
    expect(page.locator("#log[aria-busy=false] .message.assistant").first).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="Close the chat").first.click()
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    second = page.context.new_page()
    second.goto(page.url)
    launch(second)
    say(second, "is there parking?")
    button = page.get_by_role("button", name="Chat with us, 1 new")
    expect(button).to_be_visible(timeout=WAIT_MS)
    button.click()
    expect(page.get_by_role("button", name=re.compile("new"))).to_have_count(0)


def test_a_strict_policy_of_the_host_page_is_enough(browser: Browser, host: Host, place: tuple[Host, str]) -> None:
    chat = host.chat
    host.policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {chat}; connect-src {chat}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    with page_at(browser, place[1]) as page:
        launch(page)
        say(page, "is there parking?")
        expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)


def test_a_site_that_is_not_named_is_told_so_and_gets_nothing(
    browser: Browser, host: Host, place: tuple[Host, str]
) -> None:
    with page_at(browser, place[1].replace("127.0.0.1", "localhost")) as page:
        launch(page)
        expect(page.locator("#connection")).to_contain_text("This chat cannot be used on this page", timeout=WAIT_MS)
        say(page, "hello?")
        expect(page.locator(".message.failed")).to_be_visible(timeout=WAIT_MS)


def test_the_frame_works_without_cookies_on_the_allowed_site_only(
    browser: Browser, host: Host, place: tuple[Host, str]
) -> None:
    host.frame = True
    with page_at(browser, place[1]) as page:
        frame = page.frame_locator("iframe")
        frame.get_by_label("Your message").fill("is there parking?", timeout=WAIT_MS)
        frame.get_by_label("Your message").press("Enter")
        expect(frame.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
        assert page.context.cookies() == []
    context = browser.new_context()
    other = context.new_page()
    refused: list[str] = []
    other.on("console", lambda line: refused.append(line.text))
    other.goto(place[1].replace("127.0.0.1", "localhost"))
    expect(other.frame_locator("iframe").get_by_label("Your message")).to_have_count(0)
    other.wait_for_function("() => true")
    context.close()
    assert any("frame-ancestors" in text for text in refused)


def test_a_signed_user_is_known_and_a_forged_one_is_refused(
    browser: Browser, host: Host, place: tuple[Host, str]
) -> None:
    host.extra = attributes(signed("maria"))
    with page_at(browser, place[1]) as laptop:
        launch(laptop)
        say(laptop, "is there parking?")
        expect(laptop.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    with page_at(browser, place[1]) as tablet:
        launch(tablet)
        expect(tablet.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
        tablet.evaluate("() => QotBot.identify(null)")
        expect(tablet.locator(".message")).to_have_count(0, timeout=WAIT_MS)
    host.extra = attributes(signed("maria", secret="guessed"))
    with page_at(browser, place[1]) as forger:
        launch(forger)
        expect(forger.locator("#connection")).to_contain_text("signature", timeout=WAIT_MS)
        expect(forger.locator(".message")).to_have_count(0)


def test_ending_the_chat_forgets_it_in_every_tab(page: Page) -> None:
    launch(page)
    say(page, "my name is Hector")
    expect(page.locator(".message.assistant").first).to_be_visible(timeout=WAIT_MS)
    second = page.context.new_page()
    second.goto(page.url)
    launch(second)
    expect(second.get_by_text("my name is Hector")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="End this chat").click()
    page.get_by_role("button", name="End the chat", exact=True).click()
    for tab in (page, second):
        expect(tab.locator(".message")).to_have_count(0, timeout=WAIT_MS)
    say(second, "somebody else")
    expect(page.get_by_text("somebody else")).to_be_visible(timeout=WAIT_MS)


def test_who_asks_to_be_forgotten_is(page: Page) -> None:
    launch(page)
    say(page, "my name is Hector")
    expect(page.locator(".message.assistant").first).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Forget me").click()
    expect(page.get_by_text("erased at")).to_be_visible()
    page.get_by_role("button", name="Forget me", exact=True).last.click()
    expect(page.locator(".message")).to_have_count(0, timeout=WAIT_MS)
    page.reload()
    expect(page.locator("#words")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".message")).to_have_count(0)


def test_the_conversation_can_be_taken_home(page: Page) -> None:
    launch(page)
    say(page, "is there parking?")
    expect(page.get_by_text(re.compile("Mill Lane"))).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the conversation").click()
    text = Path(coming.value.path()).read_text("utf-8")
    assert "is there parking?" in text
    assert "Mill Lane" in text


def test_a_number_is_left_with_the_wording_beside_it(page: Page, host: Host) -> None:
    launch(page)
    page.get_by_role("button", name="Leave your number").first.click(timeout=WAIT_MS)
    form = page.get_by_role("dialog", name="Leave your number")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_have_text("Please fill in: Your name")
    form.get_by_label("Your name").fill("Nora")
    form.get_by_label("Your phone number").fill("12")
    form.get_by_label("What is it about?").fill("a wedding on 5 June")
    expect(form.get_by_text(re.compile("Reply STOP to end"))).to_be_visible()
    expect(form.get_by_text(re.compile(r"Version [0-9a-f]{8}"))).to_be_visible()
    tick = form.get_by_role("checkbox")
    expect(tick).not_to_be_checked()
    tick.check()
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_label("Your phone number")).to_be_focused(timeout=WAIT_MS)
    expect(form.get_by_label("Your phone number")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    form.get_by_label("Your phone number").fill("(202) 555-0188")
    form.get_by_role("button", name="Send").click()
    expect(
        page.get_by_text("Thank you, Nora. Somebody from the team will get back to you at +12025550188.")
    ).to_be_visible(timeout=WAIT_MS)


def test_a_file_is_refused_in_words(page: Page) -> None:
    launch(page)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['x'], 'me.png', { type: 'image/png' }));
          const box = document.querySelector('qotbot-chat').shadowRoot.querySelector('#words');
          const how = { dataTransfer: data, bubbles: true, cancelable: true, composed: true };
          box.dispatchEvent(new DragEvent('drop', how));
        }"""
    )
    expect(page.locator("#left")).to_contain_text("Files cannot be sent here")
