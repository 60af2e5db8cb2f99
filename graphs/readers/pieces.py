"""One part of a turn with everything the patterns saw in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from domain.reading import Act, ContactWish, Listening, Said
from graphs.readers.cues import cues
from graphs.readers.details import Details, details
from graphs.readers.parts import Part
from graphs.readers.questions import is_elsewhere, is_question, on_topic
from graphs.readers.tasks import wanted
from graphs.readers.wishes import contact_wish

_SOCIAL: Final[tuple[tuple[str, Act], ...]] = (
    ("greets", "greet"),
    ("how_are_you", "greet"),
    ("thanks", "thanks"),
    ("bye", "bye"),
)
_ONLY_POLITE: Final = re.compile(
    r"^\W*(?:(?:ok|okay|alright|all right|great|cool|well|right|so|fine|good|perfect|and|thanks|thank you"
    r"|hi|hello|hey|please|sorry"
    r"|oh|um|awesome|wonderful|nice)\b[\s,.!-]*)+"
)

_PRAISES: Final = re.compile(
    r"\b(?:perfect|excellent|wonderful|awesome|fantastic|brilliant)\b|^(?:great|right|good|fine)[.!]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part, its cues, the tasks asked for, its details, and whether it asks about the business."""

    part: Part
    cues: frozenset[str]
    tasks: tuple[str, ...]
    details: Details
    question: bool
    wish: ContactWish | None

    @property
    def task(self) -> str | None:
        """The task asked for, if any."""
        return self.tasks[0] if self.tasks else None

    @property
    def doubts(self) -> bool:
        """Whether it hesitates or sets a condition."""
        return bool(self.cues & {"hesitates", "conditions"})

    def says(self, *names: str) -> bool:
        """Whether any of these cues was found."""
        return bool(self.cues.intersection(names))

    def said(self, act: Act, *, task: str | None = None, told: bool = False) -> Said:
        """Return this piece as one thing said; `told` adds its details."""
        quote = self.part.raw[:400]
        question = quote if act == "ask" else None
        if told:
            return self.details.said(act, quote, task=task, question=question)
        return Said(act=act, task=task, question=question, quote=quote)

    def social(self) -> list[Said]:
        """Return the greeting, the thanks and the goodbye in it."""
        return [self.said(act) for cue, act in _SOCIAL if cue in self.cues]

    def on_topic(self) -> bool:
        """Whether its question is one a business is usually asked."""
        return on_topic(self.part)

    def opens_politely(self) -> bool:
        """Whether nothing in it says more than a polite opening does: "okay, ...", not "okay, that suits me"."""
        return self.merely_polite() and not self.says("agrees") and not _PRAISES.search(self.part.plain)

    def merely_polite(self) -> bool:
        """Whether its agreeing words are only a polite opening: "okay, ..."."""
        return not re.search(r"\b(?:yes|yeah|yep|yup|sure|correct|sounds?|works?)\b", self.part.plain) and bool(
            _ONLY_POLITE.match(self.part.plain)
        )


def piece(part: Part, listening: Listening) -> Piece:
    """Return everything the patterns see in one part."""
    elsewhere = is_elsewhere(part, listening.confirming or "")
    tasks = wanted(part.plain, listening)
    return Piece(
        part=part,
        cues=cues(part.plain),
        tasks=tuple(t for t in tasks if t not in ("book", "find", "check", "order")) if elsewhere else tasks,
        details=Details() if elsewhere else details(part, listening),
        question=elsewhere or is_question(part),
        wish=contact_wish(part.plain),
    )
