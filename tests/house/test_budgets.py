"""How large files and functions may be, what they may be called, and what no file may do."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from tree import EVERYTHING, PRODUCT, Function, Source, dotted, parse, sources

FILE_LINES, MEDIAN_LINES, FUNCTION_LINES, PARAMETERS, BY_POSITION = 300, 130, 40, 5, 3
CATCH_ALL = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
Rule = Callable[[Source], Iterator[str]]


def file_size(source: Source) -> Iterator[str]:
    if source.lines > FILE_LINES:
        yield f"{source.path}: {source.lines} lines, at most {FILE_LINES}"


def function_size(source: Source) -> Iterator[str]:
    for function in source.functions():
        if (lines := _lines(function)) > FUNCTION_LINES:
            yield f"{source.path}:{function.lineno}: {function.name} has {lines} lines, at most {FUNCTION_LINES}"


def parameters(source: Source) -> Iterator[str]:
    """A method marked `override` keeps a library's signature; a command has as many options as it has, each by name."""
    for function in source.functions():
        if any(dotted(decorator) == "override" for decorator in function.decorator_list):
            continue
        by_position = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        by_position = by_position[1:] if by_position[:1] in (["self"], ["cls"]) else by_position
        count = len(by_position) + (0 if _is_command(source, function) else len(function.args.kwonlyargs))
        if count > PARAMETERS or len(by_position) > BY_POSITION:
            yield (
                f"{source.path}:{function.lineno}: {function.name} takes {count}, {len(by_position)} of them by "
                f"position; at most {PARAMETERS}, keyword-only past {BY_POSITION}"
            )


def pass_through(source: Source) -> Iterator[str]:
    for function in source.functions():
        if (rest := function.args.kwarg) is None:
            continue
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if any(k.arg is None and dotted(k.value) == rest.arg for k in call.keywords):
                yield f"{source.path}:{call.lineno}: {function.name} hands **{rest.arg} on; name the parameters"


def names(source: Source) -> Iterator[str]:
    for part in source.path.removesuffix(".py").split("/"):
        if CATCH_ALL & set(part.split("_")):
            yield f"{source.path}: {part!r} says nothing about what is in it"


def mocks(source: Source) -> Iterator[str]:
    for line, name in source.imports():
        if name.startswith(("unittest.mock", "mock.")) or name == "mock":
            yield f"{source.path}:{line}: mocks; use the shipped in-memory adapters or a real server"


def sleeps(source: Source) -> Iterator[str]:
    for name, call in source.calls():
        yields_only = bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
        if name in {"time.sleep", "asyncio.sleep", "anyio.sleep", "sleep"} and not yields_only:
            yield f"{source.path}:{call.lineno}: a test sleeps; wait for the event or move the clock"


def _is_command(source: Source, function: Function) -> bool:
    called = (decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call))
    return source.path.startswith(("cli.py", "commands/")) and any(dotted(one).endswith(".command") for one in called)


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def reads_environment(source: Source) -> bool:
    """Tell whether the file looks at environment variables itself."""
    seen = {dotted(node) for node in source.nodes if isinstance(node, ast.Attribute)}
    seen |= {name for _, name in source.imports()}
    return bool(seen & {"os.environ", "os.getenv", "os.environb"})


@pytest.mark.parametrize("rule", [file_size, function_size, names, mocks], ids=lambda rule: rule.__name__)
def test_every_file_keeps_to_the_budget(rule: Rule) -> None:
    assert not (found := [broken for source in sources(*EVERYTHING) for broken in rule(source)]), "\n".join(found)


@pytest.mark.parametrize("rule", [parameters, pass_through], ids=lambda rule: rule.__name__)
def test_the_product_keeps_to_the_budget(rule: Rule) -> None:
    assert not (found := [broken for source in sources(*PRODUCT) for broken in rule(source)]), "\n".join(found)


def test_no_test_sleeps() -> None:
    assert not (found := [broken for source in sources("tests") for broken in sleeps(source)]), "\n".join(found)


def test_no_two_test_files_share_a_name() -> None:
    """pytest imports test files by their name alone, so a second one of a name cannot be collected."""
    seen = Counter(source.path.split("/")[-1] for source in sources("tests") if "/test_" in source.path)
    assert not (twice := [name for name, times in seen.items() if times > 1]), f"rename one of each: {twice}"


def test_the_typical_file_is_short() -> None:
    written = sorted((source for source in sources(*PRODUCT) if source.lines > 3), key=lambda source: -source.lines)
    largest = ", ".join(f"{source.path} {source.lines}" for source in written[:5])
    assert median(source.lines for source in written) <= MEDIAN_LINES, f"the largest: {largest}"


def test_the_environment_is_read_in_one_file() -> None:
    readers = [source.path for source in sources(*PRODUCT) if reads_environment(source)]
    assert len(readers) <= 1, f"read settings once, in one file: {readers}"


BROKEN: list[tuple[Rule, str, str]] = [
    (file_size, "guards/hours.py", "x = 1\n" * 301),
    (function_size, "guards/hours.py", "async def judge():\n" + "    x = 1\n" * 40),
    (parameters, "guards/hours.py", "def judge(self, a, b, *, c, d, e, f): ..."),
    (parameters, "guards/hours.py", "class A:\n    def judge(self, a, b, c, d): ..."),
    (parameters, "cli.py", "def chat(*, a, b, c, d, e, f): ..."),
    (parameters, "cli.py", "@app.command()\ndef chat(a, b, c, d): ..."),
    (parameters, "channels/sms.py", "@app.command()\ndef chat(*, a, b, c, d, e, f): ..."),
    (pass_through, "guards/hours.py", "def judge(**rest):\n    return fold(**rest)"),
    (names, "guards/text_utils.py", ""),
    (names, "guards/common/hours.py", ""),
    (mocks, "tests/test_hours.py", "from unittest import mock"),
    (mocks, "tests/test_hours.py", "def test():\n    import unittest.mock"),
    (sleeps, "tests/test_hours.py", "import asyncio\nasync def test():\n    await asyncio.sleep(0.1)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_breach_is_found(rule: Rule, path: str, text: str) -> None:
    assert len([*rule(parse(path, text))]) == 1


KEPT: list[tuple[Rule, str, str]] = [
    (file_size, "guards/hours.py", "x = 1\n" * 300),
    (function_size, "guards/hours.py", "def judge():\n" + "    x = 1\n" * 39),
    (parameters, "guards/hours.py", "class A:\n    def judge(self, a, b, c, *, d, e): ..."),
    (parameters, "guards/hours.py", "class A(B):\n    @override\n    def judge(self, a, b, c, d, e, f): ..."),
    (parameters, "cli.py", "@app.command('talk')\ndef chat(*, a, b, c, d, e, f): ..."),
    (pass_through, "guards/hours.py", "def judge(**rest):\n    return fold(rest)"),
    (sleeps, "tests/test_hours.py", "import asyncio\nasync def test():\n    await asyncio.sleep(0)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_what_just_fits_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert not [*rule(parse(path, text))]


@pytest.mark.parametrize("text", ["import os\nos.environ['A']", "from os import getenv\ngetenv('A')"])
def test_a_look_at_the_environment_is_found(text: str) -> None:
    assert reads_environment(parse("guards/hours.py", text))
