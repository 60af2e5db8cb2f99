"""`qotbot contact …` on the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Home, Json, business_of, home_of, opened

app = typer.Typer(no_args_is_help=True, help="What is held on a person: export it, forget it.")
Who = Annotated[str, typer.Argument(help="A telephone number or another address, or the beginning of a contact's id.")]


@app.command()
def export(
    who: Who,
    *,
    to: Annotated[Path | None, typer.Option("--to", help="Write to a file instead of standard output.")] = None,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Print everything that is held on a person, as JSON."""
    from commands.contact import exported

    told = json.dumps(exported(opened(home, business), who), indent=2, ensure_ascii=False)
    if to is None:
        typer.echo(told)
    else:
        to.write_text(told + "\n", "utf-8")
        typer.echo(f"written to {to}")


@app.command()
def forget(
    who: Who,
    *,
    by: Annotated[str | None, typer.Option(help="Who does it; default: the user of this machine.")] = None,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Erase a person's words, names and addresses everywhere; a STOP goes on holding, the ledger goes on verifying."""
    from commands.contact import forgotten

    asyncio.run(forgotten(home_of(home), business_of(business), (who, by), as_json=as_json))
