"""Turning views into pages: the templates, the words for times and tiers, and the headers every page carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk import answers, assets
from desk.cards import Field

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # "no-referrer" would turn the origin of our own forms into "null"
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Cookie, HX-Request",
}
TIERS = {0: "reads only", 1: "can be undone", 2: "a commitment", 3: "money, health or many people"}
CHANNELS = {
    "sms": "Text",
    "call": "Call",
    "chat": "Web chat",
    "web": "Web chat",
    "email": "E-mail",
    "whatsapp": "WhatsApp",
}
SPEAKERS = {"customer": "Customer", "assistant": "Assistant", "staff": "Staff"}
UNSEEN = "\N{REPLACEMENT CHARACTER}"
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # emoji and several scripts need them
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff"
PILED = re.compile(rf"([{MARKS}]{{2}})[{MARKS}]+")  # more marks than a letter needs can be stacked over other lines


def clean(text: str) -> str:
    """Return words from outside with what could hide or move other text made visible; line breaks stay."""
    return PILED.sub(r"\1", "".join(UNSEEN if _unseen(c) else c for c in text.replace("\r\n", "\n")))


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") and character not in "\n\t" + JOINERS


def line(text: str, limit: int = 80) -> str:
    """Return words from outside as one short line."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago, or until when, in the largest fitting unit: `2 min`."""
    minutes = int(abs((now - then).total_seconds()) // 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def in_words(field: Field, zone: ZoneInfo) -> str:
    """Return a field's value for reading."""
    if field.kind == "datetime":
        return datetime.fromisoformat(field.value).astimezone(zone).strftime("%A %-d %B %Y, %H:%M")
    if field.kind == "choice":
        return next((choice.label for choice in field.choices if choice.value == field.value), field.value)
    return f"{field.value} {field.unit}".strip()


def environment(zone: ZoneInfo, now: Callable[[], datetime]) -> Environment:
    """Return the templates with the words of this business's zone."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "asset": assets.address,
        "now": now,
        "dict_of": lambda fields: {field.name: field for field in fields},
    }
    made.filters |= {
        "clean": clean,
        "line": line,
        "ago": lambda then: ago(then, now()),
        "late": lambda due: due < now(),
        "in_words": lambda field: in_words(field, zone),
        "typed": lambda field: answers.typed(field, zone),
        "clock": lambda at: at.astimezone(zone).strftime("%H:%M"),
        "stamp": lambda at: at.astimezone(zone).strftime("%a %-d %b, %H:%M"),
        "exact": lambda at: at.astimezone(zone).strftime("%a %-d %b, %H:%M:%S"),
        "channel": lambda name: CHANNELS.get(name, name),
        "speaker": lambda who: SPEAKERS[who],
        "tier": lambda number: TIERS[number],
    }
    return made


class Renderer:
    """Renders templates with what every page of a business needs."""

    def __init__(self, templates: Environment, shared: Mapping[str, object]) -> None:
        self._templates = templates
        self._shared = shared

    def text(self, name: str, view: Mapping[str, object]) -> str:
        """Return a template's HTML."""
        return self._templates.get_template(name).render({**self._shared, **view})

    def page(self, name: str, view: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """Return a template as a response with the desk's headers."""
        return HTMLResponse(self.text(name, view), status, headers=HEADERS)
