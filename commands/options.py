"""The options that commands share, and what they stand for."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import BadInput

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Home = Annotated[Path | None, typer.Option("--home", help="Where data lives (QOTBOT_HOME, default ./.qotbot).")]
ChatHome = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Where data lives (QOTBOT_HOME, default ./.qotbot); with --now or --business a new place that is thrown"
        " away, unless it is named here.",
    ),
]
Folder = Annotated[
    Path | None, typer.Option("--business", help="A folder with business.yaml; default: the salon pack.")
]


def home_of(given: Path | None) -> Path:
    """The home that is named, else the configured one."""
    from domain.configuration import Configuration

    return given or Configuration().home


def business_of(given: Path | None) -> Path:
    """The business's folder that is named, else the salon pack."""
    return given or Path(__file__).resolve().parent.parent / "packs" / "salon"


def opened(home: Path | None, business: Path | None) -> Any:
    """The records of a home, to be read."""
    from commands.opening import open_home

    return open_home(home_of(home), business_of(business))


def writable(*files: Path | None) -> None:
    """See that files can be written, before the work that fills them; `BadInput` names the one that cannot."""
    for file in files:
        if file is None:
            continue
        new = not file.exists()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.open("a").close()
        except OSError as problem:
            raise BadInput(f"{file}: cannot be written: {problem.strerror}; name another file") from problem
        if new:
            file.unlink()


def lines_of_stdin() -> Iterator[str]:
    """The lines of standard input that are not blank; what is no UTF-8 is replaced. `BadInput` where there are none."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    nothing = True
    for line in sys.stdin:
        if line.strip():
            nothing = False
            yield line
    if nothing:
        raise BadInput("nothing came on standard input; write one question a line")


def instant_of(text: str | None) -> datetime | None:
    """The instant that is named; a time without a zone is UTC. `BadInput` where it is no time."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise BadInput(f"--now {text!r} is not a time; write it like 2026-11-23T09:00:00-05:00") from problem
    return found if found.tzinfo else found.replace(tzinfo=UTC)
