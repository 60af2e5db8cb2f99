"""Replays: a small booking machine asks its own questions, the corpus's customer answers in their own sentences.

The goal is the day and time the customer confirmed in the corpus. The machine asks for what it lacks, reads it back
and books on a yes; the simulated customer says yes only to the goal. Conversations where day or time were never said to
this service are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from domain.reading import Listening, OurAct, Reading
from domain.when import read_when
from evals.corpora.sgd_dialogue import NOW, TASKS, Dialogue, Turn
from graphs.readers.consent import is_yes
from graphs.readers.phrasebook import read

MOST_TURNS: Final = 12
MOST_ASKED: Final = 2
MOST_READ_BACKS: Final = 3
DAY, TIME = "appointment_date", "appointment_time"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the customer with the corpus's labels for this service."""

    text: str
    acts: frozenset[str]
    told: dict[str, str]
    books: bool


@dataclass(slots=True)
class Customer:
    """Says each of their own sentences once, the one that answers what was asked."""

    sentences: list[Sentence]
    goal: dict[str, str]

    def first(self) -> Sentence | None:
        """Return the wish to book, or the yes to "shall I book one?"."""
        return self._take(lambda s: s.books) or self._take(lambda s: "AFFIRM_INTENT" in s.acts)

    def tell(self, slot: str) -> Sentence | None:
        """Return the sentence that tells the day or the time, the one they settled on if there is one."""
        wanted = self.goal[slot]
        settled = self._take(lambda s: s.told.get(slot) == wanted and "NEGATE" not in s.acts)
        return settled or self._take(lambda s: slot in s.told)

    def answer(self, shown: dict[str, str]) -> str:
        """Return their yes to the goal, their correction to anything else."""
        if shown == self.goal:
            said = self._take(lambda s: "AFFIRM" in s.acts)
            return said.text if said else "yes"
        said = self._take(lambda s: "NEGATE" in s.acts and _only_goal(s.told, self.goal))
        return said.text if said else "no, that is not right"

    def _take(self, fits: Callable[[Sentence], bool]) -> Sentence | None:
        for at, sentence in enumerate(self.sentences):
            if fits(sentence):
                return self.sentences.pop(at)
        return None


@dataclass(slots=True)
class Machine:
    """What has been understood so far, and how often each question was asked."""

    day: date | None = None
    at: time | None = None
    asked: Counter[str] = field(default_factory=Counter)

    def hear(self, text: str, our_act: OurAct) -> Reading:
        """Take the day and time from one reply; `our_act` is what was said before it."""
        confirming = f"Appointment on {self.day:%A %d %B %Y} at {self.at:%H:%M}" if self.day and self.at else None
        listening = Listening(now=NOW, our_act=our_act, confirming=confirming, tasks=TASKS)
        reading = read(text, listening)
        for words in [said.when_words for said in reading.said if said.when_words]:
            when = read_when(words, NOW, opens=listening.opens, closes=listening.closes)
            self.day = when.date if when.date and not when.date_to else self.day
            self.at = when.time or self.at
        return reading

    def shown(self) -> dict[str, str]:
        """Return the day and time as the corpus writes them."""
        return {DAY: f"{self.day:%Y-%m-%d}" if self.day else "", TIME: f"{self.at:%H:%M}" if self.at else ""}


def replays(dialogue: Dialogue) -> Counter[str]:
    """Return how the replays of one conversation ended: booked right, booked wrong, handed over."""
    counts: Counter[str] = Counter()
    for customer in customers(dialogue):
        if (ended := replay(customer)) is not None:
            counts.update({"replays": 1, ended: 1})
    return counts


def replay(customer: Customer) -> str | None:
    """Return how one replay ended; None where the customer never said what was asked."""
    machine = Machine()
    first = customer.first()
    if first is None:
        return None
    machine.hear(first.text, "none" if first.books else "proposed_task")
    for _ in range(MOST_TURNS):
        missing = DAY if machine.day is None else TIME if machine.at is None else None
        if missing is None:
            if (ended := _read_back(machine, customer)) is not None:
                return ended
            continue
        machine.asked[missing] += 1
        if machine.asked[missing] > MOST_ASKED:
            return "handed over"
        said = customer.tell(missing)
        if said is None:
            return None
        machine.hear(said.text, "asked_when")
    return "handed over"


def customers(dialogue: Dialogue) -> Iterator[Customer]:
    """Return the customer of the first confirmed appointment of a conversation."""
    sentences: list[Sentence] = []
    shown: dict[str, str] = {}
    for turn in dialogue.turns:
        acts = [act for act in turn.acts if dialogue.ours(act)]
        if turn.role != "user":
            shown = {a.slot: (a.c or a.v)[0] for a in acts if a.act == "CONFIRM" and a.slot and a.v} or shown
        elif acts:
            sentences.append(_sentence(turn, dialogue))
            if "AFFIRM" in sentences[-1].acts and shown.keys() >= {DAY, TIME}:
                yield Customer(sentences, {DAY: shown[DAY], TIME: shown[TIME]})
                return


def _read_back(machine: Machine, customer: Customer) -> str | None:
    before = machine.shown()
    machine.asked["read back"] += 1
    reading = machine.hear(customer.answer(before), "read_back")
    if is_yes(reading):
        return "booked right" if before == customer.goal else "booked wrong"
    if machine.asked["read back"] > MOST_READ_BACKS:
        return "handed over"
    if machine.shown() == before and before != customer.goal and machine.asked["read back"] >= MOST_ASKED:
        machine.day = machine.at = None
    return None


def _sentence(turn: Turn, dialogue: Dialogue) -> Sentence:
    acts = [act for act in turn.acts if dialogue.ours(act)]
    return Sentence(
        text=turn.text,
        acts=frozenset(act.act for act in acts),
        told={act.slot: (act.c or act.v)[0] for act in acts if act.act == "INFORM" and act.slot and act.v},
        books=any(act.act == "INFORM_INTENT" and act.v[:1] == ["BookAppointment"] for act in acts),
    )


def _only_goal(told: dict[str, str], goal: dict[str, str]) -> bool:
    named = [value for slot, value in told.items() if slot in goal]
    return bool(named) and all(value in goal.values() for value in named)
