"""Findings about values from a YAML text, told with the line they stand on and how to mend them."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq


def plain(value: Any) -> Any:
    """The values without the places they came from."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def line_of(data: Any, path: tuple[str | int, ...]) -> int:
    """The line, from 1, of the value that a path leads to, or of the nearest one around it."""
    line = 1
    for part in path:
        if isinstance(data, CommentedMap) and part in data:
            line = data.lc.key(part)[0] + 1
        elif isinstance(data, CommentedSeq) and isinstance(part, int) and part < len(data):
            line = data.lc.item(part)[0] + 1
        else:
            break
        data = data[part]
    return line


def place_of(path: tuple[str | int, ...]) -> str:
    """The path as people write it."""
    return ".".join(str(p) for p in path if not str(p).startswith("function-")) or "the file"


def fix_of(error: Any) -> str:
    """What pydantic found, as what to do about it."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "unknown setting; remove it or correct its spelling"
    if error["type"] == "missing":
        return "this setting is needed; add it"
    return f"{message} (found {error['input']!r})" if isinstance(error["input"], str | int | float) else message
