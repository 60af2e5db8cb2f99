"""`qotbot eval`: suites of whole conversations that decide whether a change may ship."""

from __future__ import annotations

import json

import typer

app = typer.Typer(no_args_is_help=True, help="Whole conversations played and judged, and figures on recorded ones.")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a case file, for editors and importers."""
    from evals.suite import schema

    typer.echo(json.dumps(schema(), indent=1))
