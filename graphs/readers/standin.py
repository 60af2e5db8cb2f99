"""A reader that another one stands behind, which may change between conversations; it counts what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.exceptions import ModelAPIError, OutputParserException
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr, SkipValidation

from domain.reading import Reading
from graphs.readers.filling import ReadingModel
from graphs.readers.scripted import OutOfScript


class StandIn(ReadingModel):
    """Asks whichever model was set last; told to fail, it answers like a broken server so many times."""

    name: str | None = "standin"
    failures: int = 0
    asked: int = 0
    lost: SkipValidation[LookupError | None] = None  # a turn that no script or recording knows
    _inner: Any = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "standin"

    def behind(self, inner: BaseChatModel | None, *, name: str) -> None:
        """Let `inner` read from now on; `name` is told as who read."""
        self._inner, self.name, self.failures, self.asked = inner, name, 0, 0
        self.lost = None

    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Return what the model behind reads."""
        self.asked += 1
        if self.failures > 0:
            self.failures -= 1
            raise ModelAPIError("the model was told to fail")
        if self._inner is None:
            raise OutOfScript("no reader stands behind")
        try:
            reading = await self._inner.with_structured_output(Reading).ainvoke(list(given))
        except LookupError as problem:
            self.lost = problem  # a turn that fails is tried again and put aside: whoever plays must still see why
            raise
        if not isinstance(reading, Reading):
            raise OutputParserException("the answer was not the form Reading.")
        return reading
