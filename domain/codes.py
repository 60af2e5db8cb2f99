"""Texted codes: how they are told, and how they are hidden from everybody whom they were not sent to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_TOLD: Final = re.compile(r"\s*\d{6} is your code for ")
_SIX: Final = re.compile(r"(?<![\w+])\d(?:[ .-]?\d){5}(?![\w])")
_NAMED: Final = re.compile(r"(?<!booking )\bcode\b", re.IGNORECASE)
LENGTH: Final = 6
_ONES: Final = {
    **{w: str(n) for n, w in enumerate("zero one two three four five six seven eight nine".split())},
    "oh": "0", "o": "0", "nought": "0", "naught": "0", "niner": "9",
}  # fmt: skip
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = {w: str(n) for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_PAIRS: Final = {w: str(n) for n, w in enumerate(_TEENS, 10)}
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_SOUNDS: Final = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1"}  # as speech is written down
_TAKEN_BACK: Final = re.compile(r"\b(?:no|sorry|wait|correction|i mean)\b")
_NUMERAL: Final = "|".join([*_ONES, *_TENS, *_PAIRS, *_TIMES, r"\d"])
_SPOKEN: Final = re.compile(rf"\b(?:{_NUMERAL})(?:[\s,.-]+(?:and )?(?:{_NUMERAL})){{2,}}\b", re.IGNORECASE)


def code_text(code: str, business: str) -> str:
    """The words of the text that carries a code."""
    return f"{code} is your code for {business}. It works for 10 minutes. If you did not ask for it, ignore this."


def without_codes(text: str) -> str:
    """A text as staff, logs and the ledger may have it: that a code was sent or given, and not which."""
    if _TOLD.match(text):
        return "(a code was sent)"
    bare = text.strip(" .,!?\n")
    if _NAMED.search(text) or _SIX.fullmatch(bare) or (len(digits_in(bare)) == LENGTH and _SPOKEN.fullmatch(bare)):
        return _SPOKEN.sub(_hidden, _SIX.sub("(a code)", text))
    return text


def _hidden(spoken: re.Match[str]) -> str:
    return "(a code)" if len(digits_in(spoken[0])) == LENGTH else spoken[0]


def code_said(text: str) -> str | None:
    """The six digits of a code as somebody writes or says it: "48 29 13", "four eight, double two, one three"."""
    for part in reversed(_TAKEN_BACK.split(text.casefold())):
        for sounds in ({}, _SOUNDS):
            if len(found := digits_in(part, sounds)) == LENGTH:
                return found
    return None


def digits_in(text: str, sounds: Mapping[str, str] = MappingProxyType({})) -> str:
    """All digits that a text writes or spells out, in order; `sounds` are further words that stand for one."""
    found, times = "", 1
    tens = False  # "twenty" waits for its one: 20, or 2x
    for word in re.findall(r"[0-9]+|[a-z]+", text.casefold()):
        if word in _TIMES:
            times, tens = _TIMES[word], False
            continue
        one = word if word.isdecimal() else _ONES.get(word) or sounds.get(word)
        if one is None and word not in _TENS and word not in _PAIRS:
            continue
        if tens and one is not None and len(one) == 1 and one != "0" and times == 1:
            found = found[:-1] + one
        else:
            found += (one if one is not None else _PAIRS.get(word) or _TENS[word] + "0") * times
        tens, times = word in _TENS, 1
    return found
