"""`qotbot ledger …` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Home, Json, opened
from domain.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="The ledger: verify it, show its head, export it, find a receipt.")
INTEGRITY = 3


@app.command()
def verify(business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """Recompute every leaf and check every signed head; exit 3 names the first bad leaf."""
    from records.audit import audit

    there = opened(home, business)
    found = there.database.read_now(lambda tx: audit(tx, there.pack.business.id, there.keys.public_hex))
    told = {"sound": found.sound, "size": found.size, "root": found.root, "heads": found.heads,
            "unsealed": found.unsealed, "first_bad": found.first_bad, "why": found.why}  # fmt: skip
    if as_json:
        typer.echo(json.dumps(told))
    elif found.sound:
        typer.echo(f"sound: {found.size} leaves under {found.heads} signed heads, root {found.root}")
    else:
        typer.echo(f"NOT SOUND: leaf {found.first_bad}: {found.why}")
    raise typer.Exit(0 if found.sound else INTEGRITY)


@app.command()
def head(business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """Show the newest signed head, to be kept outside this machine."""
    from records.ledger import latest_head

    there = opened(home, business)
    found = there.database.read_now(lambda tx: latest_head(tx, there.pack.business.id))
    if found is None:
        raise BadInput("the ledger is empty: nothing was sealed yet")
    found.pop("frontier")
    typer.echo(json.dumps(found) if as_json else "\n".join(f"{key:10} {value}" for key, value in found.items()))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the lines.")],
    *,
    texts: Annotated[bool, typer.Option("--texts", help="Also the personal texts, with their salts.")] = False,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Write the sealed ledger as JSON lines, to be checked by docs/verify.py without us."""
    from records.exporting import export as lines

    there = opened(home, business)

    def write(tx: object) -> int:
        with file.open("w", encoding="utf-8") as out:
            return sum(
                out.write(line + "\n") > 0
                for line in lines(tx, there.pack.business.id, there.keys.public_hex, texts=texts)  # type: ignore[arg-type]
            )

    typer.echo(f"{there.database.read_now(write)} lines in {file}; check them with docs/verify.py {file}")


@app.command()
def receipt(
    code: Annotated[str, typer.Argument(help="The eight letters and digits at the end of a confirmation.")],
    *,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Find the leaf that a customer's receipt names."""
    from records.exporting import by_receipt

    there = opened(home, business)
    found = there.database.read_now(lambda tx: by_receipt(tx, there.pack.business.id, code))
    if found is None:
        raise BadInput(f"no sealed leaf has the receipt {code!r}; receipts have eight letters and digits")
    content = json.loads(found.body)
    told = {
        "leaf": found.seq,
        "hash": found.hash,
        "kind": content["kind"],
        "at": content["at"],
        "body": content["body"],
    }
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"leaf {found.seq}: {content['kind']} at {content['at']} ms, hash {found.hash}")
