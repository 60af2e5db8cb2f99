"""A reader that plays back what a model read before, from a file of JSON lines; with that model it records."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr

from domain.reading import Reading
from graphs.readers.filling import ReadingModel
from graphs.readers.prompt import VERSION, asked


class NoRecording(LookupError):
    """The cassette holds no reading for this turn."""


class CassetteModel(ReadingModel):
    """Plays back from `path`; with a `live` model it asks that one instead and appends what it reads.

    The key is the text and what we knew, without the time of day: a reading holds words, never dates, so a recording
    serves on any day. A later line replaces an earlier one with the same key. A turn that was not recorded raises
    NoRecording, which no caller takes for a failing model.
    """

    path: Path
    live: BaseChatModel | None = None
    name: str | None = "cassette"
    _recorded: dict[str, Reading] = PrivateAttr(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return "cassette"

    def model_post_init(self, context: Any, /) -> None:
        """Read the recordings; raises pydantic's ValidationError for a reading of another form."""
        super().model_post_init(context)
        if self.path.exists():
            lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines() if line.strip()]
            self._recorded = {line["key"]: Reading.model_validate(line["reading"]) for line in lines}

    async def aclose(self) -> None:
        """Let go of the live model."""
        if isinstance(self.live, ReadingModel):
            await self.live.aclose()

    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Return the recorded reading of these messages, or record it."""
        text, context = asked(given)
        known = {name: value for name, value in json.loads(context).items() if name != "now"}
        key = recording_key(text, known)
        if self.live is not None:
            return await self._record(self.live, given, {"key": key, "text": text, "known": known})
        if key not in self._recorded:
            raise NoRecording(f"{self.path} has no recording {key} for {text!r}: record it with a model")
        return self._recorded[key]

    async def _record(self, live: BaseChatModel, given: Sequence[BaseMessage], entry: dict[str, Any]) -> Reading:
        reading = await live.with_structured_output(Reading).ainvoke(list(given))
        if not isinstance(reading, Reading):
            raise OutputParserException("the answer was not the form Reading.")
        self._recorded[entry["key"]] = reading
        _append(self.path, entry | {"by": live.get_name(), "prompt": VERSION, "reading": reading.model_dump()})
        return reading


def recording_key(text: str, known: dict[str, Any]) -> str:
    """Return the key of a turn: a hash of the text, spaces and composition aside, and of what we knew."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return sha256(json.dumps([words, known], sort_keys=True).encode()).hexdigest()[:16]


def _append(path: Path, entry: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
