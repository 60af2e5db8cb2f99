"""`qotbot eval import`, `export`, `scrub`, `review`, `replay` and `simulate` on the command line."""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Home, Json, business_of, opened, writable

FAILED = 1
app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The file to read.")]
Out = Annotated[Path, typer.Option("--out", help="The folder, or the file, to write.")]


@app.command("import")
def bring(
    kind: Annotated[str, typer.Argument(help="openai langsmith tau1 tau2 sgd star tm4 livekit pipecat ledger.")],
    file: File,
    *,
    out: Out,
    tool: Annotated[list[str] | None, typer.Option(help="theirs=ours: their tool is one of ours.")] = None,
    by: Annotated[str, typer.Option(help="Who brings in production conversations (ledger).")] = "",
    role: Annotated[str, typer.Option(help="As what: owner or manager (ledger).")] = "",
    reason: Annotated[str, typer.Option(help="Why (ledger).")] = "",
    health: Annotated[bool, typer.Option("--health", help="Allow a dentist's or clinic's conversations.")] = False,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Make cases of transcripts and scenarios; our own ledger's export is scrubbed first and waits for a review."""
    from evals import importing
    from evals.importers.building import LeftOut

    if kind != "ledger":
        left: list[LeftOut] = []
        files = importing.write(importing.cases(kind, file, importing.tools_of(tool or ()), left=left), out)
        typer.echo(f"{len(files)} cases in {out}" + (f"; {len(left)} left out:" if left else ""))
        for one in left:
            typer.echo(f"  {one.where}: {one.why}")
        return
    from evals.production import Who, allowed, bring_in

    there = opened(home, business)
    who = Who(by=by, role=role, reason=reason, at=datetime.now(UTC))
    allowed(there.pack.business, who, health=health)
    brought = bring_in(there.database, there.pack.business, file, who=who, out=out)
    typer.echo(f"{len(brought.files)} cases in {out}, scrubbed; look at each, then: qotbot eval review FILE --by NAME")
    for kinds, n in sorted(brought.quarantined.items()):
        typer.echo(f"{n} left out: {kinds} still in them")
    raise typer.Exit(FAILED if brought.quarantined else 0)


@app.command()
def export(
    kind: Annotated[str, typer.Argument(help="openai or langsmith.")],
    places: Annotated[list[Path], typer.Argument(help="Case files or folders.")],
    *,
    out: Out,
) -> None:
    """Write cases as OpenAI messages or LangSmith examples, one JSON object a line."""
    from evals import importing
    from evals.suite import load, shipped

    writable(out)
    lines = list(importing.export(kind, (loaded.case for loaded in load([shipped(place) for place in places]))))
    out.write_text("".join(line + "\n" for line in lines), "utf-8")
    typer.echo(f"{len(lines)} rows in {out}")


@app.command()
def scrub(
    file: File,
    *,
    out: Out,
    name: Annotated[list[str] | None, typer.Option(help="A name to take out, again and again.")] = None,
    key: Annotated[
        str | None, typer.Option(help="Hex; the same key gives the same stand-ins. Default: random.")
    ] = None,
) -> None:
    """Replace numbers, addresses, cards, birth dates and given names; what a second pass objects to is left out."""
    from domain.errors import BadInput
    from evals.scrub import Scrubber

    try:
        secret = bytes.fromhex(key) if key else secrets.token_bytes(32)
    except ValueError as problem:
        raise BadInput("--key: write it in hexadecimal digits") from problem
    if out.exists() and file.exists() and out.samefile(file):
        raise BadInput(f"--out {out}: is the file to be read; name another")
    writable(out)
    scrubber = Scrubber(secret, tuple(name or ()))
    left: Counter[str] = Counter()
    try:
        with file.open(encoding="utf-8") as source, out.open("w", encoding="utf-8") as target:
            for number, line in enumerate(source, 1):
                clean = scrubber.scrub(line)
                if kinds := scrubber.left(clean):
                    left[f"line {number}: {', '.join(kinds)}"] += 1
                else:
                    target.write(clean)
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{file}: cannot be read: {problem}; name a file of text in UTF-8") from problem
    typer.echo(json.dumps({"replaced": dict(sorted(scrubber.counts.items())), "left_out": sorted(left)}))
    raise typer.Exit(FAILED if left else 0)


@app.command()
def review(file: File, *, by: Annotated[str, typer.Option(help="Who looked at it.")] = "") -> None:
    """Say that a brought-in conversation was looked at and may join a suite."""
    from evals.production import review as reviewed

    typer.echo(str(reviewed(file, by)))


@app.command()
def replay(
    *,
    policy: Annotated[Path, typer.Option(help="The policy.yaml to try.")],
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Ask every recorded decision again under another policy and list those that change; nothing is done or written."""
    from domain.configuration import Configuration
    from evals.rejudging import machine, other_policy, rejudge

    there = opened(home, business)
    present, other = other_policy(business_of(business), policy)
    found = rejudge(there.database, machine(present, other, Configuration().extensions)).as_json()
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo("; ".join(found["summary"]) or "no decision would have been another")
    for change in found["changes"]:
        rules = ", ".join(change["rules"]) or "no rule against it"
        typer.echo(f"{change['at']}  {change['ref']}  {change['tool']}: {change['was']} → {change['would']} ({rules})")
    told = ", ".join(f"{n} left out: {why}" for why, n in found["left_out"].items())
    sys.stdout.write(f"{found['decisions']} decisions asked again" + (f"; {told}" if told else "") + "\n")


@app.command()
def simulate(
    *,
    bank: Annotated[Path | None, typer.Option(help="Recorded sentences: family, after, acts, templates.")] = None,
    script: Annotated[Path | None, typer.Option(help="A customer by script: opening, facts, do, reactions.")] = None,
    model: Annotated[bool, typer.Option("--model", help="QOTBOT_MODEL plays the script's person.")] = False,
    persona: Annotated[list[str] | None, typer.Option(help="Only these characters of the bank; default: all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Conversations a character.")] = 3,
    business: Folder = None,
    as_json: Json = False,
) -> None:
    """Let simulated customers book; exit 1 where one of them saw a promise broken, but for a model's customer."""
    from domain.errors import BadInput

    if (bank is None) == (script is None) or (model and script is None):
        raise BadInput("name either --bank with recorded sentences, or --script with a customer (--model plays it)")
    if bank is not None:
        _by_bank(bank, persona or [], seeds=seeds, business=business, as_json=as_json)
    elif script is not None:
        _by_script(script, model=model, business=business, as_json=as_json)


def _by_bank(bank: Path, persona: list[str], *, seeds: int, business: Path | None, as_json: bool) -> None:
    import asyncio
    import tempfile

    from domain.errors import BadInput
    from evals.corpora.rows import Rows
    from evals.customers.agenda import PERSONAS, Persona
    from evals.customers.bank import read_bank
    from evals.customers.playing import simulate as played

    wanted: list[Persona] = [p for p in PERSONAS if not persona or p in persona]
    if unknown := set(persona) - set(PERSONAS):
        raise BadInput(f"--persona {sorted(unknown)[0]!r}: choose from {', '.join(PERSONAS)}")
    sentences = read_bank(Rows(bank))
    with tempfile.TemporaryDirectory(prefix="qotbot-eval-") as folder:
        found = asyncio.run(played(Path(folder), business_of(business), sentences, personas=wanted, seeds=seeds))
    typer.echo(json.dumps(found, indent=None if as_json else 2))
    raise typer.Exit(FAILED if found["missed"] else 0)


def _by_script(script: Path, *, model: bool, business: Path | None, as_json: bool) -> None:
    import asyncio

    from commands.model import chosen_model
    from evals.customers.acting import ByModel, ByScript, act
    from evals.customers.script import Scripted, read_script
    from graphs.readers.free_words import free_words

    person = read_script(script)
    actor = ByModel(person, free_words(chosen_model(needed=True)[0])) if model else ByScript(Scripted(person))
    found = asyncio.run(act(actor, business_of(business).resolve(), name=script.stem.split(".")[0]))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in found.transcript:
            typer.echo(f"{line.at[11:16]} {line.kind:13} {line.text}")
        typer.echo(f"{found.turns} turns, {len(found.violations)} broken invariants"
                   + "".join(f"\n{v.told()}" for v in found.violations))  # fmt: skip
    raise typer.Exit(FAILED if found.violations and not model else 0)
