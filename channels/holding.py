"""Waiting on the line for what staff decide: only so long as the policy says, and never as the only way to be told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Literal

from channels.reception import Reception
from domain.clock import to_ms
from domain.message import Receipted
from records import calls, holds
from records.database import Scope, Tx

LOOK_S = 0.5


async def offered(reception: Reception, got: Receipted, call: str) -> bool:
    """Let the caller wait where what they said is held for staff; False where nothing is, or nobody may wait."""
    longest = timedelta(seconds=reception.pack.policy.approvals.call_wait_seconds)
    business, now = reception.pack.business.id, reception.clock.now()

    def work(tx: Tx) -> bool:
        held = calls.held_on(tx, business, got.contact, call=call)
        if held is not None:
            holds.begin(tx, business, {"call": call, "action": held}, until=now + longest, now=now)
        return held is not None

    look = partial(calls.held_on, business=business, contact=got.contact, call=call)
    if not longest or not await reception.database.read(look):
        return False
    return await reception.database.write(Scope(business, got.contact), work)


async def waits(reception: Reception, call: str) -> bool:
    """Whether this call's caller waits."""
    business = reception.pack.business.id
    return await reception.database.read(lambda tx: holds.until(tx, business, call)) is not None


async def news(reception: Reception, call: str, *, seconds: float | None) -> Receipted | Literal["nothing", "over"]:
    """What staff decided, as something to collect the words of; "over" once the time to wait has passed.

    "nothing" after so many seconds; without them only an end ends it.
    """
    business, live, time = reception.pack.business.id, reception.database.live, asyncio.get_running_loop().time
    until = time() + seconds if seconds is not None else None

    def look(tx: Tx) -> Receipted | int | None:
        found = calls.unheard_news(tx, business, call)
        return Receipted(found.id, found.contact, new=True) if found else holds.until(tx, business, call)

    while True:
        seen = live.news
        found = await reception.database.read(look)
        if isinstance(found, Receipted):
            return found
        if found is None or found <= to_ms(reception.clock.now()):
            await _release(reception, call, why="time")
            return "over"
        if until is not None and time() >= until:
            return "nothing"
        await live.wait(seen, LOOK_S)


async def told(reception: Reception, call: str) -> None:
    """The caller has been told and waits no more."""
    await _release(reception, call, why="told")


async def _release(reception: Reception, call: str, *, why: str) -> None:
    business, now = reception.pack.business.id, reception.clock.now()
    await reception.database.write(Scope(business), lambda tx: holds.release(tx, business, call, why=why, now=now))
