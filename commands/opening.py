"""Opening a home to read it, without starting anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compose import database_url, load_pack
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


def open_home(home: Path, business: Path) -> Opened:
    """Open what a home holds; `BadInput` where nothing was ever recorded there."""
    if not (home / "keys").is_dir():
        raise BadInput(f"{home} holds no records yet: start with 'qotbot run' or name another --home")
    return Opened(home, load_pack(business), open_database(database_url(home)), open_keys(home / "keys"))
