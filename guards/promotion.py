"""What a text says beyond its business: promotion, health details, an opt-out line; by the dated word lists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def promotional(text: str) -> str | None:
    """The words that make a text promotional, if any do."""
    found = _promotion().search(_plain(text))
    return found.group() if found else None


def unpromoted(text: str) -> str:
    """The text without its promotional sentences."""
    return " ".join(s for s in _SENTENCE.split(text) if promotional(s) is None)


def asks_for_offers(text: str) -> bool:
    """Whether a customer's own words ask what is on offer."""
    return _asked().search(_plain(text)) is not None


def tells_opt_out(text: str) -> bool:
    """Whether a text says how to stop them."""
    return _opt_out().search(_plain(text)) is not None


def health_detail(text: str) -> str | None:
    """The words that tell something about somebody's health, if any do."""
    found = _health().search(_plain(text))
    return found.group() if found else None


def careful_sector(sector: str) -> bool:
    """Whether a sector's messages may name no health details."""
    return sector in table()["health"]["sectors"]


def refused_channel(sector: str, channel: str | None) -> bool:
    """Whether a sector may not be written about on a channel at all."""
    return careful_sector(sector) and channel in table()["health"]["channels_refused"]


@cache
def table() -> dict[str, Any]:
    """The dated table."""
    return tomllib.loads(resources.files("guards").joinpath("data/content.toml").read_text("utf-8"))


@cache
def _promotion() -> re.Pattern[str]:
    found = table()["promotion"]
    return re.compile("|".join([_words(found["words"]), *(f"(?:{p})" for p in found["patterns"])]))


@cache
def _asked() -> re.Pattern[str]:
    return re.compile(_words(table()["promotion"]["asked"]))


@cache
def _opt_out() -> re.Pattern[str]:
    return _any(table()["marketing"]["opt_out"])


@cache
def _health() -> re.Pattern[str]:
    return re.compile(_words(table()["health"]["words"]))


def _words(words: Iterable[str]) -> str:
    """A pattern of whole words, the first that fits; the edge is looked for once, not for each of them."""
    return rf"\b(?:{'|'.join(re.escape(word) for word in words)})\b"


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def _plain(text: str) -> str:
    return text.replace("’", "'").casefold()
