"""Words of a text, and the one question asked of them: were these said?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

Same = Callable[[str, str], bool]

_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*")
_HALF_OF_DAY = re.compile(r"(?:(?<=\d) ?([ap])\.? ?m|(?<![^\W\d_])([ap])\.m)\b\.?")
_SUFFIXES = ("'s", "ing", "ed", "es", "s")
_CURLY = str.maketrans("\u2018\u2019\u02bc\u201c\u201d", "'''\"\"")
NUMBERS = {
    word: number
    for number, words in enumerate((
        "zero oh", "one", "two couple both pair", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve dozen", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        "twenty",
    ))
    for word in words.split()
}  # fmt: skip
_COUNTING = re.compile(r".*(?:teen|teenth|ty|tieth|first|second|third|th)$")


def printable(text: str) -> str:
    """Return `text` composed (NFC), with control, bidirectional and invisible characters as single spaces."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in composed).split())


def plain(text: str) -> str:
    """Return `text` printable and without markup."""
    return printable(_TAG.sub(" ", printable(text)))


def words(text: str) -> tuple[str, ...]:
    """Split into lower-case words and numbers without accents; "3 p.m." and "3pm" are the same two words."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_CURLY)).casefold()
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    hours = _HALF_OF_DAY.sub(lambda found: f" {found[1] or found[2]}m ", letters)
    return tuple(_WORD.findall(hours.replace("&", " and ")))


def exactly(one: str, other: str) -> bool:
    """Compare two words letter by letter."""
    return one == other


def alike(one: str, other: str) -> bool:
    """Compare two words without endings and doubled letters: cuts and cut, Ana and Anna."""
    return one == other or _stem(one) == _stem(other)


def nearly(one: str, other: str) -> bool:
    """Compare two words allowing one slip of the keyboard in five letters or more, never in numbers."""
    if alike(one, other):
        return True
    return all(len(word) >= 5 and word.isalpha() and not _counts(word) for word in (one, other)) and _one_slip(
        one, other
    )


def _counts(word: str) -> bool:
    return word in NUMBERS or _COUNTING.match(word) is not None


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word.removesuffix(suffix)
            break
    word = word.removesuffix("e") if len(word) > 3 else word
    return re.sub(r"([^\W\d_])\1", r"\1", word)


def _one_slip(one: str, other: str) -> bool:
    """One letter added, missing, changed, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )


def in_order(said: Sequence[str], wanted: Sequence[str], same: Same = alike) -> bool:
    """Tell whether `wanted` occurs in `said` in its order, whatever stands between."""
    rest = iter(said)
    return bool(wanted) and all(any(same(word, other) for other in rest) for word in wanted)


def said_in(said: Sequence[str], wanted: Sequence[str], same: Same = alike, *, gap: int = 0) -> bool:
    """Tell whether `wanted` occurs in `said` in its order, with at most `gap` other words between two of its own."""
    return in_order(said, wanted, same) and any(_starts(said, wanted, same, at=at, gap=gap) for at in range(len(said)))


def _starts(said: Sequence[str], wanted: Sequence[str], same: Same, *, at: int, gap: int) -> bool:
    far = at + 1
    for word in wanted:
        found = next((n for n in range(at, min(far, len(said))) if same(word, said[n])), None)
        if found is None:
            return False
        at = found + 1
        far = at + gap + 1
    return True


def spelled(said: Sequence[str]) -> frozenset[str]:
    """Return the words that were spelled out letter by letter."""
    runs = "".join(word if len(word) == 1 else " " for word in said).split()
    return frozenset(run for run in runs if len(run) > 2)
