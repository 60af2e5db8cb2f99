"""Judges are advisory: they may veto what passed, and never rescue what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from evals.finding import Line, Result


class Judge(Protocol):
    """Looks at a transcript and a wish ("tone stays polite"); answers what is wrong with it, or nothing."""

    name: str

    async def veto(self, wish: str, transcript: Sequence[Line]) -> str | None: ...


async def vetoes(judges: Sequence[Judge], wishes: Sequence[str], result: Result) -> tuple[str, ...]:
    """What judges hold against a result that passed; a failed one they are not asked about."""
    if not result.ok:
        return ()
    found = [(judge.name, wish, await judge.veto(wish, result.transcript)) for judge in judges for wish in wishes]
    return tuple(f"{name}: {wish}: {said}" for name, wish, said in found if said)
