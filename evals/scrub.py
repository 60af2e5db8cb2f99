"""Taking people out of texts: numbers, addresses, cards, dates of birth and known names become consistent stand-ins.

The same value gets the same stand-in under one key, so that what was equal stays equal; without the key nobody can say
which value a stand-in stands for. Stand-ins are recognised and left alone, so a second pass over scrubbed text finds
nothing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import phonenumbers

NAMES: Final = (
    "Alex", "Blair", "Casey", "Drew", "Ellis", "Frankie", "Gray", "Harper", "Indigo", "Jules", "Kit", "Lane", "Marlow",
    "Noel", "Oakley", "Parker", "Quinn", "Rowan", "Sage", "Tatum", "Umber", "Vale", "Winter", "Yael", "Zion",
)  # fmt: skip
AREAS: Final = ("202", "303", "404", "505", "606", "707", "808", "909")
_STREETS: Final = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|place|pl|square|sq|terrace|ter|way"
    r"|highway|hwy|parkway|pkwy|circle|cir|plaza|alley|trail|expressway|row|loop|crescent|real|broadway|alameda)"
)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_CARD: Final = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d])")
_PHONE: Final = re.compile(
    r"(?<![\w/.-])(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}(?![\w-])"
    r"|(?<![\w.])\+\d(?:[ .()-]?\d){7,14}(?!\d)"
    r"|(?<![\w.-])\d{3}[.-]\d{4}(?![\w-])"
)
_BORN: Final = re.compile(
    r"(?P<lead>\b(?:born|birth ?day|birth ?date|date of birth|d\.?o\.?b\.?)\b[^\d\n\0]{0,24}?)"
    r"(?P<date>(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? )?\d{1,4}(?:st|nd|rd|th)?"
    r"(?:[ ,./-]{1,2}(?:of )?[a-z0-9]{1,9}){0,2})",
    re.IGNORECASE,
)
_OLD_DATE: Final = re.compile(r"\b(?:19\d\d|200\d)-[01]\d-[0-3]\d\b|\b[0-3]?\d[/.-][0-3]?\d[/.-](?:19\d\d|200\d)\b")
_ADDRESS: Final = re.compile(
    rf"\b\d{{1,6}}(?:-\d{{1,5}})?[a-z]?,? (?:(?:[nsew]|[ns][ew]|north|south|east|west)\.? )?(?:[\w'’&.-]+ ){{0,4}}?"
    rf"{_STREETS}\b\.?(?:,? (?:[nsew]|[ns][ew]|north|south|east|west)\b\.?)?"
    r"(?:,? (?:suite|ste|apt|apartment|unit|floor|fl|room|#) ?#?[\w-]{1,8})?"
    rf"|\bp\.? ?o\.? box \d+\b",
    re.IGNORECASE,
)
_STAND_IN: Final = re.compile(
    r"\+1 \d{3} 555 01\d\d(?!\d)|\b[\w.+-]+@(?:[\w-]+\.)*example\.(?:org|com|net)\b|\b\d{1,4} Example Street\b"
    r"|\[[a-z_]+-[0-9a-f]{6}\]"
)
_FICTIONAL: Final = re.compile(r"^1?\d{3}55501\d\d$")


Finder = Callable[[str], Iterator[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Found:
    """Something personal in a text: of what kind, and where."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Scrubber:
    """Scrubs under one key; `names` are those that the records know of the people concerned."""

    key: bytes
    names: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    _named: re.Pattern[str] | None = field(init=False, default=None)
    _stand_ins: tuple[str, ...] = field(init=False, default=NAMES)

    def __post_init__(self) -> None:
        parts = {part for name in self.names for part in (name, *name.split()) if len(part) > 1}
        listed = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
        self._named = re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE) if listed else None
        known = {part.casefold() for part in parts}
        self._stand_ins = tuple(name for name in NAMES if name.casefold() not in known) or ("Someone",)

    def scrub(self, text: str) -> str:
        """The text with stand-ins."""
        out, at = [], 0
        for found in self.find(text):
            out += [text[at : found.start], self._instead(found.kind, text[found.start : found.end])]
            self.counts[found.kind] = self.counts.get(found.kind, 0) + 1
            at = found.end
        return "".join([*out, text[at:]])

    def find(self, text: str) -> list[Found]:
        """What is personal in a text, in order, nothing twice; what is a stand-in already is not."""
        taken: list[Found] = []
        masked = _masked(text, [m.span() for m in _STAND_IN.finditer(text)])
        for kind, look in self._finders():
            spans = list(look(masked))
            taken += [Found(kind, *span) for span in spans]
            masked = _masked(masked, spans)
        return sorted(taken, key=lambda one: one.start)

    def scrub_value(self, value: Any) -> Any:
        """A JSON value with all its texts scrubbed, the names of its fields left as they are."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, list):
            return [self.scrub_value(one) for one in value]
        if isinstance(value, dict):
            return {name: self.scrub_value(one) for name, one in value.items()}
        return value

    def left(self, value: Any) -> list[str]:
        """The kinds of what is personal still; of scrubbed values there must be none."""
        return sorted({found.kind for text in _texts(value) for found in self.find(text)})

    def _finders(self) -> list[tuple[str, Finder]]:
        """How each kind is found, the surer kinds first: what one has found the next does not see."""
        named = self._named
        return [
            ("email", lambda text: (m.span() for m in _EMAIL.finditer(text))),
            ("card", lambda text: (m.span() for m in _CARD.finditer(text) if luhn(m.group()))),
            ("birth_date", lambda text: (m.span("date") for m in _BORN.finditer(text))),
            ("birth_date", lambda text: (m.span() for m in _OLD_DATE.finditer(text))),
            ("phone", lambda text: (m.span() for m in _PHONE.finditer(text) if not _fictional(m.group()))),
            ("phone", _written_numbers),
            ("address", lambda text: (m.span() for m in _ADDRESS.finditer(text))),
            ("name", lambda text: (m.span() for m in named.finditer(text)) if named else iter(())),
        ]

    def _instead(self, kind: str, value: str) -> str:
        makers: dict[str, Callable[[int, str], str]] = {
            "phone": lambda n, _: f"+1 {AREAS[n % len(AREAS)]} 555 01{n // 16 % 100:02d}",
            "email": lambda _, mark: f"{mark}@example.org",
            "address": lambda n, _: f"{n % 9000 + 100} Example Street",
            "name": lambda n, _: self._stand_ins[n % len(self._stand_ins)],
        }
        mark = hmac.digest(self.key, f"{kind}\0{_plain(kind, value)}".encode(), "sha256").hex()
        if kind in makers:
            return makers[kind](int(mark[:12], 16), f"p{mark[:8]}")
        return f"[{kind}-{mark[:6]}]"


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these stretches unreadable, every character in its place."""
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _written_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Valid telephone numbers in any country's writing."""
    matcher = phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.VALID)
    return ((m.start, m.end) for m in matcher if not _fictional(m.raw_string))


def luhn(text: str) -> bool:
    """Whether the digits of a text check as a card's number, by Luhn's rule (ISO/IEC 7812-1, annex B)."""
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    doubled = [d if at % 2 == 0 else sum(divmod(2 * d, 10)) for at, d in enumerate(digits)]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and any(digits)


def names_of(rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """The names in rows of contacts."""
    return tuple(str(row["name"]) for row in rows if row.get("name"))


def _fictional(text: str) -> bool:
    return bool(_FICTIONAL.match(re.sub(r"\D", "", text)))


def _plain(kind: str, value: str) -> str:
    """A value as all its spellings have it in common: +1 (415) 555 2671 and 415-555-2671 are one number."""
    if kind in ("phone", "card"):
        digits = re.sub(r"\D", "", value)
        return digits[-10:] if kind == "phone" else digits
    return " ".join(re.findall(r"[\w@.+-]+", value.casefold()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
