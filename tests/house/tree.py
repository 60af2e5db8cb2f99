"""The project's own source as syntax trees, for the tests that judge it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hatch_build import FOLDERS, MODULES

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = (*FOLDERS, *MODULES, "qotbot", "hatch_build.py")
EVERYTHING = (*PRODUCT, "tests", "bench", "docs")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root, its text, and every node of its tree."""

    path: str
    text: str
    nodes: tuple[ast.AST, ...]

    @property
    def room(self) -> str:
        """The root folder, or the root module without its suffix, that the file belongs to."""
        return self.path.split("/")[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return self.text.count("\n")

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones too."""
        for node in self.nodes:
            if isinstance(node, Function):
                yield node

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield each call with the dotted name called: `.deliver` where what stands before the dot is not a name."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield dotted(node.func), node

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield line and dotted name of everything imported, at the top or later; `a.b.c` for `from a.b import c`."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or attribute, with the unnameable part left empty."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def parse(path: str, text: str) -> Source:
    """Return the source of this text, as if it stood at `path`."""
    return Source(path, text, tuple(ast.walk(ast.parse(text, path))))


@cache
def _read(file: Path) -> Source:
    return parse(file.relative_to(ROOT).as_posix(), file.read_text())


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """Return the Python files of these root folders and modules, those that exist, in order of path."""
    files = [
        file for room in rooms for file in ((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room])
    ]
    return tuple(_read(file) for file in sorted(files) if file.exists())
