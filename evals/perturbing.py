"""The same case under rougher weather: typos, split and doubled messages, pauses, another channel, a killed process.

Each is a function of a case and a seed, so that a run can be repeated exactly. Expectations stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from domain.errors import BadInput
from evals.case import Case, Restart, Turn, Webhook

SHORTEST = 13  # characters: a shorter text (a yes, STOP, a code) may mean something else with a typo in it
COMMITS = 9
NEAR: Final = {"a": "s", "e": "r", "i": "o", "o": "p", "t": "y", "n": "m", "s": "d", "r": "t", "h": "j", "u": "i"}


def typos(case: Case, random: Random) -> Case:
    """One slip in every longer text: a letter doubled, dropped, swapped or its neighbour."""
    return _speaking(case, lambda turn: turn.model_copy(update={"user": [_slip(t, random) for t in turn.user or []]}))


def split(case: Case, random: Random) -> Case:
    """Longer texts come as two messages, one right after the other."""

    def parts(text: str) -> list[str]:
        words = text.split()
        if len(text) < SHORTEST or len(words) < 2:
            return [text]
        at = random.randrange(1, len(words))
        return [" ".join(words[:at]), " ".join(words[at:])]

    if case.channel != "sms":
        return case
    return _speaking(
        case, lambda turn: turn.model_copy(update={"user": [p for text in turn.user or [] for p in parts(text)]})
    )


def doubled(case: Case, random: Random) -> Case:
    """The carrier posts every message twice."""
    turns = [
        t for turn in case.turns for t in (turn, *([Turn(webhook=Webhook(duplicate=True))] if turn.heard_as else []))
    ]
    return case.model_copy(update={"turns": turns})


def pauses(case: Case, random: Random) -> Case:
    """The customer takes 40 seconds, or some minutes, before they go on."""
    turns = [
        t for turn in case.turns for t in (*([Turn(wait=random.choice(("40s", "4m")))] if turn.user else []), turn)
    ]
    return case.model_copy(update={"turns": turns})


def switched(case: Case, random: Random) -> Case:
    """One answer is given by telephone instead of by text."""
    spoken = [k for k, turn in enumerate(case.turns) if turn.user and k]
    if case.channel != "sms" or not spoken:
        return case
    at = random.choice(spoken)
    turns = [t.model_copy(update={"channel": "call"}) if k == at else t for k, t in enumerate(case.turns)]
    return case.model_copy(update={"turns": turns})


def killed(case: Case, random: Random) -> Case:
    """The process is killed in the middle of one turn, after some commit of it."""
    spoken = [k for k, turn in enumerate(case.turns) if turn.heard_as]
    if not spoken:
        return case
    at, commit = random.choice(spoken), random.randrange(1, COMMITS)
    turns = [*case.turns[:at], Turn(restart=Restart(after_commit=commit)), *case.turns[at:]]
    return case.model_copy(update={"turns": turns})


PERTURBATIONS: Final[dict[str, Callable[[Case, Random], Case]]] = {
    "typos": typos, "split": split, "doubled": doubled, "pauses": pauses, "switched": switched, "killed": killed,
}  # fmt: skip


def perturbed(case: Case, name: str, seed: int) -> Case:
    """The case under one perturbation; `BadInput` where there is none of that name."""
    if name not in PERTURBATIONS:
        raise BadInput(f"there is no perturbation {name!r}; there are {', '.join(PERTURBATIONS)}")
    return PERTURBATIONS[name](case, Random(f"{case.id}:{name}:{seed}"))  # noqa: S311  to be repeated, not to be secret


def _speaking(case: Case, change: Callable[[Turn], Turn]) -> Case:
    return case.model_copy(update={"turns": [change(turn) if turn.user else turn for turn in case.turns]})


def _slip(text: str, random: Random) -> str:
    places = [k for k, c in enumerate(text) if c.isalpha() and c.islower()]
    if len(text) < SHORTEST or not places:
        return text
    at = random.choice(places)
    kind = random.choice(("double", "drop", "near"))
    put = {"double": text[at] * 2, "drop": "", "near": NEAR.get(text[at], text[at])}[kind]
    return text[:at] + put + text[at + 1 :]
