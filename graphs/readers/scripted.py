"""A reader that gives the readings it was handed: for tests, evals and playing the worst model there could be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from langchain_core.exceptions import ModelError
from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr, SkipValidation

from domain.reading import Listening, Reading
from graphs.readers.filling import ReadingModel
from graphs.readers.listening import listening_from_json
from graphs.readers.prompt import asked

Answer = Reading | ModelError
Script = Sequence[Answer] | Mapping[str, Answer] | Callable[[str, Listening], Answer]


class OutOfScript(LookupError):
    """The script holds no reading for this turn."""


class ScriptedModel(ReadingModel):
    """Reads by script: a sequence in its order, a mapping by the customer's text, or a function of text and context.

    An answer may be any Reading, however wrong, or an error to raise. A turn without an answer raises OutOfScript,
    which no caller takes for a failing model.
    """

    script: SkipValidation[Script]
    name: str | None = "scripted"
    _next: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Return the script's reading for these messages."""
        answer = self._answer(*asked(given))
        if isinstance(answer, ModelError):
            raise answer
        return answer

    def _answer(self, text: str, context: str) -> Answer:
        if isinstance(self.script, Mapping):
            if text not in self.script:
                raise OutOfScript(f"the script has no reading for {text!r}")
            return self.script[text]
        if not isinstance(self.script, Sequence):
            return self.script(text, listening_from_json(context))
        if self._next == len(self.script):
            raise OutOfScript(f"all {self._next} readings of the script are used up at {text!r}")
        self._next += 1
        return self.script[self._next - 1]
