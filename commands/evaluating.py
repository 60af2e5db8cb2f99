"""`qotbot eval`: suites of whole conversations that decide whether a change may ship."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from commands.options import Json, writable

FAILED, BROKEN = 1, 3
app = typer.Typer(no_args_is_help=True, help="Whole conversations played and judged, and figures on recorded ones.")
Places = Annotated[
    list[Path] | None, typer.Argument(help="Case files, folders, or names of shipped suites; default: smoke.")
]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="Only cases with one of these tags.")]
Match = Annotated[str, typer.Option("--match", "-k", help="Only cases whose id contains this.")]
Seeds = Annotated[int, typer.Option(min=1, max=100, help="How many seeds each perturbation is run with.")]
Perturb = Annotated[list[str] | None, typer.Option(help="typos, split, doubled, pauses, switched, killed.")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Processes; default: one a core.")]
Out = Annotated[Path | None, typer.Option("--out", help="Keep the results here (JSON).")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the report here: one HTML file.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML here.")]


@app.command()
def schema() -> None:
    """Print the JSON Schema of a case file, for editors and importers."""
    from evals.suite import schema

    typer.echo(json.dumps(schema(), indent=1))


@app.command()
def run(
    *,
    places: Places = None,
    tag: Tag = None,
    match: Match = "",
    seeds: Seeds = 1,
    perturb: Perturb = None,
    workers: Workers = None,
    out: Out = None,
    html: Html = None,
    junit: Junit = None,
    durable: Annotated[bool, typer.Option(help="Databases on disk with fsync, as in production.")] = False,
    live: Annotated[bool, typer.Option(help="Let the configured model (QOTBOT_MODEL) read the cases.")] = False,
    judge: Annotated[bool, typer.Option(help="Let it look at the cases' wishes; it may veto, never rescue.")] = False,
    without: Annotated[
        str | None, typer.Option(help="A guard that finds nothing meanwhile, to see who misses it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play cases and judge them; exit 1 where an expectation fails, 3 where an invariant breaks."""
    from evals import results
    from evals.run import CORES, Options, tasks
    from evals.run import run as play

    writable(out, html, junit)
    loaded = _loaded(places, tag, match)
    lineup, reader = _lineup(live=live, judge=judge)
    options = Options(
        seeds=seeds, perturbations=tuple(perturb or ()), durable=durable, workers=workers or CORES, without=without,
    )  # fmt: skip
    began = time.perf_counter()
    with _progress(len(tasks(loaded, options))) as each:
        found = play(loaded, options, each=each, lineup=lineup)
    seconds = time.perf_counter() - began
    made = results.as_json(found, reader=reader, seconds=seconds, workers=options.workers, without=without)
    _keep(found, made, out=out, junit=junit, html=html)
    _tell(found, made, as_json=as_json)


@app.command()
def report(results: Path, html: Annotated[Path, typer.Option(help="Where to write the page.")]) -> None:
    """Write kept results as one self-contained HTML file."""
    from evals import report as page
    from evals.results import read

    writable(html)
    html.write_text(page.html(read(results)), "utf-8")
    typer.echo(f"wrote {html}")


@app.command()
def compare(before: Path, after: Path, as_json: Json = False) -> None:
    """Compare two kept runs case by case; exit 1 where a hard gate broke, or a case newly fails."""
    from evals.compare import compare as paired
    from evals.results import read

    found = paired(read(before), read(after))
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        typer.echo(f"{found.pairs} pairs: {found.rate_a:.1%} → {found.rate_b:.1%} passed; "
                   f"change {found.low:+.1%} to {found.high:+.1%} (95 %), p = {found.p:g}")  # fmt: skip
        for name, cases in (("newly violated", found.newly_violated), ("newly failing", found.newly_failing),
                            ("newly fixed", found.newly_fixed), ("only before", found.only_a),
                            ("only after", found.only_b)):  # fmt: skip
            typer.echo(f"{name}: {len(cases)}" + "".join(f"\n  {case}" for case in cases))
    raise typer.Exit(FAILED if found.regressed else 0)


@app.command()
def record(*, places: Places = None, match: Match = "") -> None:
    """Play cases whose reader is a cassette with the configured model, and keep what it reads."""
    from evals.run import Options
    from evals.run import run as play

    loaded = [one for one in _loaded(places, None, match) if one.case.reader.mode in ("cassette", "teacher")]
    if not loaded:
        _refuse("no case here has a cassette; set `reader: {mode: cassette, cassette: file.jsonl}` in one")
    lineup, reader = _lineup(live=True)
    lineup.record = True
    found = play(loaded, Options(workers=1), lineup=lineup)
    typer.echo(f"{reader} read {sum(r.model_calls for r in found)} turns of {len(found)} cases")
    raise typer.Exit(FAILED if any(r.status == "error" for r in found) else 0)


@app.command()
def coverage(
    *,
    places: Places = None,
    tag: Tag = None,
    match: Match = "",
    kill: Annotated[bool, typer.Option(help="Remove each guard in turn, and tell which cases notice.")] = False,
    workers: Workers = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Tell which tools, guards, flow steps, channels and consent states a suite exercises."""
    from evals import coverage as covering
    from evals import report, results
    from evals.run import CORES, Options
    from evals.run import run as play

    writable(html)
    loaded = _loaded(places, tag, match)
    options = Options(workers=workers or CORES)
    began = time.perf_counter()
    with _progress(len(loaded)) as each:
        found = play(loaded, options, each=each)
    made = results.as_json(found, seconds=time.perf_counter() - began, workers=options.workers)
    killed = covering.kills(loaded, options, found) if kill else []
    covered = covering.coverage(found)
    if html is not None:
        run = results.Run(about=made["about"], figures=made["figures"], results=tuple(found))
        html.write_text(report.html(run, killed=killed), "utf-8")
    if as_json:
        typer.echo(json.dumps(covering.as_json(covered, killed)))
        raise typer.Exit(FAILED if any(not guard.noticed for guard in killed) else 0)
    for one in covered:
        of = "      " if one.kind in covering.COUNTED else f"of {len(one.there):3}"
        typer.echo(f"{one.kind:10} {len(one.hit):3} {of}   {', '.join(one.missing)}".rstrip())
    for guard in killed:
        told = ", ".join(guard.noticed[:4])
        typer.echo(f"without {guard.guard:18} {len(guard.noticed):3} of {guard.tried:3} cases notice   {told}")
    if silent := [guard.guard for guard in killed if not guard.noticed]:
        typer.echo(f"no case notices that {', '.join(silent)} is gone")
        raise typer.Exit(FAILED)


@app.command()
def check(
    ledger: Annotated[Path, typer.Argument(help="A ledger exported with 'qotbot ledger export --texts'.")],
    zone: Annotated[str, typer.Option(help="The business's time zone.")] = "America/New_York",
    as_json: Json = False,
) -> None:
    """Check the invariants over an exported ledger; exit 3 where one is broken."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from evals.evidence import from_export
    from evals.invariants import NAMES, broken

    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        _refuse(f"--zone: there is no time zone {zone!r}; name one like America/New_York")
    evidence = from_export(ledger, zone=there)
    found = broken(evidence, NAMES)
    if as_json:
        told = [{"invariant": v.invariant, "what": v.what, "evidence": list(v.evidence)} for v in found]
        typer.echo(json.dumps({"events": len(evidence.events), "violations": told}))
    else:
        typer.echo(f"{len(evidence.events)} events, {len(found)} violations" + "".join(f"\n{v.told()}" for v in found))
    raise typer.Exit(BROKEN if found else 0)


@app.command(hidden=True)
def child() -> None:
    """Play turns told on standard input; for cases whose process is killed."""
    from evals.child import main

    main()


def _loaded(places: list[Path] | None, tag: list[str] | None, match: str) -> list[Any]:
    from evals.suite import load, shipped

    return load([shipped(place) for place in places or [Path("smoke")]], tags=tag or (), match=match)


def _lineup(*, live: bool = False, judge: bool = False) -> tuple[Any, str]:
    """Who reads and who judges besides what the cases say; None and no name where nobody does."""
    from commands.model import chosen_model
    from evals.judges import ModelJudge
    from evals.readers import Lineup
    from graphs.readers.free_words import free_words

    if not (live or judge):
        return None, ""
    model, name = chosen_model(needed=True)
    if model is None:
        _refuse("QOTBOT_MODEL is the phrasebook, which reads anyway; name a model like openai:gpt-5-mini")
    judges = (ModelJudge(name, free_words(model)),) if judge else ()
    return Lineup(live=model, name=name, instead=live, judges=judges), name if live else ""


def _refuse(text: str) -> NoReturn:
    from domain.errors import BadInput

    raise BadInput(text)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Any], None]]:
    """A bar on standard error, where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _result: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # Without a thread of its own the bar does not keep workers from being forked.
    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("cases", total=total)
        yield lambda _result: bar.update(task, advance=1, refresh=True)


def _keep(found: list[Any], made: dict[str, Any], *, out: Path | None, junit: Path | None, html: Path | None) -> None:
    from evals import junit as xml
    from evals import report, results

    if out is not None:
        results.write(out, made)
    if junit is not None:
        xml.write(junit, found)
    if html is not None:
        kept = results.Run(about=made["about"], figures=made["figures"], results=tuple(found))
        html.write_text(report.html(kept), "utf-8")


def _tell(found: list[Any], made: dict[str, Any], *, as_json: bool) -> None:
    figures = made["figures"]
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    else:
        for result in found:
            if not result.ok:
                typer.echo(result.told() + "\n")
        typer.echo(
            f"{figures['passed']} of {figures['runs']} runs passed ({figures['cases']} cases), "
            f"{figures['failed']} failed, {figures['violated']} broke an invariant, "
            f"{figures['errors']} could not be played; {figures['cases_per_minute']:g} a minute"
        )
        if len(figures["pass_k"]) > 1:
            typer.echo("pass^k " + ", ".join(f"{k}: {v:.3f}" for k, v in figures["pass_k"].items()))
        if figures["drifted"]:
            typer.echo(f"what a reader is asked has changed in {figures['drifted_cases']} recorded cases, which were "
                       "played from their recordings; record them again: "
                       + ", ".join(dict.fromkeys(r.case for r in found if r.drifted)))  # fmt: skip
    hard = figures["violated"]
    raise typer.Exit(BROKEN if hard else FAILED if figures["failed"] or figures["errors"] else 0)
