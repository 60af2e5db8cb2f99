"""The only place that joins the parts: settings, records, guards, tools, graphs, channels, workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import records.contacts
from channels.reception import Account, Reception
from channels.switchboard import Switchboard
from domain.action import Action
from domain.channel import Channel, Voice
from domain.clock import Clock
from domain.configuration import Configuration
from domain.errors import ConfigurationError
from domain.extensions import discover, unique
from domain.guard import Guard
from domain.message import Heard, Receipted
from domain.pack import read_pack
from domain.reading import Listening
from domain.settings import Pack
from domain.tool import Ports, Tool
from graphs import approval
from graphs.checkpoints import Close, open_saver
from graphs.conversation import conversation
from graphs.effects import Deps
from graphs.guarded import Compiled
from graphs.phrases import PHRASES
from graphs.readers.filling import ReadingModel
from graphs.readers.reader import ReadBy, read_turn
from graphs.wording import check_wording
from guards.lint import lint
from guards.order import ordered
from records import actions, jobs, leases
from records.database import Database, Scope, Tx, open_database
from records.keys import Keys, open_keys
from records.spool import FOLDER, Spool
from records.staff_answers import StaffAnswer
from records.upgrade import upgrade
from tools.payments import FilePayments
from workers import hearing, reporting
from workers.answers import collect
from workers.handlers import Graphs, Sending, handlers
from workers.runner import Runner
from workers.witnesses import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process is started with."""

    home: Path
    business: Path
    database_url: str | None = None
    redis_url: str | None = None
    extensions: Path | None = None
    public_base_url: str = "http://127.0.0.1:8000"
    reader_name: str = "phrasebook"
    model_timeout_s: float = 8.0
    durable: bool = True
    threads: bool = True  # False does database work on the event loop: quicker where one conversation runs alone
    voice: Voice = "gather"
    identity_secret: str | None = None
    witnesses: tuple[Witness, ...] = ()
    carries_texts: bool = True  # False leaves texts queued for the server


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The joined parts. `hear` takes what reaches us, `submit` takes a staff answer; `close` lets go of everything."""

    deps: Deps
    keys: Keys
    runner: Runner
    graph: Compiled
    action_graphs: dict[str, Compiled]
    channels: dict[str, Channel]
    reception: Reception
    settings: Settings
    saver_close: Close
    model: Any = None

    @property
    def pack(self) -> Pack:
        """The business."""
        return self.deps.pack

    @property
    def database(self) -> Database:
        """The records."""
        return self.deps.database

    async def hear(self, heard: Heard) -> Receipted:
        """Keep what reached us; returns after the commit."""
        return await hearing.hear(self.deps, heard)

    async def submit(self, action: str, answer: StaffAnswer) -> Action | None:
        """Record what staff decided on a held action; None where somebody decided before."""
        row = await self.database.read(lambda tx: actions.load(tx, action))
        if row is None:
            return None
        scope = Scope(self.pack.business.id, row.contact)
        return await self.database.write(scope, lambda tx: approval.answer(tx, self.deps, action, said=answer))

    async def run_until_idle(self) -> int:
        """Run whatever is runnable now; how many jobs ran."""
        return await self.runner.run_until_idle()

    def routes(self) -> list[Any]:
        """The channels' routes."""
        return [channel.routes(self.reception) for channel in self.channels.values()]

    async def close(self) -> None:
        """Let go of the model's connections, checkpoints, what is shared with other processes, and database."""
        if isinstance(self.model, ReadingModel):
            await self.model.aclose()
        await self.saver_close()
        await self.database.live.close()
        self.database.close()


async def compose(
    settings: Settings, clock: Clock, *, account: Account | None = None, model: Any = None,
    guards: Sequence[Guard] | None = None,
) -> App:  # fmt: skip
    """Join everything; raises `ConfigurationError` with what to mend. The app closes the model that it is given.

    Evaluations hand in `guards` of which one finds nothing, to see which cases notice.
    """
    pack = load_pack(settings.business)
    check_wording(pack, PHRASES)
    keys, database = await _open_records(settings, pack, clock)
    channels: dict[str, Channel] = {}  # filled below: tools send through channels, and channels hear with the tools
    styles: dict[str, str] = {}
    out = Switchboard(channels)
    ports = Ports(send=out.send, find_sent=out.find_sent, payments=FilePayments(settings.home))
    deps = Deps(
        database=database, clock=clock, pack=pack, tools=_tools(pack, ports, settings.extensions),
        guards=tuple(guards or shipped_guards(settings.extensions)), styles=styles,
        spool=Spool(settings.home / FOLDER),
        understand=_understand(model, settings.model_timeout_s),
    )  # fmt: skip
    reception = Reception(
        hear=partial(hearing.hear, deps), collect=partial(collect, deps), report=partial(reporting.take, deps),
        database=database, clock=clock, pack=pack, keys=keys, account=account,
        public_base_url=settings.public_base_url, reader_name=settings.reader_name, voice=settings.voice,
        identity_secret=settings.identity_secret,
    )  # fmt: skip
    made = [make(reception) for make in discover("channels", "CHANNEL", settings.extensions)]
    channels.update(unique(made, "channel"))
    styles.update({name: channel.style for name, channel in channels.items()})
    graph = conversation(deps.tools, deps.guards)
    threads, saver_close = await _open_threads(settings.home, deps)
    await database.live.open()
    graphs = Graphs(graph, threads, asks_model=model is not None)
    works = handlers(deps, graphs, _sending(account, here=settings.carries_texts))
    return App(
        deps=deps, keys=keys, graph=graph, runner=Runner(deps, keys, works, witnesses=settings.witnesses),
        action_graphs=threads, channels=channels, reception=reception, settings=settings, saver_close=saver_close,
        model=model,
    )  # fmt: skip


async def _open_records(settings: Settings, pack: Pack, clock: Clock) -> tuple[Keys, Database]:
    """The home's keys and the database, migrated, with the business in it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    keys = open_keys(settings.home / "keys")
    database = open_database(
        settings.database_url or embedded(settings.home), durable=settings.durable, threads=settings.threads,
        hashes=keys.address_hash,
    )  # fmt: skip
    upgrade(database)
    business = pack.business
    if settings.redis_url:
        from records.live import RedisLive  # its client takes half a second to import

        database.live = RedisLive(settings.redis_url, business.id)
    await database.write(
        Scope(business.id),
        lambda tx: records.contacts.ensure_business(tx, business.id, business.name, now=clock.now()),
    )
    return keys, database


async def _open_threads(home: Path, deps: Deps) -> tuple[dict[str, Compiled], Close]:
    """The graphs of held actions over their checkpoints, each proved, and how to close the checkpoints."""
    saver, close = await open_saver(home, deps.database)
    try:
        threads = approval.action_graphs(deps, saver)
    except ConfigurationError:
        await close()  # its thread would keep the process from ending
        raise
    return threads, close


def _sending(account: Account | None, *, here: bool) -> Sending:
    return Sending(account.service or account.number, account.rate, here) if account else Sending(here=here)


def shipped_guards(extensions: Path | None) -> list[Guard]:
    """Every guard there is, in the order they are asked."""
    return ordered(discover("guards", "GUARD", extensions))


def _understand(model: Any, limit_s: float) -> Callable[[str, Listening], Awaitable[ReadBy]]:
    async def understand(text: str, listening: Listening) -> ReadBy:
        return await read_turn(model, text, listening, limit_s=limit_s)

    return understand


def embedded(home: Path) -> str:
    """The embedded database of a home."""
    return f"sqlite:///{home / 'qotbot.db'}"


def database_url(home: Path) -> str:
    """The configured database, else the embedded one of the home."""
    return Configuration().database_url or embedded(home)


def load_pack(folder: Path) -> Pack:
    """Read a business's folder; `ConfigurationError` names file, line and fix, of forbidden wording too."""
    return _checked(tuple(pack_files(folder).items()))


@lru_cache(maxsize=32)
def _checked(found: tuple[tuple[str, str], ...]) -> Pack:
    files = dict(found)
    pack = read_pack(files)
    if bad := [p for p in lint(files, pack) if p.level == "error"]:
        raise ConfigurationError("\n".join(f"{p.file}:{p.line}: {p.rule}: {p.what}; {p.fix}" for p in bad))
    return pack


def pack_files(folder: Path) -> dict[str, str]:
    """The texts of a business's folder by their relative names."""
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is not a folder; name one with business.yaml and policy.yaml in it")
    return {
        p.relative_to(folder).as_posix(): p.read_text("utf-8")
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix in (".yaml", ".md") and "scenarios" not in p.parts
    }


def own_home(app: App) -> None:
    """The one process of an embedded home takes over what a dead one left running; a shared database has leases."""
    if app.database.dialect != "sqlite":
        return

    def take_over(tx: Tx) -> None:
        jobs.release_all(tx)
        leases.end_all(tx)

    app.database.write_now(Scope(app.pack.business.id), take_over)


def _tools(pack: Pack, ports: Ports, extensions: Path | None) -> dict[str, Tool]:
    made = [t if isinstance(t, Tool) else t(ports) for t in discover("tools", "TOOL", extensions)]
    tools: dict[str, Tool] = unique(made, "tool")
    wanted = pack.policy.tools
    if wanted is None:
        return tools
    if unknown := sorted(set(wanted) - set(tools)):
        raise ConfigurationError(f"policy.yaml: tools: there is no tool {unknown[0]!r}")
    return {n: t for n, t in tools.items() if n in wanted or n in ("message", "hand_over")}
