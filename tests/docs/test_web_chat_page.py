"""The page about the web chat: its files are read by the program, its signature is taken, its line is what runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.visitors import Forged, Identity, Visitors
from domain.clock import SystemClock
from domain.pack import read_yaml
from domain.settings import Business, WebChat

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "web-chat.md").read_text("utf-8")
FILES = {name: text for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)}
SECRET = "a-secret-of-at-least-32-characters"


def test_the_origins_are_settings_that_are_read() -> None:
    salon = (ROOT / "packs" / "salon" / "business.yaml").read_text("utf-8")
    business = read_yaml(Business, "business.yaml", f"{salon}\n{FILES['business.yaml']}")
    assert business.chat == WebChat(origins=["https://www.example.com", "https://shop.example.com"])


def test_the_sites_signature_is_taken_and_another_is_not() -> None:
    made: dict[str, object] = {}
    exec(compile(FILES["identity.py"], "identity.py", "exec"), made)  # noqa: S102 - the page's own example
    told = made["identity"](SECRET, "42", "+12025550143")  # type: ignore[operator]
    visitors = Visitors("the home's secret", SystemClock(), SECRET)
    identity = Identity.model_validate(told)
    _, kept = visitors.token("https://www.example.com", before=None, identity=identity)
    assert kept.user
    assert datetime.fromtimestamp(identity.expires, UTC) > datetime.now(UTC)
    with pytest.raises(Forged):
        visitors.token("https://www.example.com", before=None, identity=identity.model_copy(update={"user": "43"}))


def test_the_line_the_frame_and_every_attribute_are_what_the_chat_knows() -> None:
    launcher = (ROOT / "channels" / "chat_static" / "embed.js").read_text("utf-8")
    panel = (ROOT / "channels" / "chat_static" / "panel.js").read_text("utf-8")
    assert FILES["embed"].strip() in launcher
    assert "/chat/frame" in FILES["frame"]
    for name in re.findall(r"`data-(\w+)`", PAGE):
        assert f"given.{name}" in launcher + panel or f'"{name}"' in launcher, name


def test_the_limits_are_those_of_the_code() -> None:
    from channels.turnstile import PER_ADDRESS, PER_VISITOR

    assert [PER_VISITOR[k].units for k in ("messages", "form", "events")] == [30, 5, 60]
    assert PER_ADDRESS["session"].units == 600
    assert all(PER_ADDRESS[k].units >= PER_VISITOR[k].units for k in PER_VISITOR)
