"""Reading the reply to a read-back ("Haircut with Ana, Tuesday 10:30. Shall I book it?")."""

from __future__ import annotations

import re
from typing import Final

from domain.reading import Listening, Said
from domain.when import When, read_when
from graphs.readers.consent import agrees_only, goes_along, is_aside
from graphs.readers.opening import always
from graphs.readers.pieces import Piece
from graphs.readers.questions import finds_out

_OTHER: Final = ("human", "refund")
_CHECKS: Final = re.compile(
    r"^(?:(?:and|so|but|ok|wait|hey|sorry) )?(?:is|was|are|did|do|does|who|when|where|which|why|how|what)\b(?! about)"
)

_FREE: Final = re.compile(r"\b(?:free|available|open|possible|instead)\b")
_WORRIES: Final = re.compile(r"\b(?:isn't|aren't|not|too (?:late|early|long|much|far|expensive))\b")
_ALL_SET: Final = re.compile(r"\b(?:perfect|great|excellent|wonderful|awesome),? (?:we're |i'm )?all set\b")
_TERMS: Final = re.compile(r"\b(?:how much|how long|price|costs?|deposit)\b")


def read_back(pieces: tuple[Piece, ...], listening: Listening) -> list[Said]:
    """Return what a reply says; an `affirm` only where the whole turn holds a yes and nothing against it."""
    said: list[Said] = []
    agreed = _agrees(pieces, listening)
    for piece in pieces:
        said.extend(_one(piece, listening, agreed=agreed))
    if agreed and not any(one.act == "affirm" for one in said):
        said.insert(0, next(p for p in pieces if not _asks(p)).said("affirm"))
    return said


def _agrees(pieces: tuple[Piece, ...], listening: Listening) -> bool:
    answers = [p for p in pieces if not _asks(p) and not _only_social(p)]
    if not answers or any(p.says("repeats", "bot") or p.task in _OTHER for p in pieces):
        return False
    if any(_casts_doubt(p) for p in pieces if p not in answers):
        return False
    if any(_TERMS.search(p.part.plain) for p in pieces) and all(p.opens_politely() for p in answers):
        return False
    agreeing = [agrees_only(p.part.plain, p.cues, _known(p, listening)) for p in answers]
    told = [
        bool(p.details) and not p.says("no", "denies", "drops", "hesitates", "conditions", "later") for p in answers
    ]
    leaves = any(p.says("bye") and not _ALL_SET.search(p.part.plain) for p in pieces)
    if leaves and all(p.merely_polite() for p in answers):
        return False
    explicit = any(p.says("yes", "agrees") for p in answers) or not any(p.details for p in answers)
    beside = [goes_along(p.part.plain, p.cues, _known(p, listening)) for p in answers]
    aside = [not p.details and not p.tasks and is_aside(p.part.plain, p.cues) for p in answers]
    return explicit and any(agreeing) and beside[0] and all(any(one) for one in zip(beside, told, aside, strict=True))


def _one(piece: Piece, listening: Listening, *, agreed: bool) -> list[Said]:
    if (plain := always(piece)) is not None:
        return plain
    if piece.task in _OTHER:
        return [piece.said("request", task=piece.task, told=True)]
    other = bool(piece.details) and not _same(piece, listening)
    if agreed:
        told = [piece.said("inform", told=True)] if other else []
        yes = [piece.said("affirm")] if piece.says("yes", "agrees") and not _asks(piece) else []
        return [*yes, *told, *([piece.said("ask")] if _asks(piece) and not other else []), *piece.social()]
    if piece.task in ("cancel", "move") and _another_visit(piece, listening):
        return [piece.said("request", task=piece.task, told=True)]
    if piece.says("no", "denies", "drops", "later") or piece.task == "cancel":
        return [piece.said("negate"), *([piece.said("inform", told=True)] if other else []), *piece.social()]
    return _neither(piece, other=other)


def _another_visit(piece: Piece, listening: Listening) -> bool:
    """Whether it names a service that is not the one being confirmed: "first move my haircut"."""
    confirming = (listening.confirming or "").lower()
    return any(service.lower() not in confirming for service in piece.details.services)


def _neither(piece: Piece, *, other: bool) -> list[Said]:
    """Read a piece that is neither a clean yes nor a no."""
    if _CHECKS.search(piece.part.plain) and not piece.tasks and not (other and _FREE.search(piece.part.plain)):
        return [piece.said("ask")]
    changes = piece.says("changes") or piece.task in ("move", "book")
    if other and changes:
        return [piece.said("negate"), piece.said("inform", told=True)]
    if piece.details:
        return [piece.said("inform", told=True)]
    if piece.says("alternatives"):
        return [piece.said("negate"), piece.said("alternatives")]
    if piece.question:
        return [piece.said("ask")]
    if changes and not piece.says("yes", "agrees"):
        return [piece.said("negate")]
    return piece.social() if _only_social(piece) else [piece.said("unclear")]


def _asks(piece: Piece) -> bool:
    return (
        piece.part.asks
        or finds_out(piece.part)
        or (piece.question and (not piece.tasks or (piece.task == "find" and piece.on_topic())))
    )


def _casts_doubt(piece: Piece) -> bool:
    if _WORRIES.search(piece.part.plain):
        return True
    return piece.says("no", "drops", "hesitates", "alternatives") or (piece.says("conditions") and not piece.on_topic())


def _only_social(piece: Piece) -> bool:
    return piece.says("thanks", "greets", "bye") and not piece.says(
        "yes", "agrees", "no", "denies", "hesitates", "later"
    )


def _known(piece: Piece, listening: Listening) -> list[str]:
    told = piece.details
    said = [*told.services, told.staff or "", told.when_words or "", told.name or ""]
    named = ["name"] if told.name else []
    return [*said, *named, *(word for word in (listening.confirming or "").split() if word.isalpha())]


def _same(piece: Piece, listening: Listening) -> bool:
    """Whether every detail said is one of those being confirmed."""
    confirming = listening.confirming or ""
    told = piece.details
    if told.contact or told.party or told.who or told.name:
        return False
    names = [*told.services, *([told.staff] if told.staff else [])]
    if any(name.lower() not in confirming.lower() for name in names):
        return False
    return told.when_words is None or _same_when(told.when_words, confirming, listening)


def _same_when(words: str, confirming: str, listening: Listening) -> bool:
    said, shown = _when(words, listening), _when(confirming, listening)
    if said.ambiguous or said.date_to or said.time_from or said.time_to or said.part or said.empty:
        return False
    return (said.date is None or said.date == shown.date) and (said.time is None or said.time == shown.time)


def _when(text: str, listening: Listening) -> When:
    return read_when(text, listening.now, opens=listening.opens, closes=listening.closes)
