"""The `qotbot` command finds its own folders, whatever else is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import qotbot

TELL = "def main():\n    import sys, domain\n    print(__file__, domain.__file__, sys.argv[1:])\n"


@pytest.fixture
def decoys(tmp_path: Path) -> Path:
    """A folder ahead of everything on the path, with modules of other people under our names."""
    folder = tmp_path / "decoys"
    folder.mkdir()
    for name in ("cli.py", "domain.py"):
        (folder / name).write_text("raise SystemExit('a stranger was imported')\n")
    return folder


def command(tree: Path, decoys: Path, *arguments: str) -> str:
    """Run the command of the copy in `tree` and return what it printed."""
    start = f"import sys; sys.path[:0] = [{str(decoys)!r}, {str(tree)!r}]; import qotbot; qotbot.main()"
    done = subprocess.run([sys.executable, "-I", "-c", start, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("application", [".", "qotbot/app"], ids=["checkout", "installed"])
def test_the_application_beside_it_is_run(tmp_path: Path, decoys: Path, application: str) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(Path(qotbot.__file__).parent, tree / "qotbot", ignore=shutil.ignore_patterns("__pycache__"))
    home = tree / application
    (home / "domain").mkdir(parents=True)
    (home / "domain" / "__init__.py").touch()
    (home / "cli.py").write_text(TELL)
    told = command(tree, decoys, "run", "--version")
    assert told == f"{home.resolve()}/cli.py {home.resolve()}/domain/__init__.py ['run', '--version']\n"


def test_the_version_is_told_without_the_application(tmp_path: Path, decoys: Path) -> None:
    shutil.copytree(Path(qotbot.__file__).parent, tmp_path / "qotbot", ignore=shutil.ignore_patterns("__pycache__"))
    assert command(tmp_path, decoys, "--version") == f"qotbot {qotbot.__version__}\n"
