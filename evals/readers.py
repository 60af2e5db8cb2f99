"""Who reads a case: the phrasebook, its own script, a recording, a recording by position, or a live model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput
from domain.reading import Listening, Reading
from evals.case import Case, Turn
from evals.judges import Judge
from evals.venue import Venue
from graphs.readers.cassette import CassetteModel
from graphs.readers.scripted import ScriptedModel


@dataclass(slots=True)
class Standing:
    """The reader of one case while it is played."""

    venue: Venue
    model: Any = None
    readings: list[Reading] = field(default_factory=list)

    def turn(self, turn: Turn) -> None:
        """The next turn comes; a script reads it as the case says."""
        self.readings[:] = [turn.reading] if turn.reading is not None else []

    def read(self, text: str, _listening: Listening) -> Reading:
        """The reading that the case gives for this turn; LookupError where it gives none."""
        if not self.readings:
            raise LookupError(f"the case has no `reading` for {text!r}, and its reader is scripted")
        return self.readings[0]

    def check(self) -> None:
        """Raise what the reader could not find, even where a turn was put aside for it."""
        if self.venue.standin is not None and self.venue.standin.lost is not None:
            raise self.venue.standin.lost

    @property
    def calls(self) -> int:
        """How often a model was asked."""
        return self.venue.standin.asked if self.venue.standin is not None else 0

    @property
    def drifted(self) -> Sequence[str]:
        """Recorded readings whose question has changed since."""
        return self.model.drifted if isinstance(self.model, CassetteModel) else ()


@dataclass(slots=True, kw_only=True)
class Lineup:
    """The readers at hand: a live model if one is configured; `record` keeps what it reads in the case's cassette.

    `instead` lets the live model read every case, whatever reader the case names. `judges` look at what passed.
    """

    live: Any = None
    name: str = ""
    record: bool = False
    instead: bool = False
    judges: Sequence[Judge] = ()

    def modelled(self, case: Case) -> bool:
        """Whether a model stands in for the phrasebook."""
        return self.instead or case.reader.mode != "phrasebook"

    def stand(self, venue: Venue, case: Case, folder: Path) -> Standing:
        """Let the case's reader stand in at its venue; `BadInput` where it cannot."""
        standing = Standing(venue)
        if venue.standin is None:
            return standing
        mode = "live" if self.instead and not self.record else case.reader.mode
        if mode == "scripted":
            standing.model = ScriptedModel(script=standing.read)
        elif mode in ("cassette", "teacher"):
            standing.model = self._cassette(case, folder)
        elif self.live is None:
            raise BadInput(f"case {case.id} wants a live model: set QOTBOT_MODEL, or play it from a cassette")
        else:
            standing.model = self.live
        venue.standin.behind(standing.model, name=self.name if mode == "live" else mode)
        return standing

    def _cassette(self, case: Case, folder: Path) -> CassetteModel:
        path = folder / (case.reader.cassette or "")
        if not self.record and not path.exists():
            raise BadInput(f"case {case.id}: the cassette {path} is missing; record it with 'qotbot eval record'")
        live = self.live if self.record else None
        teacher = case.reader.mode == "teacher" and live is None
        try:
            return CassetteModel(path=path, live=live, case=case.id, teacher=teacher)
        except (OSError, ValueError) as problem:  # not JSON, no recording, no reading
            first = problem.errors()[0]["msg"] if isinstance(problem, ValidationError) else str(problem)
            told = first.removeprefix("Value error, ").splitlines()[0]
            raise BadInput(f"case {case.id}: the cassette {path} cannot be read: {told}; record it again") from problem
