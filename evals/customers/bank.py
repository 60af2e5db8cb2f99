"""Real customers' sentences with holes for the details, by what they do: read from a file, never copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from domain.errors import BadInput
from evals.corpora.rows import Loose, fit

_HOLE: Final = re.compile(r"\{(\w+)\}")
# What is said where the bank has no sentence that fits.
PLAIN: Final[Mapping[str, str]] = {
    "BOOK": "I would like to book {service}.", "WHEN": "{date} at {time}", "YES": "Yes.", "NO": "No, {date} at {time}.",
    "OTHERS": "Do you have anything else?", "THANKS": "Thank you.",
}  # fmt: skip
# Our names for what a customer does, by the corpus's signatures: the assistant's act before, and the customer's acts.
SIGNATURES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "WHEN": (("OTHER", "INFORM(appointment_date)+INFORM(appointment_time)"),),
    "YES": (("CONFIRM", "AFFIRM"),),
    "NO": (("CONFIRM", "INFORM(appointment_date)+INFORM(appointment_time)+NEGATE"),),
    "OTHERS": (("OFFER", "REQUEST_ALTS"), ("OTHER", "REQUEST_ALTS")),
    "THANKS": (("OTHER", "THANK_YOU"), ("OTHER", "GOODBYE+THANK_YOU")),
}
HOLES: Final = {"appointment_date": "date", "appointment_time": "time"}


class Row(Loose):
    """Sentences of one signature."""

    family: str
    after: str
    acts: str
    templates: list[str]


@dataclass(frozen=True, slots=True)
class Bank:
    """Sentences by what they do."""

    by_act: Mapping[str, tuple[str, ...]]

    def say(self, act: str, details: Mapping[str, str], random: Random, *, shortest: bool = False) -> str:
        """A sentence that does `act` with these details; a terse customer says the shortest."""
        fitting = [t for t in self.by_act.get(act, ()) if _holes(t) <= details.keys()] or [PLAIN[act]]
        chosen = min(fitting, key=len) if shortest else random.choice(fitting)
        return _HOLE.sub(lambda m: details[HOLES.get(m.group(1), m.group(1))], chosen)


def read_bank(rows: Iterable[Mapping[str, Any]]) -> Bank:
    """The bank in a file, of appointments only; `BadInput` names a row of another shape."""
    found: dict[str, list[str]] = {}
    by_signature: dict[tuple[str, str], str] = {one: act for act, all_ in SIGNATURES.items() for one in all_}
    for row in rows:
        one = fit(Row, row, "a row has family, after, acts and templates")
        act = by_signature.get((one.after, one.acts))
        if act is not None and one.family == "Services":
            found.setdefault(act, []).extend(one.templates)
    if not found:
        raise BadInput("this bank has no sentences about appointments (family Services)")
    return Bank({act: tuple(listed) for act, listed in found.items()})


def _holes(template: str) -> set[str]:
    return {HOLES.get(name, name) for name in map(str, _HOLE.findall(template))}
