"""The runner: takes jobs lane by lane, fires timers, seals the ledger, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from traceback import extract_tb

import structlog

from domain.errors import Later
from graphs.effects import Deps
from records import jobs, obligations
from records.database import Scope, Tx
from records.jobs import Job
from records.keys import Keys
from records.obligations import Owed
from records.timers import ahead
from workers import hearing
from workers.sealing import Sealer
from workers.timers import scan
from workers.witnesses import Witness
from workers.witnessing import Witnesser

log = structlog.get_logger()
AT_ONCE = 4
PAUSE_S = 0.5
TRIES = 5
HORIZON = timedelta(seconds=30)
Handler = Callable[[Job], Awaitable[None]]


class Runner:
    """Runs the jobs of one process; handlers by kind of job."""

    def __init__(
        self, deps: Deps, keys: Keys, handlers: Mapping[str, Handler], *, witnesses: Sequence[Witness] = ()
    ) -> None:
        self._deps = deps
        self._witnesser = Witnesser(
            database=deps.database, business=deps.pack.business.id, clock=deps.clock, witnesses=witnesses
        )
        self._sealer = Sealer(database=deps.database, business=deps.pack.business.id, keys=keys)
        self._handlers = handlers
        self._scope = Scope(deps.pack.business.id, about="jobs")  # news about jobs are the workers' alone

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; what runs then is finished first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick(stop))
            group.create_task(self._witness(stop))
            await self._hand_out(group, stop)

    async def run_until_idle(self) -> int:
        """Run everything that is runnable within the horizon, waiting on the injected clock; how many jobs ran."""
        ran = 0
        while True:
            await hearing.drain(self._deps)
            now, database = self._deps.clock.now(), self._deps.database
            look = await database.read(partial(ahead, business=self._scope.business, now=now))
            ready = look.ready
            if look.due:
                await scan(self._deps)
            if (look.due or look.runnable) and (job := await self._claim(now)) is not None:
                await self._handle(job)
                ran += 1
                continue
            if look.due:
                ready = await database.read(jobs.next_ready)
            if ready is None or ready > now + HORIZON:
                await self._sealer.seal(now, sure=ran > 0)
                return ran
            await self._deps.clock.sleep(max(0.001, (ready - now).total_seconds()))

    async def seal(self) -> None:
        """Seal what was appended since the last time."""
        await self._sealer.seal(self._deps.clock.now())

    async def _hand_out(self, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """One looker takes the jobs, a few hands do them."""
        live, hands = self._deps.database.live, asyncio.Semaphore(AT_ONCE)

        async def do(job: Job) -> None:
            try:
                await self._handle(job)
            except Exception as problem:  # noqa: BLE001  the job's lease ends, and it is taken again
                log.error("runner.failed", error=type(problem).__name__)
            finally:
                hands.release()

        while not stop.is_set():
            seen, job = live.news, None
            await hands.acquire()
            try:
                job = await self._take()
            except Exception as problem:  # noqa: BLE001  a database that is away comes back
                log.error("runner.failed", error=type(problem).__name__)
            if job is not None:
                group.create_task(do(job))
                continue
            hands.release()
            await live.wait(seen, PAUSE_S)

    async def _tick(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await scan(self._deps)
                await self.seal()
            except Exception as problem:  # noqa: BLE001  a database that is away comes back
                log.error("tick.failed", error=type(problem).__name__)
            await asyncio.sleep(PAUSE_S)

    async def _witness(self, stop: asyncio.Event) -> None:
        """Show heads to the witnesses, beside everything else: one that is slow or away holds nothing up."""
        while self._witnesser.witnesses and not stop.is_set():
            try:
                await self._witnesser.round()
            except Exception as problem:  # noqa: BLE001  a database that is away comes back
                log.error("witness.failed", error=type(problem).__name__)
            await asyncio.sleep(PAUSE_S)

    async def _one(self) -> bool:
        job = await self._take()
        if job is not None:
            await self._handle(job)
        return job is not None

    async def _take(self) -> Job | None:
        await hearing.drain(self._deps)
        now = self._deps.clock.now()
        if not await self._deps.database.read(lambda tx: jobs.any_runnable(tx, now)):
            return None
        return await self._claim(now)

    async def _claim(self, now: datetime) -> Job | None:
        return await self._deps.database.write(self._scope, lambda tx: jobs.take(tx, now))

    async def _handle(self, job: Job) -> None:
        database, clock = self._deps.database, self._deps.clock
        scope = self._scope
        try:
            await self._handlers[job.kind](job)
        except Later as later:
            ready = later.ready
            await database.write(scope, lambda tx: jobs.retry(tx, job, "later", ready=ready))
        except Exception as problem:  # noqa: BLE001  whatever one job raises, the others go on
            error = type(problem).__name__
            log.error("job.failed", kind=job.kind, ref=job.ref, tries=job.tries, error=error, where=_where(problem))
            ready, whole = clock.now() + _back_off(job.tries), Scope(job.business)
            await database.write(whole, lambda tx: _failed(tx, self._deps, job, error=error, ready=ready))
        else:
            await database.write(scope, lambda tx: jobs.finish(tx, job))


def _failed(tx: Tx, deps: Deps, job: Job, *, error: str, ready: datetime) -> None:
    """Try again, or put the job aside where staff see it, so that its lane goes on."""
    if job.tries < TRIES:
        jobs.retry(tx, job, error, ready=ready)
        return
    jobs.finish(tx, job)
    now = deps.clock.now()
    detail = f"{job.kind} failed {job.tries} times ({error})"
    owed = Owed(kind="failed_job", cause=f"{job.kind}:{job.ref}", contact=None, due=now, detail=detail)
    obligations.open_one(tx, job.business, owed, now=now)


def _where(problem: BaseException) -> str:
    """The line that raised: enough to find it, and nothing of anybody's words."""
    frame = extract_tb(problem.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _back_off(tries: int) -> timedelta:
    return timedelta(seconds=min(30, 2**tries))
