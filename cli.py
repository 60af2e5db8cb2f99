"""The `qotbot` command. Heavy parts are imported inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Literal

import typer

from commands.asking import app as asking
from commands.attesting import app as attesting
from commands.campaigning import app as campaigning
from commands.consenting import app as consenting
from commands.contacting import app as contacting
from commands.evaluating import app as evaluate
from commands.importing import app as importing
from commands.ledgering import app as ledgering
from commands.options import ChatHome, Folder, Home, Json, business_of, home_of, instant_of
from commands.options import opened as open_records
from commands.pausing import app as pausing
from commands.preparing import app as preparing
from commands.simulating import app as simulating
from commands.telephony import app as telephony
from domain.errors import BadInput, ConfigurationError, IntegrityError, QotBotError, Unavailable

FAILED, USAGE, INTEGRITY, UNAVAILABLE = 1, 2, 3, 4
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Conversational agents that small businesses can trust with their phone number.")  # fmt: skip
inbox = typer.Typer(no_args_is_help=True, help="What waits for a person, and the answers staff give.")
graph = typer.Typer(no_args_is_help=True, help="Pictures of the state machines.")
for _name, _commands in (
    ("ledger", ledgering),
    ("witness", attesting),
    ("consent", consenting),
    ("campaign", campaigning),
    ("contact", contacting),
    ("hours", asking),
    ("inbox", inbox),
    ("simulate", simulating),
    ("graph", graph),
    ("eval", evaluate),
):
    app.add_typer(_commands, name=_name)
app.add_typer(preparing)
evaluate.add_typer(importing)
app.add_typer(pausing)
app.add_typer(telephony)

AnswerKind = Literal["approve", "edit", "reject", "answer"]


def main() -> None:
    """Run the command; our own errors end with cause and exit code, never with a traceback."""
    _log_to_stderr()
    codes = {IntegrityError: INTEGRITY, Unavailable: UNAVAILABLE, BadInput: USAGE, ConfigurationError: USAGE}
    try:
        app()
    except QotBotError as problem:
        sys.stderr.write(f"qotbot: {problem}\n")
        sys.exit(next((code for kind, code in codes.items() if isinstance(problem, kind)), FAILED))


def _log_to_stderr() -> None:
    """Logs are lines of ids on standard error; values of variables never enter them."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@app.callback(invoke_without_command=True)
def start(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Conversational agents that small businesses can trust with their phone number."""
    if version:
        typer.echo(f"qotbot {installed_version('qotbot')}")
        raise typer.Exit


@app.command()
def run(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Start everything on embedded defaults: fake phone, phrasebook, SQLite; no keys needed."""
    from commands.serving import Place, serve_here

    serve_here(Place(host, port), home=home_of(home), business=business_of(business), offline=True)


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    work: Annotated[bool, typer.Option(help="Also take turns and deliver; --no-work leaves that to others.")] = True,
    business: Folder = None,
    home: Home = None,
) -> None:
    """Start for real: QOTBOT_MODEL must be chosen, texts and calls go through the configured Twilio account."""
    from commands.serving import Place, serve_here

    place = Place(host, port, works=work)
    serve_here(place, home=home_of(home), business=business_of(business), offline=False)


@app.command()
def chat(
    *,
    channel: Annotated[str, typer.Option(help="web, sms or call.")] = "web",
    address: Annotated[str | None, typer.Option("--as", help="Who speaks: a number, or a name for web.")] = None,
    business: Folder = None,
    now: Annotated[str | None, typer.Option(help="The time to begin at (ISO 8601).")] = None,
    home: ChatHome = None,
    as_json: Json = False,
) -> None:
    """Talk as a customer: one message a line on standard input, what the records say on standard output."""
    from commands.talk import Visit, talk

    visit = Visit(channel, address, instant_of(now))
    fresh = home is None and (now is not None or business is not None)
    with tempfile.TemporaryDirectory(prefix="qotbot-") as folder:
        place = Path(folder) if fresh else home_of(home)
        asyncio.run(talk(place, business_of(business), visit, as_json=as_json))


@app.command()
def demo(as_json: Json = False) -> None:
    """Play one day at the salon against the real parts, and verify the ledger at its end."""
    from commands.day import play

    with tempfile.TemporaryDirectory(prefix="qotbot-demo-") as folder:
        sound = asyncio.run(play(Path(folder), business_of(None), as_json=as_json))
    raise typer.Exit(0 if sound else INTEGRITY)


@app.command()
def why(
    *,
    wanted: Annotated[str, typer.Argument(help="An action, a message, or a reference like A1F3C.")],
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Tell why one action or message happened or not, from the ledger alone."""
    from desk.why import printed, story

    opened = open_records(home, business)
    steps = opened.database.read_now(lambda tx: story(tx, opened.pack.business.id, wanted))
    typer.echo(json.dumps(steps, indent=2, ensure_ascii=False) if as_json else printed(steps))


@app.command()
def doctor(
    *,
    twilio: Annotated[bool, typer.Option("--twilio", help="Look at Twilio, and the public address, too.")] = False,
    business: Folder = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Check this installation and say how to mend what is wrong."""
    from desk.doctor import Check, examine

    opened = open_records(home, business)
    from domain.configuration import Configuration

    redis_url = Configuration().redis_url
    checks = examine(opened.database, opened.pack, opened.keys, home=opened.home, redis_url=redis_url)
    if twilio:
        from commands.phoning import examine_twilio

        checks += [Check(f.name, f.ok, f.seen, f.next_step) for f in examine_twilio(business_of(business))]
    if as_json:
        typer.echo(json.dumps([{"name": c.name, "ok": c.ok, "seen": c.seen, "next": c.next_step} for c in checks]))
    else:
        for c in checks:
            typer.echo(
                f"{'ok  ' if c.ok else 'BAD '} {c.name:10} {c.seen}" + ("" if c.ok else f"\n     → {c.next_step}")
            )
    raise typer.Exit(0 if all(c.ok for c in checks) else FAILED)


@inbox.command("list")
def inbox_list(business: Folder = None, home: Home = None, as_json: Json = False) -> None:
    """List the actions that wait for a person."""
    from commands.inbox import listed

    asyncio.run(listed(home_of(home), business_of(business), as_json=as_json))


def _answer_command(kind: AnswerKind, help_text: str) -> None:
    @inbox.command(kind, help=help_text)
    def command(
        *,
        ref: Annotated[str, typer.Argument(help="The action's id or reference.")],
        by: Annotated[str, typer.Option(help="Who decides.")] = "staff",
        text: Annotated[str, typer.Option(help="A reason, or the words to send.")] = "",
        change: Annotated[list[str] | None, typer.Option("--set", help="name=value, for edit.")] = None,
        business: Folder = None,
        home: Home = None,
    ) -> None:
        from commands.inbox import Said, decide

        said = Said(kind=kind, ref=ref, by=by, text=text, changes=tuple(change or ()))
        asyncio.run(decide(home_of(home), business_of(business), said))


_answer_command("approve", "Let a held action run.")
_answer_command("edit", "Change a held action's arguments and let it run.")
_answer_command("reject", "Decline a held action.")
_answer_command("answer", "Answer the customer instead of running it.")


@graph.command("draw")
def graph_draw(
    name: Annotated[str, typer.Argument(help="conversation, guarded, a flow, tools or all.")] = "conversation",
) -> None:
    """Write a state machine as Mermaid that a person can read."""
    from commands.pictures import draw

    typer.echo(asyncio.run(draw(name, business_of(None))))


@evaluate.command("corpus")
def eval_corpus(kind: str, file: Path, as_json: Json = False) -> None:
    """Print what reader and guards make of a corpus file (sgd star tm4 tau2 tau1 sms clinc hotel); exit 1 on a miss."""
    from evals.corpus import figures, passed

    found = figures(kind, file)
    typer.echo(json.dumps(found, indent=None if as_json else 2))
    raise typer.Exit(0 if passed(found) else FAILED)
