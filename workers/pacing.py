"""Texts leave no faster than their sender may send them, and what we begin for advertising after all else."""

from __future__ import annotations

from datetime import timedelta

from domain.action import Action
from domain.errors import Later
from domain.live import Rate
from domain.segments import segments
from graphs.effects import Deps
from records import actions


async def wait_turn(deps: Deps, action: str, *, sender: str, rate: Rate | None) -> None:
    """Take a text's parts out of its sender's budget; `Later` says when to ask again where they are not there.

    Half of what may leave at once is kept for what is no advertising. Without a rate nothing waits.
    """
    if rate is None:
        return
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is None or not _paced(row):
        return
    parts = max(1, segments(str(row.args.get("text", ""))).parts)
    urgent = row.purpose != "marketing"
    wait = await deps.database.live.take(f"sender:{sender}", parts, rate, urgent=urgent)
    if wait > 0:
        raise Later(deps.clock.now() + timedelta(seconds=max(wait, 0.1)))


def _paced(row: Action) -> bool:
    return row.tool == "message" and row.channel == "sms" and row.state == "cleared"
