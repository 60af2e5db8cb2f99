"""Wishes to be left alone, put together from what the words mean: who is not to do what to whom any more.

The phrase layer knows how people say it; this one knows what it is made of. Each word becomes the letter of its meaning
(a negation, a wish, to call, messages, me, again …), English and Spanish alike, and the rules of data/meaning.toml are
about rows of letters. A word of no known meaning stands in the way, so "don't call my wife" is no wish of this kind.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_SCOPES = (("P", "marketing"), ("KOL", "all"), ("RUT", "texts"), ("VC", "calls"))
_VERBS = frozenset("RVKUO")  # what "me" may hang on, as in "llamarme"


@dataclass(frozen=True, slots=True)
class Meant:
    """Which rule is met, and what it is about: all, texts, calls or marketing."""

    rule: str
    scope: str


def meant(sentence: str) -> Meant | None:
    """What a plain sentence wishes away; None where it wishes nothing of the kind, or is not understood."""
    row = _row(sentence)
    if "Q" in row:
        return None
    for rule, pattern in _rules():
        found = pattern.search(row)
        if found:
            return Meant(f"meaning:{rule}", _scope(found.group()))
    return None


def _row(sentence: str) -> str:
    """The sentence as one letter a word, without the words that add nothing."""
    for pattern, one in _joined():
        sentence = pattern.sub(one, sentence)
    return "".join(map(_letter, sentence.split()))


@lru_cache(maxsize=10_000)
def _letter(word: str) -> str:
    """The letter of a word's meaning; two where what it is done to hangs on it, none where it adds nothing."""
    letters, dropped, clitic = _lexicon()
    if dropped.fullmatch(word):
        return ""
    known = next((letter for letter, pattern in letters if pattern.fullmatch(word)), None)
    bare = clitic.fullmatch(word) if known is None else None
    stem = next((letter for letter, p in letters if bare and p.fullmatch(bare.group(1))), None)
    return known or (f"{stem}M" if stem in _VERBS else "X")


def _scope(row: str) -> str:
    named = [scope for letters, scope in _SCOPES if any(letter in row for letter in letters)]
    return "all" if {"texts", "calls"} <= set(named) else (named[0] if named else "texts")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("guards").joinpath("data/meaning.toml").read_text("utf-8"))


@cache
def _joined() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"\b(?:{words})\b"), one) for words, one in _table()["joined"].items())


@cache
def _lexicon() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], re.Pattern[str], re.Pattern[str]]:
    table = _table()
    letters = tuple((letter, re.compile(words)) for letter, words in table["meaning"].items())
    clitic = re.compile(rf"(\w{{3,}}?)(?:{table['drop']['clitic']})")
    return letters, re.compile(table["drop"]["words"]), clitic


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(row.replace("END", "(?:$|[ZI])"))) for rule, row in _table()["wish"].items())
