"""Answers that a channel fetches into its own response: wait for the turn, claim its words, hand them over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from domain.message import Receipted, Words
from graphs import effects
from graphs.effects import Deps
from records import actions, conversations, messages
from records.database import Tx

LOOK_S = 0.25


async def collect(deps: Deps, heard: Receipted, seconds: float) -> Sequence[Words] | None:
    """The words that answer what was heard, claimed and settled as sent; None when the time is over.

    Asking again for the same message gives the same words, so that a repeated request hears the answer once more.
    """
    live, time = deps.database.live, asyncio.get_running_loop().time
    until = time() + seconds
    while True:
        seen = live.news
        if await deps.database.read(lambda tx: _ready(tx, heard)):
            scope = deps.scope(heard.contact)
            return await deps.database.write(scope, lambda tx: _claim(tx, deps, heard), urgent=True)
        if (left := until - time()) <= 0:
            return None
        await live.wait(seen, min(LOOK_S, left), about=heard.contact)


def _ready(tx: Tx, heard: Receipted) -> bool:
    message = messages.load(tx, heard.message)
    if message is None or message.turn is None:
        return message is not None and message.state == "covered"
    turn = conversations.load_turn(tx, message.turn)
    return turn is not None and turn.status != "open"


def _claim(tx: Tx, deps: Deps, heard: Receipted) -> list[Words]:
    message = messages.load(tx, heard.message)
    if message is None:
        return []
    words: list[Words] = []
    own = (
        messages.of_turn(tx, message.turn, "out")
        if message.turn
        else messages.caused_by(tx, message.id, message.channel)
    )
    waiting = messages.planned_in_session(tx, message.contact, message.channel, session=message.session)
    for one in {m.n: m for m in [*waiting, *own]}.values():
        row = actions.load(tx, one.action) if one.action else None
        if row is None:
            continue
        if row.state == "cleared":
            permit, row = actions.claim(tx, row, now=deps.clock.now())
            if permit is None:
                continue
            done = actions.settle(tx, row.id, "done", receipt={"message": one.id}, now=deps.clock.now())
            messages.set_state(tx, row.id, "sent", now=deps.clock.now())
            effects.ended(tx, deps, done)
        if row.state in ("executing", "done"):
            words.append(Words(one.text, one.options, one.id))
    return words
