"""The built wheel, installed where another project's `channels` already stands, harms nobody and works."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from tree import FOLDERS, MODULES, ROOT

from qotbot import __version__

THEIRS = '"""Stands for Django Channels."""\n\n__version__ = "4.3"\n'


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program without the checkout on its path and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def their_wheel(folder: Path) -> Path:
    """Write the wheel of another project that owns a top folder called `channels`."""
    wheel, about = folder / "channels-4.3-py3-none-any.whl", "channels-4.3.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("channels/__init__.py", THEIRS)
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: channels\nVersion: 4.3\n")
        file.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(
            f"{about}/RECORD", f"channels/__init__.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    return wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it, as a release does; return the wheel."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (wheel,) = out.glob("*.whl")
    assert (out / f"qotbot-{__version__}.tar.gz").is_file()
    return wheel


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install both wheels in a fresh environment that sees this one's dependencies; return its folder."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        home / "bin" / "python",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    )
    run(*pip, their_wheel(home), built, cwd=home)
    # Read from a .pth so that this environment's own .pth files, the editable checkout among them, are not followed.
    (site(home) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def site(home: Path) -> Path:
    """Return the folder where the environment keeps its packages."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))


def test_the_wheel_writes_only_under_its_own_name(built: Path) -> None:
    assert {name.split("/")[0] for name in zipfile.ZipFile(built).namelist()} == {
        "qotbot",
        f"qotbot-{__version__}.dist-info",
    }


def test_the_wheel_holds_the_whole_application(built: Path) -> None:
    shipped = set(zipfile.ZipFile(built).namelist())
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    files += [ROOT / module for module in MODULES if (ROOT / module).exists()]
    wanted = {f"qotbot/app/{file.relative_to(ROOT).as_posix()}" for file in files if "__pycache__" not in file.parts}
    assert wanted == {name for name in shipped if name.startswith("qotbot/app/")}


@pytest.mark.parametrize(
    "kept",
    [
        "records/migrations/versions/*.py", "records/migrations/script.py.mako", "guards/data/*.toml",
        "desk/templates/*.html", "desk/static/*", "desk/static/vendor/*", "channels/chat_static/*",
        "channels/fake/static/*", "packs/salon/**/*.md", "packs/salon/*.yaml", "packs/salon/scenarios/*.yaml",
        "evals/suites/*/*.yaml", "evals/*.json", "evals/*.j2",
    ],
)  # fmt: skip
def test_the_wheel_ships_what_is_no_module(built: Path, kept: str) -> None:
    shipped = set(zipfile.ZipFile(built).namelist())
    files = [file for file in ROOT.glob(kept) if file.is_file()]
    assert files, "nothing of the kind is there"
    assert {f"qotbot/app/{file.relative_to(ROOT).as_posix()}" for file in files} <= shipped


MIGRATES = """
import sys, qotbot; sys.path.insert(0, str(qotbot.home()))
from records import database, upgrade
from guards.optout import keywords
from compose import load_pack
opened = database.open_database("sqlite:///moved.db")
upgrade.upgrade(opened)
print(bool(keywords("sms")["stop"]), load_pack(qotbot.home() / "packs" / "salon").business.id)
"""


def test_the_installed_application_migrates_and_reads_its_data(installed: Path) -> None:
    assert run(installed / "bin" / "python", "-c", MIGRATES, cwd=installed) == "True salon\n"


def test_the_installed_application_plays_shipped_cases(installed: Path) -> None:
    """Cases, their own tools, the salon and the page of a report all come with the wheel."""
    words = ("eval", "run", "door", "-k", "nothing-is-kept", "--html", "page.html")
    assert "1 of 1 runs passed" in run(installed / "bin" / "qotbot", *words, cwd=installed)
    assert "nothing-is-kept" in (installed / "page.html").read_text("utf-8")


def test_an_editable_install_runs_the_checkout_itself(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["editable"])
    with zipfile.ZipFile(wheel) as file:
        assert not [name for name in file.namelist() if "app/" in name]
        assert file.read("_qotbot.pth").decode().strip() == str(ROOT)


def test_the_command_answers_beside_the_other_project(installed: Path) -> None:
    assert run(installed / "bin" / "qotbot", "--version", cwd=installed) == f"qotbot {__version__}\n"


def test_each_finds_its_own_channels(installed: Path) -> None:
    python = installed / "bin" / "python"
    theirs = run(python, "-c", "import channels; print(channels.__file__, channels.__version__)", cwd=installed)
    assert theirs == f"{site(installed)}/channels/__init__.py 4.3\n"
    assert (site(installed) / "channels" / "__init__.py").read_text() == THEIRS
    ours = "import sys, qotbot; sys.path.insert(0, str(qotbot.home())); import channels; print(channels.__file__)"
    assert run(python, "-c", ours, cwd=installed) == f"{site(installed)}/qotbot/app/channels/__init__.py\n"
