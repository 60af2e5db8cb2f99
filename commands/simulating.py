"""`qotbot simulate` on the command line: what would happen, played on the offline phone company."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Json, business_of
from domain.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="What would happen, played on the offline phone company.")
FAILED = 1
Case = Annotated[list[str] | None, typer.Option("--case", help="A case to play; may be given again. See --list.")]


@app.callback()
def simulate() -> None:
    """What would happen, played on the offline phone company."""


@app.command("missed-call")
def missed_call(
    *,
    case: Case = None,
    every: Annotated[bool, typer.Option("--all", help="Play every case.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the cases.")] = False,
    business: Folder = None,
    as_json: Json = False,
) -> None:
    """Play calls that nobody takes, over signed webhooks; exit 1 where one ends in another way than it should."""
    from commands.missed_calls import CASES, play, printed

    if listed:
        typer.echo("\n".join(f"{name:14} {one.what}" for name, one in CASES.items()))
        return
    wanted = list(CASES) if every else list(case or ())
    if unknown := [name for name in wanted if name not in CASES]:
        raise BadInput(f"there is no case {unknown[0]!r}: choose among {', '.join(CASES)}")
    if not wanted:
        raise BadInput("name a --case, or play --all; --list tells which there are")
    good = True
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="qotbot-calls-") as folder:
            told = asyncio.run(play(CASES[name], Path(folder), business_of(business)))
        good = good and told["as_expected"]
        typer.echo(json.dumps({"case": name, **told}, ensure_ascii=False) if as_json else printed(name, told))
    raise typer.Exit(0 if good else FAILED)
