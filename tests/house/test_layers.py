"""Who may import whom where import-linter cannot look: the root modules, single files, folders nobody placed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from tree import FOLDERS, MODULES, PRODUCT, ROOT, Source, parse, sources

ORDER = (
    "domain",
    "records",
    "guards",
    "tools",
    "graphs",
    "channels",
    "workers",
    "desk",
    "compose",
    "evals",
    "server",
    "commands",
    "cli",
)
ROOT_MODULES = {name.removesuffix(".py") for name in MODULES}
OTHER_FOLDERS = {"tests", "docs", "bench", "qotbot", "dist", "build"}
WEB = {"server"}
# Where a root module may use a library that import-linter keeps inside one folder.
HOMES = {
    "langgraph": set[str](), "langchain_core": set[str](), "langchain_openai": set[str](), "twilio": set[str](),
    "sqlalchemy": set[str](), "alembic": set[str](), "psycopg": set[str](), "psycopg_pool": set[str](),
    "sqlite3": set[str](), "redis": set[str](), "fastapi": WEB, "starlette": WEB, "uvicorn": {"server"},
}  # fmt: skip
Rule = Callable[[Source], Iterator[str]]


def root_modules_look_down(source: Source) -> Iterator[str]:
    for line, name in source.imports():
        target = name.split(".")[0]
        touches_root = source.room in ROOT_MODULES or target in ROOT_MODULES
        if touches_root and source.room in ORDER and target in ORDER and ORDER.index(target) > ORDER.index(source.room):
            yield f"{source.path}:{line}: {source.room} may not import {target}"


def root_modules_leave_libraries_home(source: Source) -> Iterator[str]:
    for line, name in source.imports():
        library = name.split(".")[0]
        if source.room in ROOT_MODULES and source.room not in HOMES.get(library, {source.room}):
            yield f"{source.path}:{line}: {source.room} may not import {library}"


def redis_stays_in_live(source: Source) -> Iterator[str]:
    for line, name in source.imports():
        if name.split(".")[0] == "redis" and source.path != "records/live.py":
            yield f"{source.path}:{line}: Redis is used in records/live.py only"


def only_the_claim_mints(source: Source) -> Iterator[str]:
    uses = [(line, name) for line, name in source.imports() if name == "domain.permit.mint"]
    uses += [(call.lineno, name) for name, call in source.calls() if name.endswith("permit.mint")]
    if source.path not in {"records/actions.py", "domain/permit.py"}:
        yield from (f"{source.path}:{line}: only records/actions.py mints permits" for line, _ in uses)


def only_deliveries_deliver(source: Source) -> Iterator[str]:
    """Deliveries call the tool's `deliver`; the message tool's is the switchboard's, which calls the channel's."""
    for name, call in source.calls():
        if name.endswith(".deliver") and source.path not in {"workers/deliveries.py", "channels/switchboard.py"}:
            yield f"{source.path}:{call.lineno}: only workers/deliveries.py calls deliver"


def only_the_message_tool_sends(source: Source) -> Iterator[str]:
    for name, call in source.calls():
        if name.endswith(("ports.send", "switchboard.send", "out.send")) and source.path != "tools/message.py":
            yield f"{source.path}:{call.lineno}: only the message tool hands words to the switchboard"


SILENT = ("graphs/untraced.py", "graphs/readers/", "graphs/langchain_tool.py")


def graphs_run_untraced(source: Source) -> Iterator[str]:
    """Readers call models inside a graph that runs untraced; a wrapped LangChain tool is silenced at its call."""
    for name, call in source.calls():
        runs = name.endswith((".ainvoke", ".astream", ".astream_events", ".invoke", ".stream"))
        if runs and name != "untraced.invoke" and not source.path.startswith(SILENT):
            yield f"{source.path}:{call.lineno}: only graphs/untraced.py runs a graph"


RULES: list[Rule] = [
    root_modules_look_down,
    root_modules_leave_libraries_home,
    redis_stays_in_live,
    only_the_claim_mints,
    only_deliveries_deliver,
    only_the_message_tool_sends,
    graphs_run_untraced,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    assert not (found := [broken for source in sources(*PRODUCT) for broken in rule(source)]), "\n".join(found)


BROKEN: list[tuple[Rule, str, str]] = [
    (root_modules_look_down, "compose.py", "from evals.run import play"),
    (root_modules_look_down, "guards/hours.py", "def judge():\n    import server"),
    (root_modules_look_down, "evals/run.py", "from server import app"),
    (root_modules_leave_libraries_home, "cli.py", "from fastapi import FastAPI"),
    (root_modules_leave_libraries_home, "compose.py", "from sqlalchemy import text"),
    (redis_stays_in_live, "records/jobs.py", "from redis.asyncio import Redis"),
    (only_the_claim_mints, "guards/door.py", "from domain.permit import mint"),
    (only_the_claim_mints, "workers/turns.py", "from domain import permit\npermit.mint('a')"),
    (only_deliveries_deliver, "workers/turns.py", "async def run(channel):\n    await channel.deliver(permit, words)"),
    (graphs_run_untraced, "graphs/turn.py", "async def run_turn(graph):\n    await graph.ainvoke({})"),
    (only_the_message_tool_sends, "tools/book.py", "async def deliver(permit):\n    await ports.send(permit, words)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_breach_is_found(rule: Rule, path: str, text: str) -> None:
    assert len([*rule(parse(path, text))]) == 1


KEPT = [
    ("cli.py", "import server\nfrom evals.run import play"),
    ("server.py", "from fastapi import FastAPI\nfrom compose import compose"),
    ("records/live.py", "from redis.asyncio import Redis"),
    ("records/actions.py", "from domain.permit import mint\nmint('a')"),
    ("workers/deliveries.py", "tool.deliver(permit, words)"),
    ("channels/switchboard.py", "channel.deliver(permit, words)"),
    ("tools/message.py", "ports.send(permit, words)"),
    ("graphs/turn.py", "async def run_turn(graph):\n    await untraced.invoke(graph, {})"),
]


@pytest.mark.parametrize(("path", "text"), KEPT)
def test_what_belongs_is_left_alone(path: str, text: str) -> None:
    assert not [broken for rule in RULES for broken in rule(parse(path, text))]


def unplaced(root: Path) -> set[str]:
    """Return the folders and modules at the root that stand in no list."""
    folders = {path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    modules = {path.name for path in root.glob("*.py")}
    return (folders - {*FOLDERS, *OTHER_FOLDERS}) | (modules - {*MODULES, "hatch_build.py"})


def test_every_folder_has_a_place() -> None:
    assert not unplaced(ROOT), "give it a place in the layers: here, in hatch_build.py and in pyproject.toml"


def test_a_folder_nobody_placed_is_found(tmp_path: Path) -> None:
    for name in ("guards", "packs", "services", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "run.py").touch()
    assert unplaced(tmp_path) == {"services", "run.py"}


def test_the_tools_look_at_every_folder() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    folders = set(FOLDERS) - {"packs"}
    assert set(tool["importlinter"]["root_packages"]) == folders
    assert set(tool["mypy"]["files"]) == folders | {"*.py", "qotbot"}
    assert set(tool["pyright"]["include"]) == folders | {"*.py", "qotbot", "tests"}
    assert set(tool["ruff"]["lint"]["isort"]["known-first-party"]) == folders | ROOT_MODULES | {"qotbot", "bench"}


def test_packs_hold_no_code() -> None:
    assert not sources("packs")


def test_no_installed_package_has_our_names() -> None:
    ours = {*FOLDERS, *ROOT_MODULES, "qotbot"}
    taken = {name: owners for name, owners in packages_distributions().items() if name in ours and owners != ["qotbot"]}
    assert not taken


PLANTED = {
    "Folders look only downwards": ("guards", "import tools"),
    "LangGraph and LangChain live in graphs": ("evals", "import langchain_core.messages"),
    "Twilio lives in channels": ("workers", "from twilio.rest import Client"),
    "SQL lives in records": ("tools", "from sqlalchemy import text"),
    "The web framework lives in channels and desk": ("domain", "from starlette.requests import Request"),
    "Redis lives in records": ("channels", "import redis"),
}


def test_import_linter_finds_each_planted_breach(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in set(FOLDERS) - {"packs"}:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    for folder, text in PLANTED.values():
        (tmp_path / folder / "planted.py").write_text(text)
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert set(re.findall(r"^(.+) (?:BROKEN|KEPT)$", report, re.MULTILINE)) == set(PLANTED), report
    assert " KEPT" not in report
