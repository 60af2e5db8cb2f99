"""The real command in a process of its own, used as a person would: chat, text, call, approve, and a kill between."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from browser import browsing
from playwright.sync_api import Browser, Page, expect
from program import Program, free_port

ROOT = Path(__file__).resolve().parents[2]
WAIT_MS = 20_000


def says(page: Page, text: str, answer: str) -> None:
    """Write a chat message and wait for words in an answer."""
    log = page.get_by_role("log")
    before = log.get_by_text(re.compile(answer)).count()
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")
    expect(log.get_by_text(re.compile(answer)).nth(before)).to_be_visible(timeout=WAIT_MS)


def approve(browser: Browser, desk: str) -> None:
    """Open the desk with the printed address and approve what waits."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(desk)
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text(re.compile("Approved|Nothing is waiting|nothing waits", re.I)).first).to_be_visible(
        timeout=WAIT_MS
    )
    context.close()


def test_a_refund_is_approved_after_the_server_was_killed(chromium: str, tmp_path: Path) -> None:
    port = free_port()
    with browsing(chromium) as browser:
        context = browser.new_context()
        chat = context.new_page()
        with Program(tmp_path, port).running() as (process, _):
            chat.goto(f"http://127.0.0.1:{port}/chat")
            says(chat, "balayage in two weeks on saturday at 10 am", "Shall I book it")
            says(chat, "yes please", "You're booked")
            says(chat, "I want my deposit back", "pay back your deposit")
            says(chat, "yes", "A person from the team will confirm it")
            says(chat, "is there parking?", "Mill Lane")
            process.send_signal(signal.SIGKILL)
        with Program(tmp_path, port).running() as (_, desk):
            chat.goto(f"http://127.0.0.1:{port}/chat")
            approve(browser, desk)
            expect(chat.get_by_text(re.compile("is refunded"))).to_be_visible(timeout=WAIT_MS)
            expect(chat.get_by_text("is there parking?")).to_have_count(1)


def test_the_fake_phone_texts_and_calls_the_real_server(chromium: str, tmp_path: Path) -> None:
    port = free_port()
    with browsing(chromium) as browser, Program(tmp_path, port).running():
        page = browser.new_context().new_page()
        page.goto(f"http://127.0.0.1:{port}/phone")
        box = page.get_by_role("textbox").last
        box.fill("do you sell gift cards?")
        box.press("Enter")
        expect(page.get_by_text(re.compile("gift cards at the desk"))).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("tab", name="Call").click()
        page.get_by_role("button", name=re.compile("^Call", re.I)).first.click()
        expect(page.get_by_text(re.compile("automated assistant of Willow")).last).to_be_visible(timeout=WAIT_MS)
        speak = page.get_by_role("textbox").last
        speak.fill("where are you?")
        speak.press("Enter")
        expect(page.get_by_text(re.compile("48 Chapel Street"))).to_be_visible(timeout=WAIT_MS)
