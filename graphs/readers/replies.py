"""Reading a turn as the reply to what we last said: a proposal, a question, options, a closing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from domain.codes import digits_in
from domain.reading import Listening, OurAct, Said
from graphs.readers.choices import choice_in
from graphs.readers.consent import agrees_only
from graphs.readers.opening import always, asks_for_a_time, asks_for_hours, opening, requests, stance
from graphs.readers.pieces import Piece

_BOOK_IT: Final = re.compile(
    r"\b(?:book|schedule|reserve|take|have|get|try|do|make|request) (?:it|that|this|them)\b|^(?:please )?book\b"
)
_ELSEWHERE: Final = ("cancel", "refund", "human")
_DETAIL_TASKS: Final = frozenset({"book", "find", "move", "check", "lead", "order", "quote"})
_QUESTION: Final = re.compile(
    r"\?|^(?:\w+ )?(?:what|where|when|who|which|how|why|do|does|is|are)\b(?! about)|\b(?:tell me|know)\b"
)
_NUMBER: Final = re.compile(r"^(\d{1,2})[.! ]*$")
_WHAT_TIMES: Final = re.compile(
    r"\bwhat (?:do|have) you\b|\bwhat(?:'s| is| times?| days?| slots?| have| are)\b.{0,20}\b(?:available"
    r"|free|open|have|got|your times)\b"
)
_SUGGESTS: Final = re.compile(
    r"\b(?:how|what) about\b|^(?:\w+ )?(?:can|could) (?:it )?be\b|\b(?:can|could) you (?:\w+ )?(?:check|try|look|do)\b"
)

_THAT_DAY: Final = re.compile(
    r"\b(?:later|earlier|sooner) (?:that|the same) day\b|^(?:a (?:bit|little) )(?:later|earlier)\b"
)
_ANY: Final = re.compile(r"\b(?:any|anything|something|slots?|times?|free|available)\b")

FEWEST_DIGITS: Final = 3

Reply = Callable[[Piece, Listening], list[Said]]


def proposed(piece: Piece, listening: Listening) -> list[Said]:
    """Read the answer to "would you like to book it?"."""
    if (plain := always(piece)) is not None:
        return plain
    if piece.says("no", "later", "denies", "drops") and not piece.tasks:
        return [piece.said("negate"), *_question(piece), *piece.social()]
    if piece.task in _ELSEWHERE:
        return [piece.said("request", task=piece.task, told=True)]
    if piece.says("yes", "agrees") or piece.tasks:
        return [piece.said("affirm", task=piece.task), *_informs(piece), *piece.social()]
    if piece.doubts and not piece.details:
        return [piece.said("unclear")]
    return opening(piece, listening)


def asked_service(piece: Piece, listening: Listening) -> list[Said]:
    """Read the answer to "what would you like to have done?": a service, or its place in the list."""
    number = choice_in(piece.part.plain, piece.part.raw, listening)
    if number is not None and not piece.details and not piece.tasks:
        return [piece.said("choose").model_copy(update={"choice": number})]
    return asked(piece, listening)


def asked(piece: Piece, listening: Listening) -> list[Said]:
    """Read the answer to a question for a service, a day or any other detail."""
    if (plain := always(piece)) is not None:
        return plain
    if (piece.says("alternatives") or _THAT_DAY.search(piece.part.plain)) and not piece.details:
        return [piece.said("alternatives")]
    if listening.our_act == "asked_detail" and (number := _NUMBER.match(piece.part.plain)) and int(number[1]):
        return [piece.said("inform").model_copy(update={"party": int(number[1])})]
    if listening.our_act == "asked_when" and not piece.details and _WHAT_TIMES.search(piece.part.plain):
        return [piece.said("alternatives")]
    elsewhere = [task for task in piece.tasks if task not in _DETAIL_TASKS]
    if elsewhere and not (piece.details and elsewhere == ["cancel"] and not _is_about_cancelling(piece)):
        return [piece.said("request", task=elsewhere[0], told=True)]
    if (told := _told(piece)) is not None:
        return told
    if piece.task in ("move", "check", "lead", "order", "quote"):
        return [piece.said("request", task=piece.task)]
    if piece.question and not piece.tasks and _QUESTION.search(piece.part.plain):
        return [piece.said("ask")]
    if (stood := stance(piece)) and (stood[0].act != "affirm" or agrees_only(piece.part.plain, piece.cues, ())):
        return stood
    return [piece.said("inform")] if listening.our_act != "asked_when" or piece.tasks else []


def _told(piece: Piece) -> list[Said] | None:
    """Return the details told, unless they belong to a question: "what time do you close Saturday"."""
    if asks_for_hours(piece):
        return [piece.said("ask", told=True)]
    if piece.task == "check" and piece.question and not piece.details.when_words:
        return [piece.said("request", task="check", told=True)]
    if piece.details or _SUGGESTS.search(piece.part.plain):
        return [piece.said("inform", told=True), *piece.social()]
    return None


def replies(pieces: tuple[Piece, ...], listening: Listening) -> list[Said]:
    """Return all that is said; after a no to a proposal, what follows is a wish of its own."""
    reply = _REPLIES[listening.our_act]
    if reply is proposed and any(piece.says("no") for piece in pieces):
        reply = closing
    return [said for piece in pieces if piece.wish is None for said in reply(piece, listening)]


def asked_code(piece: Piece, listening: Listening) -> list[Said]:
    """Read the answer to "please send the code we texted": three digits or more, written or spoken, are of it."""
    if len(digits_in(piece.part.raw)) >= FEWEST_DIGITS and not piece.details.when_words:
        return [Said(act="inform", quote=piece.part.raw)]
    return opening(piece, listening)


def offered(piece: Piece, listening: Listening) -> list[Said]:
    """Read what is said to the options on the table."""
    if (plain := always(piece)) is not None:
        return plain
    if piece.task in _ELSEWHERE or (piece.task == "move" and not listening.offered):
        return requests(piece)
    if asks_for_hours(piece) or (piece.task == "find" and piece.on_topic() and not piece.says("alternatives")):
        return [piece.said("ask", told=True)]
    if piece.says("alternatives") or (piece.task == "find" and (piece.details or not piece.says("yes", "agrees"))):
        return [piece.said("alternatives", told=True)]
    refused = piece.says("no", "denies", "drops") and not piece.says("hesitates")
    if not refused and (number := choice_in(piece.part.plain, piece.part.raw, listening)) is not None:
        return [piece.said("choose").model_copy(update={"choice": number})]
    if piece.tasks and piece.task != "find":
        return _taken(piece)
    if piece.question and (asks_for_a_time(piece) or (piece.details.staff and _ANY.search(piece.part.plain))):
        return [piece.said("alternatives", told=True)]
    if piece.question and not piece.says("greets"):
        return [piece.said("ask", told=True)]
    return _answered(piece)


def closing(piece: Piece, listening: Listening) -> list[Said]:
    """Read what is said after we asked for anything else, or told how it went."""
    if piece.says("no") and not piece.tasks and not piece.details and not piece.question:
        return [piece.said("negate"), *piece.social()]
    told = opening(piece, listening)
    if listening.our_act == "told_failed" and piece.details.when_words and told[0].act in ("inform", "ask", "request"):
        return [piece.said("request", task="book", told=True)]
    return told


def _taken(piece: Piece) -> list[Said]:
    if piece.task == "book" and not piece.details and _BOOK_IT.search(piece.part.plain):
        return [piece.said("affirm", task="book"), *piece.social()]
    agreed = [piece.said("affirm")] if piece.says("yes", "agrees") and not piece.merely_polite() else []
    return [piece.said("request", task=piece.task, told=True), *agreed]


def _answered(piece: Piece) -> list[Said]:
    stood = stance(piece)
    if piece.details:
        return [*stood, piece.said("inform", told=True)]
    return stood


def _informs(piece: Piece) -> list[Said]:
    return [piece.said("inform", told=True)] if piece.details else []


def _question(piece: Piece) -> list[Said]:
    return [piece.said("ask")] if piece.question else []


def _is_about_cancelling(piece: Piece) -> bool:
    return bool(re.search(r"\bcancel", piece.part.plain))


_REPLIES: Final[dict[OurAct, Reply]] = {
    "none": opening,
    "greeted": opening,
    "asked_service": asked_service,
    "asked_when": asked,
    "asked_detail": asked,
    "asked_code": asked_code,
    "offered": offered,
    "proposed_task": proposed,
    "asked_anything_else": closing,
    "told_done": closing,
    "told_failed": closing,
    "answered": offered,
}
