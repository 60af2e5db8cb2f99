"""What does each kind of job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.live import Rate
from graphs import approval
from graphs.effects import Deps
from graphs.guarded import Compiled
from records.jobs import Job
from workers import campaigns, deliveries, forgetting, timers
from workers.pacing import wait_turn
from workers.runner import AT_ONCE, Handler
from workers.turns import take_turn


@dataclass(frozen=True, slots=True)
class Sending:
    """How texts leave: from which sender, how fast, and whether from this process at all."""

    sender: str = ""
    rate: Rate | None = None
    here: bool = True


@dataclass(frozen=True, slots=True)
class Graphs:
    """The conversation, the held actions' own graphs by tool, and whether a model reads in the conversation."""

    conversation: Compiled
    actions: Mapping[str, Compiled]
    asks_model: bool


def handlers(deps: Deps, graphs: Graphs, sending: Sending) -> dict[str, Handler]:
    """The handlers by kind of job."""

    async def deliver(job: Job) -> None:
        if not sending.here:
            await deliveries.leave_text(deps, job.ref)
        await wait_turn(deps, job.ref, sender=sending.sender, rate=sending.rate)
        await deliveries.carry_out(deps, job.ref, tries=job.tries)

    async def campaign(job: Job) -> None:
        if not sending.here:
            deliveries.leave(deps)
        await campaigns.advance(deps, job.ref)

    def about(work: Callable[..., Awaitable[None]], *with_what: Any) -> Handler:
        async def handle(job: Job) -> None:
            await work(deps, *with_what, job.ref)

        return handle

    timed = (timers.expire, timers.lapse, timers.resubmit, timers.unclear, timers.unspoken)
    return {
        **{work.__name__: about(work) for work in timed},
        "turn": _turns(deps, graphs), "deliver": deliver, "campaign": campaign,
        "drive": about(approval.drive, graphs.actions), "erase": about(forgetting.erase, graphs.actions),
    }  # fmt: skip


def _turns(deps: Deps, graphs: Graphs) -> Handler:
    """Turns that wait for no model only compute: one after the other each is answered sooner than all at once."""
    thinking = asyncio.Semaphore(AT_ONCE if graphs.asks_model else 1)

    async def turn(job: Job) -> None:
        async with thinking:
            await take_turn(deps, graphs.conversation, job.ref, tries=job.tries)

    return turn
