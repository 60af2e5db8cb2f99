"""What is done to every reading, whoever made it: values whose words the customer did not say are dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.reading import Listening, Reading, Said
from graphs.readers.names import services_in, staff_in
from graphs.readers.words import NUMBERS, exactly, in_order, nearly, plain, printable, said_in, spelled, words

_GLUE: Final = frozenset("a an the at on of in for around about to and or from till until between please".split())
_DENYING: Final = frozenset({"not", "except", "besides"})
_ANYONE: Final = frozenset("anyone anybody any whoever whichever either preference mind matter care available".split())
_OURSELVES: Final = frozenset("i me my myself".split())
_ABOUT_US: Final = frozenset({"help", "bot"})  # what a question may be about: what we can do, whether we are a person
_NAME_MARKS: Final = frozenset(" '-.")
_CURLY_TO_STRAIGHT: Final = str.maketrans("\u2018\u2019\u02bc", "'''")
_DIGIT_WORDS: Final = {word: str(number) for word, number in NUMBERS.items() if number < 10}


@dataclass(frozen=True, slots=True)
class _Heard:
    text: str
    words: tuple[str, ...]
    listening: Listening

    def says(self, value: str, *, gap: int) -> bool:
        return said_in(self.words, words(value), nearly, gap=gap)


def grounded(reading: Reading, text: str, listening: Listening) -> tuple[Reading, tuple[str, ...]]:
    """Return the reading with only what `text` says, and what was dropped, as "<number>.<field>" without any words.

    Services and staff become listed names; a request for a task we do not have becomes `unclear`; a detail or a
    choice of which nothing is left is dropped whole, and a reading of which nothing is left is `unclear`.
    """
    heard = _Heard(printable(text), words(text), listening)
    kept: list[Said] = []
    dropped: list[str] = []
    for number, said in enumerate(reading.said):
        one, lost = _checked(said, heard)
        dropped.extend(f"{number}.{field}" for field in lost)
        if one is not None:
            kept.append(one)
    nothing = all(one.act == "unclear" for one in kept) and reading.contact_wish is None
    return reading.model_copy(update={"said": kept, "unclear": reading.unclear or nothing}), tuple(dropped)


def restrained(reading: Reading, listening: Listening) -> tuple[Reading, tuple[str, ...]]:
    """Return a model's reading without what no model decides, and what was dropped, as "<number>.<what>".

    At a read-back yes and no are read by rule; and a model may revoke a consent but never give one.
    """
    ruled = ("affirm", "negate") if listening.our_act == "read_back" else ()
    dropped = [f"{number}.{said.act}" for number, said in enumerate(reading.said) if said.act in ruled]
    wish = reading.contact_wish
    if wish == "start":
        wish = None
        dropped.append("contact_wish")
    said = [one for one in reading.said if one.act not in ruled]
    return reading.model_copy(update={"said": said, "contact_wish": wish}), tuple(dropped)


def _checked(said: Said, heard: _Heard) -> tuple[Said | None, list[str]]:
    told = {field: value for field in _CHECKS if (value := getattr(said, field))}
    found = {field: _CHECKS[field](value, heard) for field, value in told.items()}
    lost = [field for field, value in found.items() if not value or (field == "items" and len(value) < len(said.items))]
    if "quote" in found:
        found["quote"] = found["quote"] or ""
    if "question" in lost:
        found["question"] = found.get("quote") or None
    if said.act == "request" and said.task and said.task not in heard.listening.tasks:
        found |= {"act": "unclear", "task": None}
    one = said.model_copy(update=found)
    empty = said.act in ("inform", "choose") and not any(getattr(one, field) for field in _CHECKS)
    return (None if lost and empty else one), lost


def _task(value: str, heard: _Heard) -> str | None:
    return value if value in heard.listening.tasks or value in _ABOUT_US else None


def _service(value: str, heard: _Heard) -> str | None:
    said = services_in(heard.text, heard.listening.services)
    return next((name for name in services_in(plain(value), heard.listening.services) if name in said), None)


def _staff(value: str, heard: _Heard) -> str | None:
    if value.casefold() == "anyone":
        return "anyone" if _ANYONE.intersection(heard.words) else None
    said = staff_in(heard.text, heard.listening.staff)
    wished = staff_in(f"with {plain(value)}", heard.listening.staff)  # "with": Mark, May and Will are names here
    return next((name for name in wished if name in said), None)


def _when(value: str, heard: _Heard) -> str | None:
    value = plain(value)
    return value if said_in(_telling(heard.words), _telling(words(value)), nearly, gap=8) else None


def _telling(said: Sequence[str]) -> list[str]:
    """Leave out the glue and join a denial to what it denies: "not on friday" is one word, and not friday."""
    telling: list[str] = []
    for word in said:
        if word in _GLUE:
            continue
        if telling and telling[-1] in _DENYING:
            telling[-1] += f" {word}"
        else:
            telling.append(word)
    return telling


def _who(value: str, heard: _Heard) -> str | None:
    value = plain(value)
    return value if heard.says(value, gap=3) else None


def _items(value: list[str], heard: _Heard) -> list[str]:
    return [item for item in map(plain, value) if heard.says(item, gap=3)]


def _party(value: int, heard: _Heard) -> int | None:
    numbered = any(NUMBERS.get(word) == value or word.lstrip("0") == str(value) for word in heard.words)
    ourselves = bool(_OURSELVES.intersection(heard.words))
    counted = ourselves and (value == 1 or (value == 2 and "and" in heard.words))
    return value if numbered or counted else None


def _name(value: str, heard: _Heard) -> str | None:
    value = plain(value).translate(_CURLY_TO_STRAIGHT).strip(' ,.;:!?"()')
    if any(mark not in _NAME_MARKS and unicodedata.category(mark)[0] not in "LM" for mark in value):
        return None
    named = words(value)
    return value if said_in(heard.words, named, exactly, gap=2) or "".join(named) in spelled(heard.words) else None


def _contact(value: str, heard: _Heard) -> str | None:
    value = printable(value)
    if re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", value):
        spoken = re.sub(r"\s+dot\s+", ".", re.sub(r"\s+at\s+", "@", heard.text.casefold()))
        address = re.compile(rf"(?<![\w.+-]){re.escape(value.casefold())}(?![\w@-])")
        return value if address.search(heard.text.casefold()) or address.search(spoken) else None
    digits = re.sub(r"\D", "", value)
    if len(digits) < 7 or not re.fullmatch(r"[\d\s().+/-]+", value):
        return None
    if re.search(rf"(?<!\d){re.escape(value)}(?!\d)", heard.text):
        return value
    dictated = " ".join(_DIGIT_WORDS.get(word, word) for word in heard.words)
    runs = re.findall(r"\d+", re.sub(r"(?<=\d) (?=\d)", "", dictated))
    return value if digits.removeprefix("1") in {run.removeprefix("1") for run in runs} else None


def _copied(value: str, heard: _Heard) -> str | None:
    value = plain(value)
    return value if value and (value in heard.text or in_order(heard.words, words(value), nearly)) else None


def _choice(value: int, heard: _Heard) -> int | None:
    return value if value <= len(heard.listening.offered) else None


_CHECKS: Final[dict[str, Callable[[Any, _Heard], Any]]] = {
    "task": _task,
    "who": _who,
    "service": _service,
    "staff": _staff,
    "when_words": _when,
    "party": _party,
    "items": _items,
    "name": _name,
    "contact": _contact,
    "question": _copied,
    "choice": _choice,
    "quote": _copied,
}
