"""`qotbot pause` and `qotbot resume` on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.options import Folder, Home, opened

app = typer.Typer()
By = Annotated[str | None, typer.Option(help="Who does it; default: the user of this machine.")]


@app.command()
def pause(
    *,
    reason: Annotated[str, typer.Option(help="Why, for the ledger.")] = "paused by hand",
    by: By = None,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Stop every message that the business begins; answers to customers go on."""
    from commands.brake import pause as put_on

    put_on(opened(home, business), reason=reason, by=by)


@app.command()
def resume(*, by: By = None, business: Folder = None, home: Home = None) -> None:
    """Lift a pause and whatever tripped, and send what was held back in the last hours."""
    from commands.brake import resume as lift

    lift(opened(home, business), by=by)
