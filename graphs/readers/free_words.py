"""A model that may use its own words: only evaluations ask for them, and nothing it says is ever done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from domain.errors import BadInput
from graphs.readers.filling import ReadingModel
from graphs.untraced import silence

Said = tuple[Literal["us", "them"], str]
Words = Callable[[str, Sequence[Said]], Awaitable[str]]


def free_words(model: Any) -> Words:
    """Ask a configured model with instructions and a talk, ours (`us`, what the model said before) and theirs."""
    if not isinstance(model, ReadingModel):
        raise BadInput("the phrasebook has no words of its own; name a language model with QOTBOT_MODEL")

    async def words(instructions: str, said: Sequence[Said]) -> str:
        talk: list[BaseMessage] = [AIMessage(t) if who == "us" else HumanMessage(t) for who, t in said]
        with silence():
            return (await model.words([SystemMessage(instructions), *talk])).strip()

    return words
