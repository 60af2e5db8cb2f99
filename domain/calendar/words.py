"""One spelling for every calendar word, so that the rules stay short."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
PARTS = ("morning", "afternoon", "evening", "night")

# What stands where words were taken out. Private-use letters, so that nobody's message holds them by chance.
OPAQUE, DAY, TIME = "\ue000", "\ue001", "\ue002"

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen "
        "nineteen".split(),
        start=2,
    )
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_SMALL_ORDINALS = {"first": 1, "second": 2, "third": 3}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
        "seventeenth eighteenth nineteenth twentieth".split(),
        start=4,
    )
} | {"thirtieth": 30}

_SPELLINGS = (
    {day[:3]: day for day in WEEKDAYS}
    | {month[:3]: month for month in MONTHS}
    | {"tues": "tuesday", "weds": "wednesday", "thur": "thursday", "thurs": "thursday", "sept": "september"}
    | {"wensday": "wednesday", "wendsday": "wednesday", "wedensday": "wednesday", "wenesday": "wednesday"}
    | dict.fromkeys(("tommorow", "tommorrow", "tomorow", "tmrw", "tmr", "tmw", "tmo", "tomo", "2morrow"), "tomorrow")
    | dict.fromkeys(("2moro", "2mrw", "2mro", "tmoro", "tomoz", "morrow"), "tomorrow")
    | dict.fromkeys(("tonite", "2nite", "2night", "tnite"), "tonight")
    | dict.fromkeys(("2day", "2dy"), "today")
    | dict.fromkeys(("midday", "noontime", "noonish"), "noon")
    | {
        "nite": "night",
        "til": "until",
        "till": "until",
        "thru": "through",
        "nxt": "next",
        "wk": "week",
        "wknd": "weekend",
    }
    | {"mornings": "morning", "afternoons": "afternoon", "evenings": "evening", "nights": "night"}
    | {"min": "minutes", "mins": "minutes", "minute": "minutes", "hr": "hours", "hrs": "hours", "hour": "hours"}
    | {"&": "and", "@": "at", "~": "about", "\u2013": "-", "\u2014": "-"}
)
# Short forms that are English words as well: not a day after one of these.
_NOT_A_DAY_AFTER = {
    "sat": {"i", "we", "he", "she", "they", "you", "just", "have", "had", "who", "that", "was"},
    "sun": {"the", "my", "our", "much", "of"},
    "wed": {"be", "get", "to", "got", "newly", "getting"},
}
_FUZZY = (*WEEKDAYS, *(m for m in MONTHS if len(m) > 5), "tomorrow", "tonight", "morning", "afternoon", "evening")
_FALSE_FRIENDS = {"sundry", "sundae", "moaning", "mourning", "evenings", "mornings", "afternoons"}

_TOKEN = re.compile(
    r"""(?P<opaque>(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,200}\.[a-z]+)
      | (?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))
      | (?P<isot>(?<=-[0-9]{2})t(?=[0-9]{2}:[0-9]{2}))
      | (?P<oclock>['"`]?\bo['"`\ ]{0,3}clock\b)
      | (?P<half>[ap]\.[ ]?m\b\.?)
      | (?P<run>[a-z0-9]+(?:'(?!o\b)[a-z]+)*)
      | (?P<sign>[^\sa-z0-9])""",
    re.VERBOSE | re.ASCII,
)
_DIGITS_AND_LETTERS = re.compile(r"([0-9]{1,4})([a-z]+)\Z", re.ASCII)
_SUFFIXES = {
    "a": "am", "p": "pm", "am": "am", "pm": "pm", "ish": "ish", "amish": "am ish", "pmish": "pm ish", "ppl": "people",
    "min": "minutes", "mins": "minutes", "hr": "hours", "hrs": "hours", "oclock": "oclock", "pax": "people",
}  # fmt: skip
_FRENCH_CLOCK = re.compile(r"([0-9]{1,2})h([0-5][0-9])\Z", re.ASCII)
# Letter for letter, so that places in the plain text can be led back to the customer's own words.
_LOWER = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ\u2019\u2018\u201c\u201d\u00a0\u202f\u2009", "abcdefghijklmnopqrstuvwxyz''\"\"   "
)


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """A day or time read at a place of the plain text; a weak one counts only where there is no other."""

    start: int
    end: int
    value: T
    weak: bool = False


@dataclass(slots=True)
class Plain:
    """A text with one spelling for each calendar word and single spaces, and where each word came from."""

    text: str = ""
    original: str = ""
    _starts: list[int] = field(default_factory=list)
    _origins: list[tuple[int, int]] = field(default_factory=list)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the character range of the original text that a range of the plain text was made from."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = max(bisect_right(self._starts, end - 1) - 1, 0)
        return self._origins[first][0], self._origins[last][1]

    def words(self, start: int, end: int) -> str:
        """Return the original words that a range of the plain text was made from."""
        first, last = self.origin(start, end)
        return self.original[first:last]


def one_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words, longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


def blank(text: str, span: tuple[int, int], sign: str) -> str:
    """Return the text with a range overwritten by a sign, places kept."""
    start, end = span
    return text[:start] + sign * (end - start) + text[end:]


def plain(text: str) -> Plain:
    """Respell a message for the rules: `Thurs @ 5p` becomes `thursday at 5 pm`."""
    lower = text.translate(_LOWER)
    words: list[str] = []
    origins: list[tuple[int, int]] = []
    tens = 0
    for token in _TOKEN.finditer(lower):
        start, end = token.span()
        word = _respell(token, words[-1] if words else "")
        units = _units(word)
        if tens and units and lower[origins[-1][1] : start] in (" ", "-", ""):
            if words[-1] == "-":
                del words[-1], origins[-1]
            words[-1] = f"{tens + units}{'th' if not word.isdigit() and word != 'one' else ''}"
            origins[-1] = (origins[-1][0], end)
            tens = 0
            continue
        if not (word == "-" and tens and words[-1] == str(tens)):
            tens = _TENS.get(token[0], 0)
        words.append(word)
        origins.append((start, end))
    return _join(text, words, origins)


def _units(word: str) -> int:
    """Return what a word adds to a ten before it: 3 for `3`, `third` and `3th`; 0 if it is none."""
    if word == "one":
        return 1
    number = _SMALL_ORDINALS.get(word) or (int(word[0]) if word[0] in "123456789" and word[1:] in ("", "th") else 0)
    return number if number < 10 else 0


def _join(original: str, words: list[str], origins: list[tuple[int, int]]) -> Plain:
    out = Plain(original=original)
    pieces: list[str] = []
    place = 0
    for index, (word, (start, _)) in enumerate(zip(words, origins, strict=True)):
        if index:
            before = words[index - 1]
            gap = start > origins[index - 1][1] or (before[-1].isalnum() and word[0].isalnum())
            if gap:
                pieces.append(" ")
                place += 1
        out._starts.append(place)
        pieces.append(word)
        place += len(word)
    out._origins = origins
    out.text = "".join(pieces)
    return out


def _respell(token: re.Match[str], before: str) -> str:
    kind, said = token.lastgroup, token[0]
    if kind == "run":
        return _run(said, before)
    if kind == "half":
        return said[0] + "m"
    if kind == "sign":
        return _SPELLINGS.get(said, said)
    return {"opaque": OPAQUE, "isot": "at", "oclock": "oclock"}.get(kind or "", said)


def _run(said: str, before: str) -> str:
    if said.isdigit():
        return said
    if said in _SPELLINGS:
        return said if before in _NOT_A_DAY_AFTER.get(said, ()) else _SPELLINGS[said]
    if said in _NUMBERS or said in _TENS:
        return str(_NUMBERS.get(said) or _TENS[said])
    if said in _ORDINALS:
        return f"{_ORDINALS[said]}th"
    if said.endswith("'s"):
        return _run(said[:-2], before) if said[:-2] in _SPELLINGS or said[:-2] in WEEKDAYS else said
    if said[0].isdigit():
        return _numbered(said)
    if any(map(str.isdigit, said)):
        return OPAQUE
    return _mistyped(said)


def _numbered(said: str) -> str:
    if clock := _FRENCH_CLOCK.match(said):
        return f"{clock[1]}:{clock[2]}"
    parts = _DIGITS_AND_LETTERS.match(said)
    if parts and parts[2] in ("st", "nd", "rd", "th") and 1 <= int(parts[1]) <= 31:
        return f"{int(parts[1])}th"
    if parts and parts[2] in _SUFFIXES:
        return f"{parts[1]} {_SUFFIXES[parts[2]]}"
    return OPAQUE


def _shortened(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))} | {word}


def _typing_errors() -> dict[str, list[str]]:
    """Map every calendar word, whole and with one letter left out, to the words it may come from."""
    owners: dict[str, list[str]] = {}
    for word in _FUZZY:
        for short in _shortened(word):
            owners.setdefault(short, []).append(word)
    return owners


_TYPOS = _typing_errors()


def _one_slip(said: str, word: str) -> bool:
    """Say whether one letter was added, lost, replaced, or swapped with its neighbour."""
    if len(said) != len(word):
        return min(said, word, key=len) in _shortened(max(said, word, key=len))
    wrong = [i for i, (a, b) in enumerate(zip(said, word, strict=True)) if a != b]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and said[first] == word[second] and said[second] == word[first]
    return len(wrong) == 1


def _mistyped(said: str) -> str:
    """Return the one calendar word a slip of the finger away, else the word itself."""
    if not 6 <= len(said) <= 10 or said in _FALSE_FRIENDS or said.endswith("days") or said in _FUZZY:
        return said
    found = {word for short in _shortened(said) for word in _TYPOS.get(short, ()) if _one_slip(said, word)}
    return found.pop() if len(found) == 1 else said
