"""`qotbot run` and `qotbot serve`: one process with pages, webhooks and workers."""

from __future__ import annotations

import gc
import ipaddress
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop
from pydantic import SecretStr

from channels.fake.api import api
from channels.fake.calls import Handset
from channels.fake.company import Company
from channels.fake.handset import handset_routes
from channels.reception import Account
from commands.carrier import configured_account
from commands.model import chosen_model
from compose import Settings, compose, database_url, load_pack, own_home
from domain.clock import SystemClock
from domain.configuration import Configuration
from domain.errors import BadInput, Unavailable
from records.home import owned
from server import Serving, web
from workers.warming import warm
from workers.witnesses import configured

LONGEST_FRAME = 256 * 1024  # bytes; a larger one ends its connection
NO_MODEL = (
    "No language model configured. Messages are read by the built-in phrasebook\n"
    "(patterns and a calendar grammar; English; not AI)."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, and whether to work besides: turns, deliveries, timers."""

    host: str
    port: int
    works: bool = True


def serve_here(place: Place, *, home: Path, business: Path, offline: bool) -> None:
    """Serve until interrupted; `BadInput` for any address but this machine's own: the desk has no accounts yet."""
    if not _loopback(place.host):
        raise BadInput(
            f"--host {place.host}: the desk has no accounts yet, so QotBot serves on this machine only;"
            " use 127.0.0.1 and a tunnel or proxy for webhooks"
        )
    if not place.works and Configuration().database_url is None:
        raise BadInput("--no-work: without DATABASE_URL nobody else could work; leave it out")
    _free(place)
    with owned(home):
        uvloop.run(_serve(place, home, business, offline=offline))


async def _serve(place: Place, home: Path, business: Path, *, offline: bool) -> None:
    model, reader = chosen_model(needed=not offline)
    configuration, clock = Configuration(), SystemClock()
    base = f"http://{place.host}:{place.port}"
    public = base if offline else (configuration.public_base_url or base)
    pack = load_pack(business)
    company = Company("AC" + secrets.token_hex(16), secrets.token_hex(16), pack.business.phone, base, clock)
    if offline:
        account: Account | None = Account(company.sid, company.token, company.number, base)
    else:
        account = configured_account(configuration, pack.business.phone)
    settings = Settings(
        home=home, business=business, database_url=database_url(home), extensions=configuration.extensions,
        public_base_url=public, reader_name=reader, model_timeout_s=configuration.model_timeout_s,
        voice=configuration.voice, identity_secret=_plain(configuration.chat_identity_secret),
        redis_url=configuration.redis_url,
        witnesses=configured(configuration),
    )  # fmt: skip
    app = await compose(settings, clock, account=account, model=model)
    own_home(app)
    await warm(app.deps, app.graph)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through it again and again would hold up whoever is on the line
    token = secrets.token_urlsafe(24)
    routes = (api(company), handset_routes(Handset(company), pack.business.name)) if offline else ()
    site = web(app, Serving(token, routes, offline=offline, works=place.works))
    _banner(base, token, reader, offline=offline)
    config = uvicorn.Config(
        site, host=place.host, port=place.port, log_level="warning", timeout_graceful_shutdown=3,
        ws_max_size=LONGEST_FRAME,
    )  # fmt: skip
    try:
        await uvicorn.Server(config).serve()
    finally:
        await company.close()


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free(place: Place) -> None:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as problem:
            raise Unavailable(f"port {place.port} is taken; stop the other program or use --port") from problem


def _banner(base: str, token: str, reader: str, *, offline: bool) -> None:
    lines = ["", f"QotBot is running at {base}", ""]
    lines += [NO_MODEL, ""] if reader == "phrasebook" else [f"Messages are read by {reader}.", ""]
    lines += [f"  web chat    {base}/chat"]
    lines += [f"  fake phone  {base}/phone"] if offline else []
    lines += [f"  desk        {base}/desk?token={token}", "              (this link opens the desk once)", ""]
    lines += ["Stop with Ctrl-C.", ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
