"""Customers who make up their own side as they go, by script or by model, before a real venue: told, never gating.

The result is a case's: what was said, the door's decisions, broken invariants. A model's customer proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from domain.errors import BadInput
from evals.case import Case, Channel, Clock, Turn
from evals.customers.script import Script, Scripted
from evals.finding import Line, Result
from evals.performing import Performance
from evals.recording import Recorder
from evals.suite import Loaded
from evals.transcript import lines
from evals.venue import Venues
from evals.watch import Playing, Watch
from graphs.readers.free_words import Said, Words

CLOCK: Final = "2026-11-24T10:00:00-05:00"  # a Tuesday morning at the salon
MOST_TURNS: Final = 20
END: Final = "GOODBYE"


class Actor(Protocol):
    """Somebody who says something, hears an answer and goes on; nothing more to say ends it."""

    async def first(self) -> list[str]: ...
    async def answer(self, text: str) -> list[str]: ...


@dataclass(slots=True)
class ByScript:
    """A customer who follows a script."""

    scripted: Scripted

    async def first(self) -> list[str]:
        """The opening line."""
        return self.scripted.first()

    async def answer(self, text: str) -> list[str]:
        """The script's answer."""
        return self.scripted.answer(text)


@dataclass(slots=True)
class ByModel:
    """A language model that plays the person of a script."""

    script: Script
    words: Words
    said: list[Said] = field(default_factory=list)

    async def first(self) -> list[str]:
        """The script's opening line: the model takes over from there."""
        self.said = [("us", self.script.opening)]
        return [self.script.opening]

    async def answer(self, text: str) -> list[str]:
        """What the model says as this person; nothing once it says goodbye."""
        self.said.append(("them", text))
        said = await self.words(_role(self.script), self.said)
        self.said.append(("us", said))
        return [] if not said or END in said else [said]


def _role(script: Script) -> str:
    facts = "; ".join(f"{name}: {value}" for name, value in script.facts.items()) or "none"
    reactions = "; ".join(f"when you hear {r.when!r}, say {r.say!r}" for r in script.reactions) or "none"
    return (
        f"You play {script.name}, a customer who texts a business. Write only their next message, short, as people do. "
        f"What you want, in order: {'; '.join([script.opening, *script.do])}. What you know, and tell only when asked: "
        f"{facts}. How you react: {reactions}. When you have what you want, or are getting nowhere, answer {END}."
    )


async def act(actor: Actor, business: Path, *, name: str, channel: Channel = "sms") -> Result:
    """Play a customer to their end, at most `MOST_TURNS` turns; `BadInput` where they say nothing at all."""
    said = await actor.first()
    if not said:
        raise BadInput(f"{name}: this customer says nothing")
    case = Case(
        id=name, clock=Clock(now=CLOCK), business=str(business), channel=channel, turns=[Turn(user=said)]
    )  # fmt: skip
    venues, playing = Venues(), Playing(loaded=Loaded(case, business, 1, "simulated", business), case=case)
    try:
        venue = await venues.of(case, business, modelled=False)
        show = Performance(venue, case, name)
        await venue.begin(show.instant(case.clock.now))
        app = venue.app
        recorder = Recorder(database=app.database, pack=app.pack, case=case, public_hex=app.keys.public_hex)
        watch, turns = Watch(playing=playing, recorder=recorder), 0
        while said and turns < MOST_TURNS:
            turns += 1
            await watch.turn(turns, Turn(user=said), perform=show.perform)
            heard = _answers(lines(recorder.evidence()), turns)
            said = await actor.answer("\n".join(heard)) if heard else []
        return await watch.end(replace(playing.begun(), turns=turns), carried=venue.carrier.taken)
    finally:
        await venues.close()


def _answers(transcript: Sequence[Line], turn: int) -> list[str]:
    return [line.text for line in transcript if line.turn == turn and line.kind == "says"]
