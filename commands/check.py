"""`qotbot check`: a business's files and wording, before anybody gets a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from compose import pack_files
from domain.pack import read_pack
from domain.settings import Pack
from guards.lint import Problem, campaign, lint


def problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with a business's wording; `ConfigurationError` where its settings cannot be read."""
    files = pack_files(folder)
    pack = read_pack(files)
    return lint(files, pack) + list(_campaigns(files, pack))


def _campaigns(files: dict[str, str], pack: Pack) -> Iterator[Problem]:
    for name in (n for n in files if n.startswith("campaigns/")):
        try:
            data: Any = YAML(typ="rt").load(files[name])
        except YAMLError:
            yield Problem(name, 1, "yaml", "error", "not valid YAML", "write name:, text: and audience:")
            continue
        text = data.get("text") if isinstance(data, CommentedMap) else None
        if not isinstance(data, CommentedMap) or not isinstance(text, str):
            yield Problem(name, 1, "yaml", "error", "there is no text", "write text: with what the campaign says")
            continue
        line = data.lc.key("text")[0] + 1
        yield from (Problem(name, line, "campaign", *told) for told in campaign(text, pack))


def printed(found: list[Problem]) -> str:
    """The findings for people."""
    if not found:
        return "nothing to mend"
    return "\n".join(f"{p.level:7} {p.file}:{p.line}: {p.rule}: {p.what}\n        fix: {p.fix}" for p in found)


def as_json(found: list[Problem]) -> list[dict[str, Any]]:
    """The findings for programs."""
    return [asdict(p) for p in found]
