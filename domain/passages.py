"""Headed Markdown files: parts under `##` headings, each paragraph with its line."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph; `line` counts from one."""

    line: int
    text: str


@dataclass(slots=True)
class Part:
    """What stands under one heading."""

    file: str
    line: int
    heading: str
    passages: list[Passage] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, in one paragraph."""
        return " ".join(p.text for p in self.passages)


def parts(name: str, text: str) -> list[Part]:
    """The parts of a file in order; chapters (`#`) are for readers only. `ConfigurationError` where it has no part."""
    found: list[Part] = []
    open_paragraph: list[str] = []
    began = 0

    def close() -> None:
        if open_paragraph and found:
            found[-1].passages.append(Passage(began, " ".join(" ".join(open_paragraph).split())))
        open_paragraph.clear()

    for number, line in enumerate(text.splitlines(), start=1):
        heading = line.startswith("##") and line[2:3].isspace()
        if heading or not line.strip() or (line.startswith("#") and line[1:2].isspace()):
            close()
            if heading:
                found.append(Part(name, number, line[2:].strip()))
            continue
        began = began if open_paragraph else number
        open_paragraph.append(line)
    close()
    if not found:
        raise ConfigurationError(f"{name}:1: no '## heading' found; every part starts with one")
    return found
