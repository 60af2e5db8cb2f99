"""A reader that plays back what a model read before, from a file of JSON lines; with that model it records."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
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

    Recordings name the `case` they were made in; recording a case again replaces its lines. A `teacher` reads by
    position in its case whatever it is asked, so that a changed prompt or flow voids nothing. Keys that no longer fit,
    and those asked with another prompt than today's, are kept in `drifted`; they serve all the same.
    """

    path: Path
    live: BaseChatModel | None = None
    case: str | None = None
    teacher: bool = False
    name: str | None = "cassette"
    drifted: list[str] = []
    _recorded: dict[str, Reading] = PrivateAttr(default_factory=dict)
    _prompts: dict[str, str | None] = PrivateAttr(default_factory=dict)
    _lines: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _others: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _at: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "cassette"

    def model_post_init(self, context: Any, /) -> None:
        """Read the recordings; raises pydantic's ValidationError for a reading of another form."""
        super().model_post_init(context)
        if self.path.exists():
            texts = self.path.read_text(encoding="utf-8").splitlines()
            lines = [_entry(n, text) for n, text in enumerate(texts, 1) if text.strip()]
            self._recorded = {line["key"]: Reading.model_validate(line["reading"]) for line in lines}
            self._prompts = {line["key"]: line.get("prompt") for line in lines}
            self._lines = [line for line in lines if line.get("case") == self.case]
            self._others = [line for line in lines if line.get("case") != self.case]

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
            entry = {"key": key, "text": text, "known": known, **({"case": self.case} if self.case else {})}
            return await self._record(self.live, given, entry)
        if self.teacher:
            return self._taught(key, text)
        if key not in self._recorded:
            raise NoRecording(
                f"{self.path} has no recording {key} for {text!r}: record it with a model{self._near(text, known)}"
            )
        if self._prompts[key] != VERSION:
            self.drifted.append(key)
        return self._recorded[key]

    def _taught(self, key: str, text: str) -> Reading:
        if self._at >= len(self._lines):
            raise NoRecording(f"{self.path} holds {len(self._lines)} readings of {self.case}, none for {text!r}")
        line = self._lines[self._at]
        self._at += 1
        if line["key"] != key or line.get("prompt") != VERSION:
            self.drifted.append(key)
        return Reading.model_validate(line["reading"])

    def _near(self, text: str, known: dict[str, Any]) -> str:
        """What the closest recording differs in."""
        texts = {line["text"]: line for line in self._lines}
        close = get_close_matches(text, texts, n=1, cutoff=0.0)
        if not close:
            return ""
        line = texts[close[0]]
        other = [name for name in sorted({*known, *line["known"]}) if known.get(name) != line["known"].get(name)]
        return f"; the closest, {line['key']}, is of {close[0]!r}" + (
            f" and differs in {', '.join(other)}" if other else ""
        )

    async def _record(self, live: BaseChatModel, given: Sequence[BaseMessage], entry: dict[str, Any]) -> Reading:
        reading = await live.with_structured_output(Reading).ainvoke(list(given))
        if not isinstance(reading, Reading):
            raise OutputParserException("the answer was not the form Reading.")
        self._recorded[entry["key"]], self._prompts[entry["key"]] = reading, VERSION
        line = entry | {"by": live.get_name(), "prompt": VERSION, "reading": reading.model_dump()}
        if self.case is not None and not self._at:
            _write(self.path, [*self._others, line])
        else:
            _append(self.path, line)
        self._at += 1
        return reading


def _entry(number: int, text: str) -> dict[str, Any]:
    """A recording; ValueError names the line that is none."""
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"line {number}: not JSON: {problem}") from problem
    if not isinstance(found, dict) or not {"key", "reading", "text", "known"} <= found.keys():
        raise ValueError(f"line {number}: not a recording: it needs key, text, known and reading")
    return found


def recording_key(text: str, known: dict[str, Any]) -> str:
    """Return the key of a turn: a hash of the text, spaces and composition aside, and of what we knew."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return sha256(json.dumps([words, known], sort_keys=True).encode()).hexdigest()[:16]


def _write(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Replace the file at once, so that a process that dies leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
    new.replace(path)


def _append(path: Path, entry: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
