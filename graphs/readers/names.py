"""Finding listed services and staff in a customer's words: exact, then split or joined, then misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from domain.reading import Named

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LOOKS_ALIKE: Final = 0.84
_NOT_THESE: Final = re.compile(
    r"\bno(?: (?:a|an|the))?$|\b(?:not|except|(?:any\w*|every\w*|all|no ?body|nothing) but|instead of|other than"
    r"|rather than|without|isn't|don't want)(?: (?:a|an|the|with))?$"
)
_LED_BY: Final = re.compile(
    r"\b(?:with|by|for|see|ask|is|can|could|does|has|have|and|or|named|called|prefer|want|like|get|dr"
    r"|than|please|stylist|book)$"
)
# First names that are also everyday words or dates: only a capital or a word before them makes them a name.
_EVERYDAY: Final = frozenset(
    "april art bill bob chase dawn dean drew faith frank gene grace guy hope jack joy june mark may mike miles"
    " pat pearl ray rich rob rose sandy sky summer sue sunday tad tom van wade will august holly olive ruby iris"
    " ivy penny bea max".split()
)
_GENERIC: Final = frozenset(
    "a an and the of for with to my your in on at or new full half hair visit session service services"
    " appointment treatment consultation check up men mens women womens men's women's lady ladies kids child"
    " children day basic classic first".split()
)
_COMMON: Final = frozenset(
    "about after again also anna another anyone anything available before better booked booking change come"
    " could day days does done earlier evening every fine first free friday from getting give going good great"
    " have here just know later like little long look make maybe might monday month more morning need never next"
    " nice night none number other over please quote really right same saturday second send should since"
    " something soon sorry still sunday sure take thank thanks that their then there these they thing think this"
    " thursday time today tomorrow tuesday until want wednesday week weekend well what when where which while"
    " will with work would year your open close start trip cost call cell cute cuter hour hours cancel colleague"
    " parking party".split()
)


def stem(word: str) -> str:
    """Return a word without the endings that do not change which service is meant: colors, colouring -> color."""
    word = word.lower().replace("'s", "").replace("our", "or")
    for ending in ("ings", "ing", "d" if word.endswith("ed") else "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def services_in(text: str, services: Sequence[Named]) -> tuple[str, ...]:
    """Return the services named, in the order said: listed names, or the customer's word where several fit it."""
    if not services:
        return ()
    found = list(_listed(text, _index(tuple(services))))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def staff_in(text: str, staff: Sequence[Named]) -> tuple[str, ...]:
    """Return the listed staff named in the text, in the order said; "not Ana" names nobody."""
    found: list[tuple[int, str]] = []
    tokens = list(_TOKEN.finditer(text))
    for token in tokens:
        before = text[max(0, token.start() - 24) : token.start()].lower().rstrip(" ,.")
        if _NOT_THESE.search(before):
            continue
        if (name := _member(token[0], before, staff)) is not None:
            found.append((token.start(), name))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _member(token: str, before: str, staff: Sequence[Named]) -> str | None:
    word = token.lower().removesuffix("'s")
    led = bool(_LED_BY.search(before))
    for person in staff:
        for called in (person.name, *person.aliases):
            if word == called.split()[0].lower() or word == called.lower():
                plain_word = word in _EVERYDAY and not led and (not token[0].isupper() or not before)
                return None if plain_word else person.name
    if len(word) < 3 or word in _COMMON or not (led or token[0].isupper()):
        return None
    alike = [p.name for p in staff if any(_alike(word, c.split()[0].lower()) for c in (p.name, *p.aliases))]
    return alike[0] if len(alike) == 1 else None


def _alike(said: str, listed: str) -> bool:
    return (
        abs(len(said) - len(listed)) <= 2
        and said[:1] == listed[:1]
        and SequenceMatcher(None, said, listed).ratio() >= _LOOKS_ALIKE
    )


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _COMMON)


_Index = tuple[dict[tuple[str, ...], str], dict[str, tuple[str, ...]]]


@lru_cache(maxsize=64)
def _index(services: tuple[Named, ...]) -> _Index:
    """Whole names by their stems, and single telling words with all the services they occur in."""
    whole: dict[tuple[str, ...], str] = {}
    words: dict[str, list[str]] = {}
    for service in services:
        for called in (service.name, *service.aliases):
            stems = tuple(stem(t) for t in _TOKEN.findall(called.lower()))
            if stems:
                whole.setdefault(stems, service.name)
                whole.setdefault(("".join(stems),), service.name)
            for word in _TOKEN.findall(called.lower()):
                if word not in _GENERIC and len(word) >= 3 and service.name not in words.setdefault(stem(word), []):
                    words[stem(word)].append(service.name)
    return whole, {word: tuple(names) for word, names in words.items()}


def _listed(text: str, index: _Index) -> Iterator[tuple[int, str]]:
    whole, words = index
    longest = max(len(stems) for stems in whole)
    tokens = list(_TOKEN.finditer(text))
    stems = [stem(t[0]) for t in tokens]
    at = 0
    while at < len(tokens):
        before = text[max(0, tokens[at].start() - 24) : tokens[at].start()].lower().rstrip(" ,.")
        used, name = _longest(stems, at, whole, longest=longest)
        if name is None:
            name = _by_word(tokens[at][0], stems[at], words)
        if name is not None and not _NOT_THESE.search(before):
            yield tokens[at].start(), name
        at += used


def _longest(stems: list[str], at: int, whole: dict[tuple[str, ...], str], *, longest: int) -> tuple[int, str | None]:
    for width in range(min(max(longest, 2), len(stems) - at), 0, -1):
        here = tuple(stems[at : at + width])
        if (name := whole.get(here) or whole.get(("".join(here),))) is not None:
            return width, name
    return 1, None


def _by_word(said: str, stemmed: str, words: dict[str, tuple[str, ...]]) -> str | None:
    names = words.get(stemmed)
    if names is None and len(stemmed) >= 4 and said.lower() not in _COMMON and stemmed not in _common_stems():
        alike = [word for word in words if len(word) >= 4 and _alike(stemmed, word)]
        names = words[alike[0]] if len(alike) == 1 else None
    if names is None:
        return None
    return names[0] if len(names) == 1 else said
