"""`qotbot hours` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Json, lines_of_stdin

app = typer.Typer(no_args_is_help=True, help="When what the business begins may reach a person.")
USAGE = 2
Policy = Annotated[
    Path | None, typer.Option("--business", help="A folder whose policy binds too; default: the law only.")
]


@app.callback()
def hours() -> None:
    """When what the business begins may reach a person."""


@app.command()
def check(business: Policy = None, as_json: Json = False) -> None:
    """Judge one JSON object a line on standard input: utc, and zones, states or number, and purpose.

    A line that cannot be judged is answered with its error; the others still are, and the command ends with 2.
    """
    from commands.hours import answers, printed

    failed = False
    for told in answers(lines_of_stdin(), business):
        failed = failed or "error" in told
        typer.echo(json.dumps(told) if as_json else printed(told))
    raise typer.Exit(USAGE if failed else 0)
