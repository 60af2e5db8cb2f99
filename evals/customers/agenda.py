"""A customer with a goal: answers what is asked in recorded sentences, and has a character."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from evals.customers.bank import Bank

Persona = Literal["plain", "terse", "changes_mind", "silent", "impatient", "yes_to_anything", "opts_out"]
PERSONAS: Final[tuple[Persona, ...]] = (
    "plain", "terse", "changes_mind", "silent", "impatient", "yes_to_anything", "opts_out",
)  # fmt: skip
_READ_BACK: Final = re.compile(r"shall i book it", re.IGNORECASE)
_SERVICE: Final = re.compile(r"what would you like to have done|which service", re.IGNORECASE)
_WHEN: Final = re.compile(r"what day|what time|which (?:other )?day|day or time|would suit you", re.IGNORECASE)
_OFFER: Final = re.compile(r"which (?:one )?would you like", re.IGNORECASE)
_BOOKED: Final = re.compile(r"you're booked", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted: the service, the day and the time as they are said, and as a read-back shows them."""

    service: str
    date: str
    time: str
    shown: str


@dataclass(slots=True)
class Customer:
    """One customer; `goals` are worked through where they change their mind, the last one counts."""

    bank: Bank
    persona: Persona
    goals: list[Goal]
    random: Random
    yes_said_to: list[str] = field(default_factory=list)
    ended: bool = False

    @property
    def goal(self) -> Goal:
        """What is wanted now."""
        return self.goals[0]

    def first(self) -> list[str]:
        """What they begin with."""
        return self._say(f"I'd like to book a {self.goal.service.lower()}")

    def answer(self, text: str) -> list[str]:
        """What they answer to our words: one or several texts, none where they are silent or done."""
        if _BOOKED.search(text):
            self.ended = True
            return self._say(self._sentence("THANKS"))
        if _READ_BACK.search(text):
            return self._to_read_back(text)
        if self.persona == "yes_to_anything" and self.random.random() < 0.5:
            return self._say(self._sentence("YES"))
        if _SERVICE.search(text):
            return self._say(self.goal.service)
        if _OFFER.search(text) and self.goal.shown not in text and self.random.random() < 0.3:
            return self._say(self._sentence("OTHERS"))
        if _WHEN.search(text) or _OFFER.search(text):
            return self._say(self._sentence("WHEN"))
        return self._say(f"{self.goal.service}, {self.goal.date} at {self.goal.time}")

    def _to_read_back(self, text: str) -> list[str]:
        if self.persona == "silent":
            self.ended = True
            return []
        if self.persona == "opts_out":
            self.ended = True
            return ["STOP"]
        if self.persona == "changes_mind" and len(self.goals) > 1:
            self.goals.pop(0)
            return self._say(self._sentence("NO"))
        if self.goal.shown in text or self.persona == "yes_to_anything":
            self.yes_said_to.append(text)
            return self._say(self._sentence("YES"))
        return self._say(self._sentence("NO"))

    def _sentence(self, act: str) -> str:
        details = {"service": self.goal.service, "date": self.goal.date, "time": self.goal.time}
        return self.bank.say(act, details, self.random, shortest=self.persona == "terse")

    def _say(self, text: str) -> list[str]:
        """An impatient customer does not wait for the answer."""
        return [text, "hello??"] if self.persona == "impatient" and self.random.random() < 0.4 else [text]
