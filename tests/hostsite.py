"""Another site's pages with the chat on them, tidy and hostile, and the salon that allows the site."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from browser import serving
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Locator, Page, expect
from program import ROOT, Program, free_port

SECRET = "a-secret-that-the-site-and-the-chat-share"
WAIT_MS = 20_000
HOSTILE = """
  html { font-size: 40px; direction: rtl }
  :root { --card: red; --ink: red; --accent: red; --paper: red }
  * { color: red !important; font: italic 40px/3 serif !important; letter-spacing: 9px !important;
      margin: 9px !important; text-transform: uppercase !important; box-sizing: content-box !important;
      direction: rtl !important; float: left !important }
  button, input, textarea, form, div { background: red !important; display: inline !important;
      border: 9px dotted blue !important }
  qotbot-chat { display: none !important; opacity: 0 !important; visibility: hidden !important;
      position: relative !important; filter: blur(9px) !important; transform: scale(3) !important;
      z-index: -1 !important; pointer-events: none !important; width: 1px !important; height: 1px !important;
      overflow: hidden !important; clip-path: inset(50%) !important }
"""
TIDY = """
  body { margin: 0; font: 17px/1.6 Georgia, serif; color-scheme: light dark;
      background: light-dark(#fbf7f1, #191613); color: light-dark(#2b2420, #efe7dd) }
  main { max-width: 34rem; margin-inline-start: 6vw; padding: 4rem 1.5rem }
  h1 { font-weight: 400; font-size: 2.4rem; line-height: 1.15 }
  a { color: light-dark(#7a3b12, #f0b48a) }
"""


@dataclass(slots=True)
class Host:
    """The site: each path is a page; `extra` are further attributes of the one line."""

    chat: str = ""
    extra: str = ""
    style: str = TIDY
    direction: str = "ltr"
    frame: bool = False
    policy: str = ""

    def page(self) -> HTMLResponse:
        """Any page of the site."""
        line = f'<script src="{self.chat}/chat/embed.js" async {self.extra}></script>'
        if self.frame:
            line = f'<iframe src="{self.chat}/chat/frame" title="Chat" width="420" height="640"></iframe>'
        html = (
            f'<!doctype html><html lang="en" dir="{self.direction}"><head><meta charset="utf-8"><title>Willow</title>'
            f'<meta name="viewport" content="width=device-width"><style>{self.style}</style></head><body><main>'
            "<h1>Hair, quietly done well</h1><p>A small salon on Chapel Street. Cuts, colour and balayage by Ana"
            f' and Ben.</p><p><a href="/prices">Prices</a></p></main>{line}</body></html>'
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": self.policy} if self.policy else {})


def salon(folder: Path, *origins: str, open_now: bool = True) -> Path:
    """The salon's files with sites that may show its chat, open or closed at any hour."""
    pack = folder / "business"
    shutil.copytree(ROOT / "packs" / "salon", pack)
    text = (pack / "business.yaml").read_text("utf-8")
    hours = "[00:00-23:59]" if open_now else "[]"
    days = "".join(f"  {day}: {hours}\n" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    if not open_now:
        days = days.replace("mon: []", "mon: [09:00-09:01]")
    start, rest = text.split("hours:\n", 1)
    text = f"{start}hours:\n{days}closed: []\n{rest.partition('closed:')[2].partition(chr(10))[2]}"
    (pack / "business.yaml").write_text(f"{text}\nchat:\n  origins: {json.dumps(origins)}\n", "utf-8")
    return pack


@contextmanager
def hosted(folder: Path, *, allowed: bool = True, open_now: bool = True) -> Iterator[tuple[Host, str, Program]]:
    """A site, its address, and the salon's program (not running yet) that allows it."""
    host, app = Host(), FastAPI()
    app.add_api_route("/{path:path}", host.page, methods=["GET"], response_model=None)
    with serving(app) as site:
        pack = salon(folder, *([site] if allowed else []), open_now=open_now)
        program = Program(folder / "home", free_port(), pack, {"QOTBOT_CHAT_IDENTITY_SECRET": SECRET})
        host.chat = program.address
        yield host, site, program


def signed(user: str, *, phone: str = "", ahead: int = 600, secret: str = SECRET) -> dict[str, str]:
    """What the site's server writes into the page for its user."""
    expires = int(time.time()) + ahead
    lines = f"{user}\n{phone}\n{expires}".encode()
    signature = hmac.new(secret.encode(), lines, hashlib.sha256).hexdigest()
    return {"user": user, "phone": phone, "expires": str(expires), "signature": signature}


def attributes(of: dict[str, str]) -> str:
    """The same as attributes of the one line."""
    return " ".join(f'data-{name}="{value}"' for name, value in of.items())


def launch(page: Page) -> Locator:
    """Press the launcher; the box to write in."""
    page.get_by_role("button", name="Chat with us").click(timeout=WAIT_MS)
    box = page.get_by_label("Your message")
    expect(box).to_be_visible(timeout=WAIT_MS)
    return box


def say(page: Page, text: str) -> None:
    """Write a message."""
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def lines(page: Page) -> list[str]:
    """What is shown, in order, with who said it."""
    return [text.strip() for text in page.locator(".message .words").all_text_contents()]


def hide(page: Page, hidden: bool) -> None:
    """Make the page believe that its tab went to the background or came back."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, in every shadow root."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]]
