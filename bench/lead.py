"""The one turn that every contender is given: a lead, taken down by one tool with an effect."""

from __future__ import annotations

from typing import Any

from domain.reading import Listening, Reading, Said

TASK = "quote"


def words(n: int) -> str:
    """What the customer writes in the n-th turn; all have one length."""
    return f"I want a quote for a bridal updo number {n:06d}, my name is Mia Wong"


def reading(text: str, _listening: Listening) -> Reading:
    """What a model reads in it, at once."""
    return Reading(said=[Said(act="request", task=TASK, name="Mia Wong", question=text, quote=text)])


def arguments(text: str) -> dict[str, Any]:
    """What the tool is called with."""
    return {"name": "Mia Wong", "need": text}
