"""The command, and a home in which something waits for staff."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terminal import Qotbot, Ran, typed_into

LINES = """I'd like a balayage
next week any time
the first one
yes
I'd like my deposit back please
yes
"""


@pytest.fixture
def qotbot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Qotbot:
    """Return how to run the command: its arguments, and what is typed into it."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, typed: str = "") -> Ran:
        capsys.readouterr()
        code = typed_into(monkeypatch, *arguments, typed=typed)
        seen = capsys.readouterr()
        return Ran(code, seen.out, seen.err)

    return run


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home where a visitor of the chat booked and asked for the deposit back, which waits for staff."""
    home = tmp_path_factory.mktemp("waiting") / "home"
    with pytest.MonkeyPatch.context() as patch:
        assert typed_into(patch, "chat", "--home", home, typed=LINES) == 0
    return home


@pytest.fixture
def home(waiting: Path, tmp_path: Path) -> Path:
    """Return a copy of that home for one test."""
    return Path(shutil.copytree(waiting, tmp_path / "home"))
