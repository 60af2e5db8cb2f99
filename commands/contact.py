"""`qotbot contact export|forget`: everything that is held on a person, and the end of it."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import records.contacts
from commands.opening import Opened, ensure_kept, working
from compose import App, own_home
from domain.clock import from_ms, iso
from domain.errors import BadInput, Unavailable
from domain.phone import e164
from records import forgetting, holdings, jobs, suppressions
from records.consents import GROUPS
from records.database import Tx
from records.home import owned
from workers.forgetting import Forgotten, forget
from workers.hearing import drain

PATIENCE_S, LOOK_S = 30.0, 0.2
SHORTEST = len("con_") + 4


def exported(opened: Opened, who: str) -> dict[str, Any]:
    """Everything that is held on a person."""
    business = opened.pack.business.id

    def look(tx: Tx) -> dict[str, Any]:
        contact = found(tx, business, who)
        if (at := forgetting.when_forgotten(tx, business, contact)) is not None:
            raise BadInput(f"{contact} was forgotten at {iso(from_ms(at))}; nothing is held on them")
        return holdings.held(tx, business, forgetting.person(tx, contact))

    return opened.database.read_now(look)


async def forgotten(home: Path, business: Path, asked: tuple[str, str | None], *, as_json: bool) -> None:
    """Forget a person, then erase them from the files here, or let the running server do it."""
    who, by = asked
    ensure_kept(home)
    with ExitStack() as stack:
        try:
            stack.enter_context(owned(home))
            mine = True
        except Unavailable:
            mine = False
        async with working(home, business) as app:
            if mine:
                own_home(app)
            await drain(app.deps)  # a STOP of theirs that waits would bring them back
            contact = await app.database.read(lambda tx: found(tx, app.pack.business.id, who))
            scope = app.deps.scope(contact)
            done = await app.database.write(scope, lambda tx: forget(tx, app.deps, contact, by=by or getpass.getuser()))
            if mine:
                await app.run_until_idle()
            erased = await _erased(app, contact)
    told = asdict(done) | {"erased_from_files": erased}
    sys.stdout.write(json.dumps(told) + "\n" if as_json else _printed(done, erased=erased))


async def _erased(app: App, contact: str) -> bool:
    """Wait until the files were rewritten, by us or by the running server; False where that takes too long."""
    tries = int(PATIENCE_S / LOOK_S)
    for _ in range(tries + 1):
        if not await app.database.read(lambda tx: jobs.is_waiting(tx, "erase", contact)):
            return True
        await asyncio.sleep(LOOK_S)
    return False


def _printed(done: Forgotten, *, erased: bool) -> str:
    lines = [
        f"{done.contact} is forgotten: {done.texts} texts erased, {done.elsewhere} other rows cleared of the address."
    ]
    if done.ended:
        lines.append(f"{done.ended} waiting actions were ended, and what they held is free.")
    if done.bookings:
        lines.append(f"{len(done.bookings)} appointments to come were cancelled; staff see each on the desk.")
    if done.revocations:
        lines.append(f"{done.revocations} revocations are kept under the address's keyed hash, so that STOP holds.")
    lines.append("The files were rewritten." if erased else "The files are rewritten as soon as they are free.")
    return "\n".join([*lines, "Copies and backups elsewhere are yours to erase.", ""])


def found(tx: Tx, business: str, who: str) -> str:
    """The contact that an address or the beginning of an id names; `BadInput` where there is none, or more than one."""
    who = who.strip()
    if who.startswith("con_"):
        if len(who) < SHORTEST:
            raise BadInput(f"{who!r} is too short for an id; write at least {SHORTEST} characters of it")
        ids = records.contacts.beginning_with(tx, business, who)
    else:
        ids = records.contacts.at_address(tx, business, who) or records.contacts.at_address(tx, business, _read(who))
    people = sorted({records.contacts.current(tx, one) for one in ids})
    if not people:
        raise BadInput(f"nobody is known as {who!r}{_kept(tx, business, who)}")
    if len(people) > 1:
        raise BadInput(f"{who!r} is ambiguous: {', '.join(people[:5])}; write more of the id")
    return people[0]


def _read(who: str) -> str:
    """The address as records spell it; a name that is no number stays as it is."""
    if any(letter.isalpha() for letter in who):
        return who.casefold()
    return e164(who)


def _kept(tx: Tx, business: str, who: str) -> str:
    if who.startswith("con_"):
        return ""
    held = [one for group in GROUPS for one in suppressions.of_address(tx, business, _read(who), group=group)]
    return "; they were forgotten, and their STOP is kept" if held else ""
