"""Turns as jobs: three tries, then the turn is put aside and a person is told; the lane goes on."""

from __future__ import annotations

import structlog

import records.contacts
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.guarded import Compiled
from graphs.turn import run_turn
from graphs.wording import worded
from records import conversations, obligations
from records.database import Tx
from records.obligations import Owed

log = structlog.get_logger()
TRIES = 3


async def take_turn(deps: Deps, graph: Compiled, contact: str, *, tries: int) -> None:
    """Run the contact's turn; on the last failed try quarantine it and say so to customer and staff."""
    try:
        while await run_turn(deps, graph, contact) is not None:
            if not await deps.database.read(lambda tx: conversations.unanswered(tx, contact)):
                return
    except Exception as problem:  # whatever a turn raises, the customer and staff are told
        log.error("turn.failed", contact=contact, tries=tries, error=type(problem).__name__)
        if tries < TRIES:
            raise
        await deps.database.write(deps.scope(contact), lambda tx: _quarantine(tx, deps, contact))


def _quarantine(tx: Tx, deps: Deps, contact: str) -> None:
    turn = conversations.open_turn(tx, contact, deps.clock.now())
    if turn is None:
        return
    now = deps.clock.now()
    conversations.close_turn(tx, turn.id, "quarantined", steps=[], now=now)
    detail = "The agent could not answer this; please answer the customer."
    owed = Owed(kind="quarantined", cause=turn.id, contact=contact, due=now, detail=detail)
    obligations.open_one(tx, turn.business, owed, now=now)
    outgoing = Outgoing(
        text=worded(deps.pack, "any.trouble", {}, seed=turn.id), purpose="reply",
        contact=records.contacts.current(tx, contact), channel=turn.channel, address=turn.address,
        cause=f"{turn.id}:quarantined",  # of its own: an apology answers nothing, so staff's follow-up stays open
        proposed_by="quarantine", ordinal=99, session=turn.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)
