"""`qotbot check` and `qotbot audit`: what is looked at before the start."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Json, business_of, instant_of
from domain.errors import BadInput

app = typer.Typer()
FAILED, EVERY = 1, 2_000
Calls = Annotated[Path | None, typer.Argument(help="The calls of the past: date, direction, phone, status.")]
Texts = Annotated[Path | None, typer.Argument(help="The texts of the past: date, direction, phone, text.")]


@app.command()
def check(business: Folder = None, as_json: Json = False) -> None:
    """Read a business's wording as the law, the carriers and the customers' privacy do; exit 1 where it must change."""
    from commands import check as checking

    found = checking.problems(business_of(business))
    typer.echo(json.dumps(checking.as_json(found), indent=2) if as_json else checking.printed(found))
    raise typer.Exit(FAILED if any(p.level == "error" for p in found) else 0)


@app.command()
def audit(
    contacts: Annotated[Path, typer.Argument(help="The list: a CSV file with a phone column.")],
    messages: Annotated[
        Path | None, typer.Argument(help="The texts of the past: date, direction, phone, text.")
    ] = None,
    calls: Calls = None,
    *,
    business: Folder = None,
    now: Annotated[str | None, typer.Option(help="The time to judge at (ISO 8601).")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the whole report as a page.")] = None,
    as_json: Json = False,
) -> None:
    """Judge a present list and its history: who may be contacted, and what should not have been sent."""
    from commands import audit as auditing
    from commands.audit_page import page, summary

    if html is not None and not html.parent.is_dir():
        raise BadInput(f"--html {html}: there is no folder {html.parent}")
    files = auditing.Files(contacts, messages, calls)
    at = instant_of(now) or datetime.now(UTC)
    report = asyncio.run(auditing.audit(files, business_of(business), at, told=_told))
    if html is not None:
        html.write_text(page(report), "utf-8")
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else summary(report))


def _told(done: int, of: int) -> None:
    """Say now and then how far a long history is."""
    if done % EVERY == 0 and of > EVERY:
        typer.echo(f"{done} of {of} rows of the past are judged", err=True)
