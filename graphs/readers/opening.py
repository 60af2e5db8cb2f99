"""Reading a turn that answers nothing in particular: the first message, or one after we have answered."""

from __future__ import annotations

import re
from typing import Final

from domain.reading import Listening, Said
from graphs.readers.emergency import is_emergency
from graphs.readers.parts import announces
from graphs.readers.pieces import Piece

_FREE: Final = re.compile(
    r"\b(?:can|could|would|will) (?:you|i|we|he|she|they|someone|anyone|somebody) (?:\w+ )?(?:do|fit|see"
    r"|take|have|get|come|make|try|be)\b"
    r"|\b(?:(?:do|have) )?(?:you|they)(?: guys| all)? (?:have|got)\b|\b(?:any|anything|something|openings?|slots?|free"
    r"|available|availability)\b"
    r"|\b(?:come|pop|drop) in\b|\b(?:how|what) about\b|\btry\b"
)
_WISHES_FOR: Final = re.compile(
    r"\b(?:can|could|may) (?:i|we) (?:\w+ )?(?:get|have|do|book|add|come)\b|\badd (?:an?|my|the|on)\b"
    r"|\b(?:i|we)(?:'d| would| really| also)* (?:want|need|like)\b"
)
_HOURS: Final = re.compile(
    r"\b(?:do|does|are|is|will|till|until|when) (?:you|u|ye|the (?:salon|shop)|\w+)(?: guys| still)? "
    r"(?:open|opens|close|closes|closed|shut|opening|closing|work|works|working)\b(?! on (?:my|the) )"
    r"|\b(?:opening|closing) (?:hours|times?)\b"
)
_CHANGES: Final = frozenset({"move", "cancel", "refund"})
_ABLE: Final = re.compile(r"\b(?:can|could|would|will|is|does|has|have)\b")
_SEEKS: Final = re.compile(r"\b(?:find|look(?:ing)? for|search|recommend|locate)\b")


def opening(piece: Piece, listening: Listening) -> list[Said]:
    """Return what one piece says when we have asked nothing."""
    if (plain := always(piece)) is not None:
        return plain
    if piece.says("how_are_you") and not piece.tasks and not piece.details.services:
        return piece.social()
    if piece.tasks or asks_for_hours(piece):
        return requests(piece)
    if piece.says("alternatives") and listening.our_act not in ("none", "greeted"):
        return [piece.said("alternatives", told=True)]
    if asks_for_a_time(piece):
        return [piece.said("request", task="book", told=True)]
    if piece.says("drops") and not piece.details:
        return stance(piece)
    if _wants_a_visit(piece, listening):
        return [piece.said("request", task="book", told=True), *piece.social()]
    if piece.question and not piece.says("greets"):
        return [piece.said("ask", told=True)]
    if piece.details:
        return [*stance(piece), piece.said("inform", told=True)]
    return stance(piece) or piece.social()


def _wants_a_visit(piece: Piece, listening: Listening) -> bool:
    """Whether naming a service or a party is a wish to book it: "haircut friday", "table for four", "add a shave"."""
    told = piece.details
    if "book" not in listening.tasks or "find" in listening.tasks:
        return False
    if told.services and _WISHES_FOR.search(piece.part.plain) and not piece.on_topic():
        return True
    return bool(told.services or told.party) and not piece.question and listening.our_act in ("none", "greeted")


def always(piece: Piece) -> list[Said] | None:
    """Return what means the same whatever we said before: are you a bot, say it again, a person please."""
    if piece.says("bot") and "human" not in piece.tasks and not piece.details.when_words:
        return [piece.said("ask", task="bot")]
    if "human" in piece.tasks or is_emergency(piece.part.plain):
        return [piece.said("request", task="human", told=True)]
    if piece.says("repeats") and not piece.details.when_words and not piece.tasks:
        return [piece.said("repeat")]
    if announces(piece.part) or (piece.says("menu") and not piece.tasks and not piece.details):
        return [piece.said("ask", task="help")]
    return None


def asks_for_a_time(piece: Piece) -> bool:
    """Whether it asks for a free time: "can Ana do my colour on Thursday?", "anything tomorrow?"."""
    told = piece.details
    if not told.when_words or piece.on_topic():
        return False
    return bool(_FREE.search(piece.part.plain) or (told.staff and _ABLE.search(piece.part.plain)))


def asks_for_hours(piece: Piece) -> bool:
    """Whether it asks when the business is open or somebody is in: "what time do you close on Saturday"."""
    return bool(piece.question and _HOURS.search(piece.part.plain)) and not _CHANGES.intersection(piece.tasks)


def stance(piece: Piece) -> list[Said]:
    """Return the yes, the no or the doubt in a piece, with its thanks and goodbye."""
    social = piece.social()
    if (piece.says("no", "denies", "drops") or (piece.says("later") and not piece.says("bye"))) and not (
        piece.says("hesitates") and not piece.says("no", "drops")
    ):
        return [piece.said("negate"), *social]
    if piece.doubts and piece.says("hesitates"):
        return [piece.said("unclear"), *social]
    closes = piece.says("bye") and not piece.says("yes")
    if piece.says("yes", "agrees") and not closes and not (social and piece.merely_polite()):
        return [piece.said("affirm"), *social]
    return social


def requests(piece: Piece) -> list[Said]:
    """Return the task asked for; to cancel and to have the deposit back are two."""
    if asks_for_hours(piece):
        return [piece.said("ask", told=True)]
    if {"cancel", "refund"} <= set(piece.tasks):
        return [piece.said("request", task="cancel", told=True), piece.said("request", task="refund")]
    return [piece.said("request", task=_which(piece), told=True)]


def _which(piece: Piece) -> str | None:
    if "find" in piece.tasks and piece.task == "book" and _SEEKS.search(piece.part.plain):
        return "find"
    return piece.task
