"""Opening a home: to read it without starting anything, or with all its parts joined to work in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from commands.carrier import configured_account
from compose import App, Settings, compose, database_url, load_pack
from domain.clock import SystemClock
from domain.configuration import Configuration
from domain.errors import BadInput
from domain.settings import Pack
from records.database import Database, open_database
from records.keys import Keys, open_keys


@dataclass(frozen=True, slots=True)
class Opened:
    """The records of a home, to be read."""

    home: Path
    pack: Pack
    database: Database
    keys: Keys


def ensure_kept(home: Path) -> None:
    """Raise `BadInput` where nothing was ever recorded."""
    if not (home / "keys").is_dir():
        raise BadInput(f"{home} holds no records yet: start with 'qotbot run' or name another --home")


def open_home(home: Path, business: Path) -> Opened:
    """Open what a home holds; `BadInput` where nothing was ever recorded there."""
    ensure_kept(home)
    pack, keys = load_pack(business), open_keys(home / "keys")
    return Opened(home, pack, open_database(database_url(home), hashes=keys.address_hash), keys)


@asynccontextmanager
async def working(home: Path, business: Path) -> AsyncIterator[App]:
    """The parts joined over a home, in this process, beside a server that may be running."""
    configuration = Configuration()
    account = configured_account(configuration, load_pack(business).business.phone)
    settings = Settings(
        home=home, business=business, database_url=database_url(home), extensions=configuration.extensions,
        carries_texts=account is not None,
    )  # fmt: skip
    app = await compose(settings, SystemClock(), account=account)
    try:
        yield app
    finally:
        await app.close()
