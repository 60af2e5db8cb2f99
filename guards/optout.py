"""Opt-out words, read in hearing before anything else and without a model.

This is the exact layer: the whole message is one of the carrier's keywords. A phrase layer belongs beside it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Literal

Wish = Literal["stop", "help", "start"]
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def read_wish(text: str, channel: str) -> Wish | None:
    """What the whole message means for consent on this channel, if it is exactly one of the keywords."""
    plain = unicodedata.normalize("NFKC", text[:200]).casefold()
    word = " ".join(_EDGES.sub("", plain).split())
    for wish, words in keywords(channel).items():
        if word in words:
            return wish
    return None


@cache
def keywords(channel: str) -> dict[Wish, frozenset[str]]:
    """The keywords of a channel from the dated table; a channel that is not listed has none."""
    table = tomllib.loads(resources.files("guards").joinpath("data/keywords.toml").read_text("utf-8"))
    listed = table.get(channel, {})
    kinds: tuple[Wish, ...] = ("stop", "help", "start")
    return {kind: frozenset(listed.get(kind, ())) for kind in kinds}
