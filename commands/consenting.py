"""`qotbot consent …` on the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import Folder, Home, Json, lines_of_stdin, opened

if TYPE_CHECKING:
    from records.preferences import Kind  # help is shown without SQLAlchemy

app = typer.Typer(no_args_is_help=True, help="What people agreed to: show, explain, import, export, classify.")
Address = Annotated[str, typer.Argument(help="A telephone number, or another address.")]
By = Annotated[str, typer.Option(help="Who writes it down.")]
FAILED, USAGE = 1, 2


@app.command()
def show(address: Address, *, business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """List every grant and revocation of an address, with the wording that was shown."""
    from commands import consent

    rows = consent.shown(opened(home, business), consent.address_of(address))
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        when = row["occurred_at"] or row["recorded_at"]
        typer.echo(
            f"{when}  {row['act']:8} {row['group']:6} {row['purpose']:10} by {row['method']} ({row['evidence']})"
        )
        if row["wording"]:
            typer.echo(f"    shown (version {row['wording_version']}): {row['wording']}")
    if not rows:
        typer.echo("Nothing is on record for this address.")


@app.command()
def explain(address: Address, *, business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """Tell for each channel and purpose whether we may begin a message now, and on which evidence."""
    from commands import consent

    verdicts = consent.explained(opened(home, business), consent.address_of(address))
    if as_json:
        typer.echo(json.dumps([asdict(v) for v in verdicts], indent=2))
        return
    for v in verdicts:
        later = f" (from {v.not_before})" if v.not_before else ""
        typer.echo(
            f"{v.channel:5} {v.purpose:10} {'yes' if v.allowed else 'no ':3} {v.why}{later}  {' '.join(v.evidence)}"
        )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file with a phone column; see docs/consent.md for the others.")],
    *,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Import a list of people and what they agreed to: all of it, or nothing where a row is wrong."""
    from commands import consent

    new, wrong = consent.imported(opened(home, business), file)
    if as_json:
        typer.echo(json.dumps({"new": new, "wrong": [asdict(one) for one in wrong]}))
    else:
        for one in wrong:
            typer.echo(f"{one.file}:{one.line}: {one.why}", err=True)
        typer.echo(f"{new} entries were added." if not wrong else f"Nothing was imported: {len(wrong)} rows are wrong.")
    raise typer.Exit(USAGE if wrong else 0)


@app.command()
def export(business: Folder = None, home: Home = None) -> None:
    """Print every entry of the consent ledger, one JSON object per line, with the wording that was shown."""
    from commands import consent

    for row in consent.exported(opened(home, business)):
        typer.echo(json.dumps(row, ensure_ascii=False))


@app.command()
def classify(as_json: Json = False) -> None:
    """Read one text per line, or JSON with text, channel, context and language, and print what it wishes."""
    from commands.classifying import classified, printed

    bad = False
    for line in lines_of_stdin():
        told = classified(line)
        bad = bad or "error" in told
        typer.echo(json.dumps(told, ensure_ascii=False) if as_json else printed(told))
    raise typer.Exit(USAGE if bad else 0)


@app.command()
def revoke(
    address: Address,
    *,
    scope: Annotated[str, typer.Option(help="all, texts, calls or marketing.")] = "all",
    why: Annotated[str, typer.Option(help="How it was told: a letter, a voicemail, the number changed hands.")] = "",
    by: By = "staff",
    business: Folder = None,
    home: Home = None,
) -> None:
    """Write down that somebody wants no messages, however they told you; it holds at once."""
    from commands import consent

    note = consent.Note(by, why)
    made = consent.revoke(opened(home, business), consent.address_of(address), scope, note=note)
    typer.echo(f"Revoked: {made} entries. Nothing of it can be put back by hand; they may text START.")


@app.command()
def prefer(
    address: Address,
    *,
    channel: Annotated[str | None, typer.Option(help="sms, call, web or email.")] = None,
    not_before: Annotated[str | None, typer.Option(help="Their local time, like 09:00.")] = None,
    not_after: Annotated[str | None, typer.Option(help="Their local time, like 20:00.")] = None,
    language: Annotated[str | None, typer.Option(help="Like es.")] = None,
    zone: Annotated[str | None, typer.Option(help="Like America/Denver.")] = None,
    by: By = "staff",
    business: Folder = None,
    home: Home = None,
) -> None:
    """Write down how somebody wishes to be contacted; "-" takes a wish back."""
    from commands import consent

    given: dict[Kind, str | None] = {
        "channel": channel, "not_before": not_before, "not_after": not_after, "language": language, "zone": zone,
    }  # fmt: skip
    made = consent.prefer(
        opened(home, business), consent.address_of(address),
        {kind: value for kind, value in given.items() if value is not None}, note=consent.Note(by, ""),
    )  # fmt: skip
    typer.echo(f"{made} wishes were written down.")
