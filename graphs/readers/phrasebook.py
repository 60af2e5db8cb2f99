"""The phrasebook: reads a customer's turn with patterns, our own last act and a calendar grammar. No model, English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.reading import Act, Listening, OurAct, Reading, Said
from graphs.readers.parts import split, tidy
from graphs.readers.pieces import Piece, piece
from graphs.readers.read_back import read_back
from graphs.readers.replies import REPLIES

_MOST: Final = 8
_SOCIAL: Final[tuple[Act, ...]] = ("greet", "thanks", "bye")
_DEFAULT: Final[tuple[Act, ...]] = (
    "request", "choose", "alternatives", "inform", "ask", "repeat", "negate", "affirm", "unclear", "thanks", "bye", "greet",
)  # fmt: skip
_ANSWER_FIRST: Final[tuple[Act, ...]] = (
    "request", "negate", "affirm", "choose", "alternatives", "inform", "ask", "repeat", "unclear", "thanks", "bye", "greet",
)  # fmt: skip
_MAIN_FIRST: Final[dict[OurAct, tuple[Act, ...]]] = {"read_back": _ANSWER_FIRST, "proposed_task": _ANSWER_FIRST}
_FIELDS: Final = ("task", "service", "staff", "when_words", "party", "name", "contact", "who")


def read(text: str, listening: Listening) -> Reading:
    """Return what was said in one turn; never raises, and says `unclear` for what it cannot read."""
    tidied = tidy(text)
    if tidied is None:
        return Reading(unclear=True)
    pieces = tuple(piece(part, listening) for part in split(tidied))
    said = _merged(_said(pieces, listening))
    wish = next((p.wish for p in pieces if p.wish is not None), None)
    main = _in_order(said, listening.our_act)[:_MOST]
    unclear = not any(one.act != "unclear" for one in main)
    return Reading(said=main, contact_wish=wish, unclear=unclear and wish is None)


def _said(pieces: tuple[Piece, ...], listening: Listening) -> list[Said]:
    if listening.our_act == "read_back":
        return read_back(pieces, listening)
    reply = REPLIES[listening.our_act]
    return [said for one in pieces if one.wish is None for said in reply(one, listening)]


def _merged(said: Iterable[Said]) -> list[Said]:
    """Join details told in a later sentence to the request or details before them, and drop what is said twice."""
    out: list[Said] = []
    for one in said:
        last = next((n for n in reversed(range(len(out))) if out[n].act in ("request", "inform")), None)
        if one.act == "inform" and last is not None and (joined := _joined(out[last], one)) is not None:
            out[last] = joined
        elif not any(same.act == one.act and one.act not in ("request", "inform", "ask") for same in out):
            out.append(one)
    return out


def _joined(first: Said, second: Said) -> Said | None:
    new = {field: getattr(second, field) for field in _FIELDS if getattr(second, field) is not None}
    if any(getattr(first, field) not in (None, value) for field, value in new.items()):
        return None
    quote = first.quote if second.quote in first.quote else f"{first.quote} {second.quote}"[:400]
    return first.model_copy(update={**new, "quote": quote})


def _in_order(said: list[Said], our_act: OurAct) -> list[Said]:
    rank = _MAIN_FIRST.get(our_act, _DEFAULT)
    return sorted(said, key=lambda one: rank.index(one.act))
