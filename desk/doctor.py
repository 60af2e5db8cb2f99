"""Checks of an installation, each with what to do about it."""

from __future__ import annotations

import stat
import sys
import zoneinfo
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from channels import forwarding
from domain.clock import from_ms, iso
from domain.errors import IntegrityError
from domain.settings import Pack
from records import brakes, constraints
from records.audit import audit
from records.database import Database
from records.keys import Keys
from records.spool import FOLDER, Spool

OLDEST_TZDATA = (2026, 2)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: whether it holds, what was seen, and the next step where it does not."""

    name: str
    ok: bool
    seen: str
    next_step: str = ""


def examine(database: Database, pack: Pack, keys: Keys, *, home: Path, redis_url: str | None = None) -> list[Check]:
    """Look at Python, time zones, the database's constraints, what is stopped, ledger, keys, spool, Redis, calls."""
    seen = [_python(), _tzdata(), _constraints(database), _sending(database, pack), _ledger(database, pack, keys)]
    forwarded = [Check(f.name, f.ok, f.seen, f.next_step) for f in forwarding.examine(pack.business, database)]
    return [*seen, _keys(home), _stops(home), *([_redis(redis_url)] if redis_url else []), *forwarded]


def _python() -> Check:
    seen = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), seen, "install Python 3.11 or newer")


def _tzdata() -> Check:
    seen = metadata.version("tzdata")
    year, number, *_ = (*(int(p) for p in seen.split(".") if p.isdigit()), 0, 0)
    if zoneinfo.TZPATH:
        return Check(
            "tzdata", False, f"zones come from {zoneinfo.TZPATH[0]}", "call zoneinfo.reset_tzpath(to=[]) first"
        )
    return Check("tzdata", (year, number) >= OLDEST_TZDATA, seen, "pip install --upgrade tzdata")


def _constraints(database: Database) -> Check:
    try:
        database.read_now(constraints.verify)
    except IntegrityError as problem:
        return Check("database", False, str(problem), "restore the database from a backup or migrate it again")
    return Check("database", True, f"{database.dialect}, all constraints in place")


def _sending(database: Database, pack: Pack) -> Check:
    held = database.read_now(lambda tx: brakes.history(tx, pack.business.id, live=True))
    seen = "; ".join(f"{b.kind.partition(':')[0]} since {iso(from_ms(b.at))}: {b.reason}" for b in held)
    fix = "find out why, then 'qotbot resume' lets what we begin go out again"
    return Check("sending", not held, seen or "nothing is stopped", fix)


def _ledger(database: Database, pack: Pack, keys: Keys) -> Check:
    found = database.read_now(lambda tx: audit(tx, pack.business.id, keys.public_hex))
    seen = f"{found.size} leaves, {found.heads} heads" if found.sound else f"leaf {found.first_bad}: {found.why}"
    return Check("ledger", found.sound, seen, "keep the database as it is and compare it with a witnessed head")


def _keys(home: Path) -> Check:
    loose = [p.name for p in (home / "keys").glob("*.key") if stat.S_IMODE(p.stat().st_mode) & 0o077]
    seen = f"open to others: {', '.join(loose)}" if loose else "readable by the owner only"
    return Check("keys", not loose, seen, "chmod 600 the files in the home's keys folder")


def _stops(home: Path) -> Check:
    """Opt-outs that the database has not taken; until it has, nothing is claimed for sending."""
    spool = Spool(home / FOLDER)
    names = spool.waiting()
    seen = f"{len(names)} in {spool.folder}, the oldest {names[0]}" if names else "none waits"
    fix = "start the server, which hears them first; one that stays: 'qotbot consent revoke', then delete its file"
    return Check("stops", not names, seen, fix)


def _redis(url: str) -> Check:
    from records.live import unreachable  # Redis's client takes half a second to import

    why = unreachable(url)
    seen = f"{why}: processes look by themselves, rates are halved" if why else "answers"
    return Check("redis", not why, seen, "start the server that REDIS_URL names, or take REDIS_URL away")
