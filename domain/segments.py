"""How many parts a text message takes: 3GPP TS 23.038 alphabets, 23.040 concatenation."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two units that one part may not split
_PLAINER = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "…": "...",
     "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "•": "-", "`": "'"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text takes: its alphabet, its units (septets or UTF-16 units) and the parts it is sent in."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int


def segments(text: str) -> Segments:
    """Count exactly: 160 units alone and 153 each joined in GSM-7, 70 and 67 in UCS-2; no character is split."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return _counted("GSM-7", [2 if c in _EXTENDED else 1 for c in text], alone=160, joined=153)
    return _counted("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], alone=70, joined=67)


def divided(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` parts each: between sentences where it can be, else between words.

    Nothing but white space at the seams is lost; a word longer than a piece is cut.
    """
    pieces: list[str] = []
    rest = text.strip()
    while segments(rest).parts > most:
        room = _room(rest, most)
        seam = max((rest.rfind(mark, 0, room) + 1 for mark in (". ", "! ", "? ", "\n")), default=0)
        if seam < room // 2:
            seam = max(rest.rfind(" ", 0, room + 1), rest.rfind("\n", 0, room + 1))
        seam = seam if seam > 0 else room
        pieces.append(rest[:seam].rstrip())
        rest = rest[seam:].lstrip()
    return [*pieces, rest] if rest else pieces


def _room(text: str, most: int) -> int:
    """How many characters from the start fit into `most` parts; at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if segments(text[:middle]).parts <= most else (low, middle - 1)
    return low


def folded(text: str) -> str:
    """The text with typographic signs as GSM-7 has them; letters of names stay as they are."""
    return unicodedata.normalize("NFC", text).translate(_PLAINER)


def foreign(text: str) -> str:
    """The characters that make a text UCS-2, each once."""
    return "".join(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENDED))


def _counted(encoding: Literal["GSM-7", "UCS-2"], sizes: list[int], *, alone: int, joined: int) -> Segments:
    units = sum(sizes)
    if units <= alone:
        return Segments(encoding, units, 1 if sizes else 0)
    parts, room = 1, joined
    for size in sizes:
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return Segments(encoding, units, parts)
