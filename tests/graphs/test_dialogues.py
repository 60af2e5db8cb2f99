"""Whole conversations as customers really have them, in `dialogues/*.txt`: one composition, many customers.

`== title | channel` begins a conversation. `> words` is said by the customer, `>2 words` by somebody else, `@ minutes`
lets time pass. What follows is expected of the answer: `~` a pattern in it, `!` one that is not, `=` actions ("tool
state") in any order, or `= -` for none; `# n` bookings that stand afterwards.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playing import Answer, Playing, playing

from graphs.check import UNBACKED

FOLDER = Path(__file__).parent / "dialogues"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation of a file."""

    title: str
    channel: str
    lines: tuple[str, ...]


def _read(text: str) -> list[Dialogue]:
    found = []
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        head, *lines = block.strip().split("\n")
        title, _, channel = head.partition(" | ")
        found.append(Dialogue(title, channel, tuple(line for line in lines if line)))
    return found


DIALOGUES = [d for file in sorted(FOLDER.glob("*.txt")) for d in _read(file.read_text("utf-8"))]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def salon() -> AsyncIterator[Playing]:
    async with playing() as stage:
        yield stage


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda d: d.title)
async def test_a_conversation(salon: Playing, dialogue: Dialogue) -> None:
    await salon.begin()
    answer: Answer | None = None
    for line in dialogue.lines:
        mark, _, rest = line.partition(" ")
        if mark in (">", ">2"):
            answer = await salon.says(_spelled(rest), channel=dialogue.channel, who=2 if mark == ">2" else 1)
            _is_decent(answer, f"{dialogue.title}: {line}")
        elif mark == "@":
            answer = await salon.wait(float(rest))
        else:
            assert answer is not None
            _holds(answer, mark, rest, f"{dialogue.title}: {line}\n{answer}")


def _spelled(words: str) -> str:
    """`\\n` is a new line, `word * n` the word n times."""
    repeated = re.fullmatch(r"(.+) \* (\d+)", words)
    return (f"{repeated[1]} " * int(repeated[2]) if repeated else words).replace("\\n", "\n")


def _holds(answer: Answer, mark: str, rest: str, told: str) -> None:
    if mark == "~":
        assert re.search(rest, answer.text), told
    elif mark == "!":
        assert not re.search(rest, answer.text), told
    elif mark == "=":
        assert sorted(answer.actions) == ([] if rest == "-" else sorted(rest.split(", "))), told
    elif mark == "#":
        assert answer.bookings == int(rest), told
    else:
        raise ValueError(f"{told}: begin a line with > >2 @ ~ ! = or #")


def _is_decent(answer: Answer, told: str) -> None:
    """What holds for every answer: something is said, nothing twice and nothing in vain, and no seam shows."""
    told = f"{told}\n{answer}"
    assert answer.text.strip(), told
    assert len(set(answer.lines)) == len(answer.lines), told
    assert not answer.unbacked() and UNBACKED not in answer.text, told
    assert not re.search(r"[{}<>]|\bNone\b|  |\.\.|,,| ,| \.|\(\)", answer.text), told
    assert sum("?" in line for line in answer.lines) <= 1, told


def test_there_are_enough_of_every_kind() -> None:
    assert len(DIALOGUES) >= 60
    assert {d.channel for d in DIALOGUES} == {"web", "sms", "call"}
    assert len({d.title for d in DIALOGUES}) == len(DIALOGUES)
