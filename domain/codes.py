"""Texted codes: how they are told, and how they are hidden from everybody whom they were not sent to."""

from __future__ import annotations

import re
from typing import Final

_TOLD: Final = re.compile(r"\s*\d{6} is your code for ")
_SIX: Final = re.compile(r"(?<![\w+])\d(?:[ .-]?\d){5}(?![\w])")
_NAMED: Final = re.compile(r"(?<!booking )\bcode\b", re.IGNORECASE)


def code_text(code: str, business: str) -> str:
    """The words of the text that carries a code."""
    return f"{code} is your code for {business}. It works for 10 minutes. If you did not ask for it, ignore this."


def without_codes(text: str) -> str:
    """A text as staff, logs and the ledger may have it: that a code was sent or given, and not which."""
    if _TOLD.match(text):
        return "(a code was sent)"
    if _NAMED.search(text) or _SIX.fullmatch(text.strip(" .,!?\n")):
        return _SIX.sub("(a code)", text)
    return text
