"""`qotbot campaign …` on the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Home, Json, business_of, home_of, opened

app = typer.Typer(no_args_is_help=True, help="Offers to many people: check, send, status, stop.")
File = Annotated[Path, typer.Argument(help="A YAML file with name, text and audience; see docs/campaigns.md.")]


@app.command()
def check(file: File, *, business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """Show who would get a campaign now or later, and why others would not; nothing is sent or written."""
    asyncio.run(_check(file, home_of(home), business_of(business), as_json=as_json))


async def _check(file: Path, home: Path, business: Path, *, as_json: bool) -> None:
    from commands import campaign
    from commands.opening import working

    async with working(home, business) as found:
        seen = await campaign.preview(found, campaign.read_file(file, found))
    typer.echo(json.dumps(campaign.as_json(seen), ensure_ascii=False) if as_json else campaign.printed(seen))


@app.command()
def send(
    file: File,
    *,
    by: Annotated[str, typer.Option(help="Who wants it sent.")] = "staff",
    business: Folder = None,
    home: Home = None,
) -> None:
    """Lay a campaign before staff: it goes out once somebody approved its card on the desk or in the inbox."""
    asyncio.run(_send(file, home_of(home), business_of(business), by=by))


async def _send(file: Path, home: Path, business: Path, *, by: str) -> None:
    from commands import campaign
    from commands.opening import working

    async with working(home, business) as found:
        wanted = campaign.read_file(file, found)
        seen = await campaign.preview(found, wanted)
        held = await campaign.lay_before_staff(found, wanted, by)
    typer.echo(campaign.printed(seen))
    typer.echo(f"\n{held.args['campaign']} waits for a person: 'qotbot inbox approve {held.ref}' lets it go.")


@app.command()
def status(
    campaign_id: Annotated[str | None, typer.Argument(help="A campaign's id; default: all.")] = None,
    *,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Tell how campaigns stand and what became of the people they are meant for."""
    from commands import campaign

    rows = campaign.status(opened(home, business), campaign_id)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['campaign']}  {row['state']:8} {row['name']}")
        for fate, people in row["people"].items():
            typer.echo(f"{people:>8}  {fate}")
    if not rows:
        typer.echo("There are no campaigns.")


@app.command()
def stop(
    campaign_id: Annotated[str, typer.Argument(help="The campaign's id.")],
    *,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Stop a campaign at once: what has not been handed to the carrier stays."""
    from commands import campaign

    ended = campaign.stop(opened(home, business), campaign_id)
    typer.echo("Stopped: nothing more of it is sent." if ended else "It had ended before.")
