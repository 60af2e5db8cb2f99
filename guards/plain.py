"""Text as rules read it: lower case, no accents, apostrophes or elongations, short forms written out, by sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

MOST = 2_000
_SILENT = dict.fromkeys(map(ord, "'’‘`´ʼ\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_BREAKS = re.compile(r"[.!?;:\n\r…]+(?=\s|$|[^\d\w])|[\n\r]+|(?<=[a-z])[!?]+")
# A "stop" that a sign sets apart from the rest is said by itself: "stop, I have moved", "never applied - stop".
_APART = re.compile(
    r"^\W*(?:please )?(stop|unsubscribe)\s*[,;–—-]+\s+"
    r"|\s*[,;–—-]+\s+(?:please )?(stop|unsubscribe)(?: please| now)?\W*$"
)
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_OTHER = re.compile(r"[^\w|&#]+|_+")
_JOINED = (
    (re.compile(r"\bdo not\b"), "dont"),
    (re.compile(r"\bdoes not\b"), "doesnt"),
    (re.compile(r"\bdid not\b"), "didnt"),
    (re.compile(r"\bwill not\b"), "wont"),
    (re.compile(r"\b(?:is|are) not\b"), "isnt"),
    (re.compile(r"\bwould not\b"), "wouldnt"),
    (re.compile(r"\bhave not\b"), "havent"),
    (re.compile(r"\b(?:can not|cannot)\b"), "cant"),
    (re.compile(r"\bi am\b"), "im"),
    (re.compile(r"\bi would\b"), "id"),
    (re.compile(r"\byou are\b"), "youre"),
    (re.compile(r"\bthat is\b"), "thats"),
    (re.compile(r"\bit is\b"), "its"),
    (re.compile(r"\bany more\b"), "anymore"),
    (re.compile(r"\be mail"), "email"),
)


def folded(text: str) -> str:
    """Lower case without accents, apostrophes and invisible characters; a stop sign reads "stop"."""
    signed = text[:MOST].replace("🛑", " stop ").translate(_SILENT)
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", signed).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """The words of folded text, without any signs."""
    return _OTHER.sub(" ", text).replace("|", " ").replace("&", " and ").replace("#", " number ").split()


def sentences(text: str, short: Mapping[str, str], fuzzy: Sequence[str]) -> list[str]:
    """The plain sentences of a text, short forms written out and near misses of `fuzzy` words mended."""
    found = []
    for part in _BREAKS.split(_APART.sub(lambda m: f". {m.group(1) or m.group(2)}. ", folded(text))):
        told = []
        for word in words(part):
            known = short.get(word) or short.get(_STRETCHED.sub(r"\1", word))
            told.append(known or mended(_STRETCHED.sub(r"\1", word), fuzzy))
        plain = " ".join(told)
        for pattern, joined in _JOINED:
            plain = pattern.sub(joined, plain)
        if plain:
            found.append(plain)
    return found


def mended(word: str, known: Sequence[str]) -> str:
    """A word of six letters or more that is one letter too many, too few or swapped off a known one, as that one."""
    if len(word) < 6 or word in known:
        return word
    return next((right for right in known if abs(len(right) - len(word)) <= 1 and slipped(word, right)), word)


def slipped(word: str, right: str) -> bool:
    """Whether one letter was added, left out or swapped with its neighbour."""
    start = 0
    while start < min(len(word), len(right)) and word[start] == right[start]:
        start += 1
    a, b = word[start:], right[start:]
    return a[1:] == b or a == b[1:] or (len(a) > 1 and a[0:2] == b[1::-1] and a[2:] == b[2:])
