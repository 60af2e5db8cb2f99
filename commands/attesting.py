"""`qotbot witness …` on the command line."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Home, Json, opened

app = typer.Typer(
    invoke_without_command=True,
    help="Show the ledger's head to somebody outside this machine, so that no one can rewrite it unseen.",
)
UNAVAILABLE = 4


@app.callback()
def witness(
    context: typer.Context,
    *,
    file: Annotated[Path | None, typer.Option("--file", help="Append to this file, whatever is configured.")] = None,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Hand the newest head to the witnesses now; exit 4 where one did not take it. 'qotbot serve' does it daily."""
    if context.invoked_subcommand is not None:
        return
    from commands.witness import shown

    found = asyncio.run(shown(opened(home, business), file))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
    else:
        for one in found:
            typer.echo(
                f"{one.witness}: {'has the head of' if one.kept else 'DID NOT TAKE the head of'} {one.size} leaves"
            )
    raise typer.Exit(0 if all(one.kept for one in found) else UNAVAILABLE)


@app.command("list")
def list_(business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """List the heads that left this machine, the newest first."""
    from commands.witness import listed
    from domain.clock import from_ms, iso

    found = listed(opened(home, business))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        typer.echo(f"{iso(from_ms(one.at))}  {one.size:8} leaves  {one.root[:16]}…  {one.witness}")
    if not found:
        typer.echo("No head has left this machine.")


@app.command()
def keep(
    file: Annotated[Path, typer.Argument(help="Where heads are kept, one JSON object a line.")],
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8100,
    key: Annotated[str | None, typer.Option(help="The only public key to believe (hex); else the first.")] = None,
) -> None:
    """Be the witness of another machine: take its heads over HTTP (QOTBOT_WITNESS_TOKEN) and keep those that grew."""
    from commands.keeping import Keeper, listen
    from domain.configuration import Configuration

    token = Configuration().witness_token
    with listen(Keeper(file, key), (host, port), token=token.get_secret_value() if token else None) as server:
        typer.echo(f"Keeping heads in {file}; they are taken at http://{host}:{port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("Stopped.")
