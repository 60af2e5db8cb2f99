"""The staff's screens in a real browser: live, by keyboard, on a phone, and against hostile words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from browser import DESKTOP, PHONE, page_at, serving
from fake_desk import NOW, TOKEN, FakeDesk, booking, followup, refund
from playwright.sync_api import Browser, Page, expect

from desk.cards import Conflict, Invalid, Words


@pytest.fixture
def desk() -> FakeDesk:
    """A desk with a refund and a booking held."""
    return FakeDesk()


@contextmanager
def signed_in(
    browser: Browser, desk: FakeDesk, path: str = "/desk", *, size: dict[str, int] = DESKTOP
) -> Iterator[Page]:
    """Open a page of the desk as staff."""
    with serving(desk.app()) as address, page_at(browser, f"{address}/desk?token={TOKEN}", size=size) as page:
        if path != "/desk":
            page.goto(address + path)
        yield page


@pytest.fixture
def page(browser: Browser, desk: FakeDesk) -> Iterator[Page]:
    """The approvals on a desktop."""
    with signed_in(browser, desk) as opened:
        yield opened


def wait_for_stream(page: Page, desk: FakeDesk, *, followed: bool = True) -> None:
    """Return when the page follows the ledger, or when it no longer does; fails after some 20 s of frames."""
    for _ in range(1200):
        if bool(desk.feed.followers) is followed:
            return
        page.evaluate("() => new Promise(requestAnimationFrame)")
    pytest.fail("the page does not follow the ledger" if followed else "the page still follows the ledger")


def hide(page: Page, hidden: bool) -> None:
    """Make the page believe that its tab went to the background or came back."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_the_oldest_is_open_and_another_opens_without_a_reload(page: Page) -> None:
    expect(page.locator("#detail [data-open=act_9]")).to_be_visible()
    page.evaluate("() => { window.sameDocument = true; }")
    page.get_by_role("link", name="Maria Lopez").click()
    expect(page.locator("#detail [data-open=act_12]")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/desk\?card=act_12$"))
    expect(page.locator("#card-title")).to_be_focused()
    expect(page.locator("#queue [aria-current=true]")).to_have_count(1)
    assert page.evaluate("window.sameDocument")


def test_approving_shows_what_was_done_and_leads_to_the_next(page: Page, desk: FakeDesk) -> None:
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_focused()
    expect(page.locator("#queue li")).to_have_count(1)
    expect(page.locator("#count-approvals")).to_contain_text("1")
    page.get_by_role("link", name="Next: Book an appointment").click()
    expect(page.locator("#detail [data-open=act_12]")).to_be_visible()
    assert [(action, given.kind) for action, given in desk.answers] == [("act_9", "approve")]


def test_approving_by_key_takes_two_presses(page: Page, desk: FakeDesk) -> None:
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    assert not desk.answers
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    assert len(desk.answers) == 1


def test_the_keys_edit_reject_answer_cancel_and_move(page: Page) -> None:
    for key, field in (("e", "field-2"), ("r", "text"), ("n", "text")):
        page.keyboard.press(key)
        expect(page.locator(f"#{field}")).to_be_focused()
        page.keyboard.press("a")  # typing, not a shortcut
        page.keyboard.press("Escape")
        expect(page.locator(".decide")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#detail [data-open=act_12]")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#detail [data-open=act_9]")).to_be_visible()


def test_the_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.get_by_role("button", name="Shortcuts").click()
    page.reload()
    page.keyboard.press("e")
    expect(page.locator("form.edit")).to_have_count(0)
    expect(page.locator("kbd").first).to_be_hidden()
    assert page.get_attribute("#keys", "aria-pressed") == "false"


def test_what_is_wrong_with_an_edit_stands_beside_its_field(page: Page, desk: FakeDesk) -> None:
    page.get_by_role("link", name="Maria Lopez").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Price (USD)").fill("lots")
    page.get_by_label("With").select_option("ben")
    page.get_by_role("button", name="Approve with changes").click()
    expect(page.get_by_label("Price (USD)")).to_be_focused()
    expect(page.get_by_label("Price (USD)")).to_have_accessible_description("Write an amount like 45 or 45.50.")
    assert page.get_by_label("With").input_value() == "ben"
    desk.outcome = Invalid({"staff": "Ben is away that day."})
    page.get_by_label("Price (USD)").fill("50.00")
    page.get_by_role("button", name="Approve with changes").click()
    expect(page.get_by_label("With")).to_have_accessible_description("Ben is away that day.")
    desk.outcome = None
    page.get_by_label("With").select_option("ana")
    page.get_by_role("button", name="Approve with changes").click()
    expect(page.get_by_role("heading", name="Approved with your changes")).to_be_visible()
    assert desk.answers[-1][1].args == {"price": "50.00"}


def test_a_conflict_is_told_in_place(page: Page, desk: FakeDesk) -> None:
    desk.outcome = Conflict("Ben", NOW)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Already decided by Ben at 10:02")).to_be_visible()
    expect(page.locator("#queue")).to_be_visible()


def test_a_yes_that_comes_too_late_says_what_it_was_about(page: Page, desk: FakeDesk) -> None:
    desk.outcome = Conflict("timer", NOW)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Expired at 10:02")).to_be_visible()
    expect(page.locator(".result")).to_contain_text("Refund a deposit for Aisha Khan")
    expect(page.locator(".result")).to_contain_text("The customer is told")


def test_a_new_card_appears_by_itself(page: Page, desk: FakeDesk) -> None:
    wait_for_stream(page, desk)
    desk.held.append(booking(13, contact_name="Tom Becker"))
    desk.happen("Proposed A13", verdict="hold")
    expect(page.get_by_role("link", name="Tom Becker")).to_be_visible()
    expect(page.locator("#count-approvals")).to_contain_text("3")
    expect(page.locator("#queue [aria-current=true]")).to_have_count(1)


def test_a_card_decided_elsewhere_is_marked_before_staff_answer_it(page: Page, desk: FakeDesk) -> None:
    wait_for_stream(page, desk)
    expect(page.locator("#stale")).to_be_hidden()
    desk.held.remove(desk.held[0])
    desk.happen("Approved A9", who="Ben")
    expect(page.locator("#stale")).to_be_visible()


def test_what_happened_between_page_and_stream_is_not_lost(browser: Browser, desk: FakeDesk) -> None:
    desk.happen("before")
    with signed_in(browser, desk, "/desk/ledger") as page:
        wait_for_stream(page, desk)
        assert desk.feed.asked[-1] == 1
        expect(page.locator("#events tr")).to_have_count(1)
        hide(page, True)
        wait_for_stream(page, desk, followed=False)
        desk.happen("while hidden", verdict="deny")
        desk.happen("<b>twice</b>")
        hide(page, False)
        expect(page.locator("#events tr")).to_have_count(3)
        seen = page.locator("#events .seq").all_text_contents()
        assert seen == ["3", "2", "1"]
        assert page.locator("#events .did").first.text_content() == "<b>twice</b>"


def test_a_lost_stream_is_told_and_resumes_with_nothing_missing(browser: Browser, desk: FakeDesk) -> None:
    with signed_in(browser, desk, "/desk/ledger") as page:
        wait_for_stream(page, desk)
        desk.happen("one")
        expect(page.locator("#events tr")).to_have_count(1)
        desk.feed.cut()
        desk.happen("two")
        expect(page.locator("#events tr")).to_have_count(2)
        assert page.locator("#events .seq").all_text_contents() == ["2", "1"]


def test_a_note_being_written_survives_what_happens_meanwhile(browser: Browser, desk: FakeDesk) -> None:
    with signed_in(browser, desk, "/desk/followups") as page:
        wait_for_stream(page, desk)
        page.locator("#followup-obl_2 summary").click()
        note = page.locator("#followup-obl_2 textarea")
        note.fill("called, no ans")
        desk.loops.insert(0, replace(followup(3), title="Answer a message"))
        desk.happen("A message was not answered")
        expect(page.get_by_text("Answer a message")).to_be_visible()
        expect(note).to_be_visible()
        assert note.input_value() == "called, no ans"
        page.locator("#followup-obl_2 .primary").click()
        expect(page.locator("#followups li")).to_have_count(2)
        assert desk.notes == [("obl_2", "called, no ans", "Ana")]


def test_on_a_phone_the_list_comes_first_then_the_card(browser: Browser, desk: FakeDesk) -> None:
    with signed_in(browser, desk, size=PHONE) as page:
        expect(page.locator("#detail")).to_be_hidden()
        page.get_by_role("link", name="Maria Lopez").click()
        expect(page.locator("#card-title")).to_be_visible()
        expect(page.locator("#queue")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for control in page.locator(".decide .button, .way:visible, .back").all():
            box = control.bounding_box()
            assert box and box["height"] >= 44 and box["width"] >= 44
        page.get_by_role("link", name="Back to the list").click()
        expect(page.locator("#queue")).to_be_visible()


def test_without_scripts_a_card_is_read_and_approved(browser: Browser, desk: FakeDesk) -> None:
    with serving(desk.app()) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/desk?token={TOKEN}")
        page.get_by_role("link", name="Maria Lopez").click()
        page.get_by_role("link", name="Edit").click()
        page.get_by_label("Price (USD)").fill("50.00")
        page.get_by_role("button", name="Approve with changes").click()
        expect(page.get_by_role("heading", name="Approved with your changes")).to_be_visible()
        context.close()
    assert desk.answers[0][1].args == {"price": "50.00"}


HOSTILE = {
    "markup": "</div></section></article><style>.fields{display:none}</style><script>document.title='owned'</script>"
    * 20,
    "turned": "\u202e\u2066" + "00.0 :ecirP" * 400 + "\u2069" * 50,
    "tall": "\n" * 10_000,
    "wide": "W" * 10_000,
    "piled": ("Z" + "\u0336\u0300\u0489" * 200) * 15,
}


SEEN = """() => [...document.querySelectorAll('.fields dd')].every(value => {
  const box = value.getBoundingClientRect();
  return box.bottom > innerHeight - 200 || value.contains(document.elementFromPoint(box.x + 4, box.y + box.height / 2));
})"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_hostile_words_neither_move_nor_hide_what_will_run(browser: Browser, size: dict[str, int]) -> None:
    calm = booking()
    desk = FakeDesk([calm])
    with signed_in(browser, desk, "/desk?card=act_12", size=size) as page:
        parts = page.locator(".fields dd, .fields dt, .decide .button, .card > .head .tier")
        places = [part.bounding_box() for part in parts.all()]
        assert len(places) == 17
        for name, words in HOSTILE.items():
            desk.held = [replace(calm, customer_said=(Words("customer", words[:10_000], NOW),) * 3)]
            page.reload()
            assert [part.bounding_box() for part in parts.all()] == places, name
            assert page.locator(".fields dd").all_inner_texts()[3].strip() == "45.00 USD"
            assert page.evaluate(SEEN), name
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
            assert page.title() != "owned"


def test_a_hostile_value_stays_inside_its_own_field(browser: Browser) -> None:
    desk = FakeDesk([])
    with signed_in(browser, desk) as page:
        for name, words in HOSTILE.items():
            fields = tuple(replace(f, value=words[:10_000]) if f.name == "name" else f for f in booking().fields)
            desk.held = [replace(booking(), fields=fields, contact_name=words, will_send=words[:10_000])]
            page.reload()
            boxes = [row.bounding_box() for row in page.locator(".fields > div").all()]
            assert len(boxes) == 6
            assert all(box and box["height"] < 220 and box["width"] < 600 for box in boxes), name
            assert all(a and b and a["y"] + a["height"] <= b["y"] + 1 for a, b in zip(boxes, boxes[1:], strict=False))
            head = page.locator(".card > .head").bounding_box()
            assert head and head["height"] < 110, name
            expect(page.get_by_role("button", name="Approve")).to_be_in_viewport()
            assert page.title() != "owned"


def test_a_refund_that_came_back_shows_what_it_was(browser: Browser) -> None:
    with signed_in(browser, FakeDesk([refund()])) as page:
        expect(page.locator(".was")).to_have_text("was 20.00 USD")
