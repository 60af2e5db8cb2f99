"""How well the rules read wordings they were not made from: texts of another hand, half of them never tuned on.

Lines of a kind alternate between tuned and held. The figures stand in docs/figures.md; what falls below them fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Literal

import pytest

from guards.optout import classify

FOLDER = Path(__file__).parent / "wordings"
TEXTS = {"all": "texts"}  # "all" and "texts" both end every text; which it is decides about calls only


@dataclass(frozen=True, slots=True)
class Line:
    """A text with what it wishes, and which half it belongs to."""

    half: Literal["tuned", "held"]
    decision: str
    scope: str
    context: str
    text: str

    def read(self) -> tuple[str, str | None]:
        """What the rules make of it."""
        language = self.context.removeprefix("lang=") if self.context.startswith("lang=") else "en"
        context = "any" if self.context.startswith("lang=") else self.context
        wish = classify(self.text, context=context, language=language)
        return wish.decision, wish.scope


def lines(name: str) -> Iterator[Line]:
    """The lines of a file."""
    seen: Counter[str] = Counter()
    for row in (FOLDER / name).read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            decision, scope, context, text = row.split("|", 3)
            yield Line("held" if seen[decision] % 2 else "tuned", decision, scope, context, text)
            seen[decision] += 1


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's interval of 95 %."""
    z, share = 1.96, right / of
    middle, spread = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


WISHES, STRANGERS = list(lines("wishes.txt")), list(lines("strangers.txt"))
HELD = [one for one in WISHES if one.half == "held"]


def right(given: list[Line]) -> int:
    """How many are read as meant."""
    return sum(one.read()[0] == one.decision for one in given)


@pytest.mark.parametrize(
    ("given", "floor"),
    [
        ([one for one in HELD if one.decision == "OPT_OUT"], 0.88),
        ([one for one in HELD if one.decision == "NONE"], 0.92),
        (HELD, 0.90),
        ([one for one in WISHES if one.half == "tuned"], 0.97),
        (STRANGERS, 0.95),
    ],
    ids=["held opt-outs", "held others", "held", "tuned", "strangers"],
)
def test_what_is_read_right(given: list[Line], floor: float) -> None:
    found = right(given)
    low, high = interval(found, len(given))
    print(f"{found} of {len(given)} = {found / len(given):.3f} [{low:.3f}, {high:.3f}]")  # noqa: T201 - with -s
    assert found / len(given) >= floor, [(one.text, one.read()) for one in given if one.read()[0] != one.decision]


def test_an_opt_out_ends_what_it_names() -> None:
    read = [(one, *one.read()) for one in (*WISHES, *STRANGERS) if one.decision == "OPT_OUT"]
    wrong = [one.text for one, decision, scope in read
             if decision == "OPT_OUT" and TEXTS.get(scope or "", scope) != TEXTS.get(one.scope, one.scope)]  # fmt: skip
    assert len(wrong) <= 2, wrong


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's text, and whether a reasonable person reads in it that no more messages or calls are wanted."""

    revokes: bool
    channel: str
    text: str

    @property
    def held(self) -> bool:
        """Whether the rules were never tuned on it: told by its hash, so nobody chose."""
        return bool(sha256(self.text.encode()).digest()[0] % 2)

    def right(self) -> bool:
        """Whether the rules alone read it so."""
        return (classify(self.text, channel=self.channel).decision in ("OPT_OUT", "WRONG_NUMBER")) is self.revokes


def customers() -> list[Customer]:
    """The texts of customers.txt."""
    rows = [row.split("|", 2) for row in (FOLDER / "customers.txt").read_text("utf-8").splitlines() if row[0] != "#"]
    return [Customer(kind == "revokes", channel, text) for kind, channel, text in rows]


@pytest.mark.parametrize(
    ("held", "revokes", "floor"),
    [(True, True, 0.85), (True, False, 0.94), (False, True, 0.98), (False, False, 0.98)],
    ids=["held revocations", "held others", "tuned revocations", "tuned others"],
)
def test_customers_are_heard(held: bool, revokes: bool, floor: float) -> None:
    given = [one for one in customers() if (one.held, one.revokes) == (held, revokes)]
    found = sum(one.right() for one in given)
    low, high = interval(found, len(given))
    print(f"{found} of {len(given)} = {found / len(given):.3f} [{low:.3f}, {high:.3f}]")  # noqa: T201 - with -s
    assert found / len(given) >= floor
