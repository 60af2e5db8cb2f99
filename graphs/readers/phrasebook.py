"""The phrasebook: reads a customer's turn with patterns, our own last act and a calendar grammar. No model, English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.reading import Act, ContactWish, Listening, OurAct, Reading, Said
from graphs.readers.parts import Part, announces, plain, split, tidy
from graphs.readers.pieces import Piece, piece
from graphs.readers.questions import is_elsewhere, on_topic
from graphs.readers.read_back import read_back
from graphs.readers.replies import replies

_MOST: Final = 8
_DEFAULT: Final[tuple[Act, ...]] = (
    "request",
    "choose",
    "alternatives",
    "inform",
    "ask",
    "repeat",
    "negate",
    "affirm",
    "unclear",
    "thanks",
    "bye",
    "greet",
)
_ANSWER_FIRST: Final[tuple[Act, ...]] = (
    "request",
    "negate",
    "affirm",
    "choose",
    "alternatives",
    "inform",
    "ask",
    "repeat",
    "unclear",
    "thanks",
    "bye",
    "greet",
)
_CLOSE_FIRST: Final[tuple[Act, ...]] = (
    "request",
    "choose",
    "alternatives",
    "inform",
    "ask",
    "repeat",
    "negate",
    "bye",
    "thanks",
    "affirm",
    "unclear",
    "greet",
)
_MAIN_FIRST: Final[dict[OurAct, tuple[Act, ...]]] = {
    "read_back": _ANSWER_FIRST,
    "proposed_task": _ANSWER_FIRST,
    "none": _CLOSE_FIRST,
    "greeted": _CLOSE_FIRST,
    "told_done": _CLOSE_FIRST,
    "asked_anything_else": _CLOSE_FIRST,
}
_FIELDS: Final = ("task", "service", "staff", "when_words", "party", "name", "contact", "who")


def read(text: str, listening: Listening) -> Reading:
    """Return what was said in one turn; never raises, and says `unclear` for what it cannot read."""
    tidied = tidy(text)
    if tidied is None:
        return Reading(unclear=True)
    pieces = _asked(tuple(piece(part, listening) for part in split(tidied)))
    said = _merged(_said(pieces, listening))
    wish: ContactWish | None = next((p.wish for p in pieces if p.wish is not None), None)
    main = _in_order(said, listening.our_act)[:_MOST]
    unclear = not any(one.act != "unclear" for one in main)
    return Reading(said=main, contact_wish=wish, unclear=unclear and wish is None)


def _asked(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces without "I have a question", where the question itself is among them."""
    other = tuple(p for p in pieces if not announces(p.part))
    return other if any(p.question for p in other) else pieces


def _said(pieces: tuple[Piece, ...], listening: Listening) -> list[Said]:
    said = read_back(pieces, listening) if listening.our_act == "read_back" else replies(pieces, listening)
    named = {one.service for one in said if one.service and one.act in ("request", "inform")}
    more = [(p, name) for p in pieces if named.intersection(p.details.services) for name in p.details.services[1:]]
    return [*said, *(Said(act="inform", service=name, quote=p.part.raw[:400]) for p, name in more if name not in named)]


def _merged(said: Iterable[Said]) -> list[Said]:
    """Join details told in a later sentence to the request or details before them, and drop what is said twice."""
    out: list[Said] = []
    for one in said:
        last = next((n for n in reversed(range(len(out))) if out[n].act in ("request", "inform")), None)
        if last is not None and _continues(out[last], one) and (joined := _joined(out[last], one)) is not None:
            out[last] = joined
        elif not any(same.act == one.act and one.act not in ("request", "inform", "ask") for same in out):
            out.append(one)
    return out


def _continues(first: Said, second: Said) -> bool:
    return second.act == "inform" or (second.act == first.act and second.task == first.task)


def _joined(first: Said, second: Said) -> Said | None:
    new = {field: getattr(second, field) for field in _FIELDS if getattr(second, field) is not None}
    if any(getattr(first, field) not in (None, value) for field, value in new.items()):
        return None
    quote = first.quote if second.quote in first.quote else f"{first.quote} {second.quote}"[:400]
    return first.model_copy(update={**new, "quote": quote})


def _in_order(said: list[Said], our_act: OurAct) -> list[Said]:
    rank = _MAIN_FIRST.get(our_act, _DEFAULT)

    def place(one: Said) -> float:
        if one.act != "ask" or one.question is None:
            return rank.index(one.act)
        part = Part(one.question, plain(one.question))
        if is_elsewhere(part):
            return len(rank)
        return rank.index("ask") if on_topic(part) or one.task else max(rank.index("ask"), rank.index("affirm") + 0.5)

    return sorted(said, key=place)
