"""Playing one case to its result: seed, turns, expectations after each, invariants over the whole."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace

from structlog.testing import capture_logs

from domain.errors import ConfigurationError, QotBotError
from evals.finding import Result
from evals.performing import Performance
from evals.recording import Recorder
from evals.restarting import in_a_child
from evals.suite import Loaded
from evals.venue import Venue, Venues
from evals.watch import Playing, Watch


async def play(venues: Venues, playing: Playing) -> Result:
    """Play one case; what cannot be played (a missing fixture, an unrecorded turn) is an error in the result."""
    began, spent, result = time.perf_counter(), time.process_time(), playing.begun()
    try:
        if any(turn.kind == "restart" for turn in playing.case.turns):
            made = await in_a_child(playing, result)
        else:
            venue = await venues.of(
                playing.case, playing.loaded.folder, modelled=playing.lineup.modelled(playing.case),
                without=playing.without,
            )  # fmt: skip
            made = await at_venue(venue, playing, result)
    except (QotBotError, LookupError) as problem:
        made = replace(result, status="error", error=placed(playing.loaded, problem))
    except Exception as problem:  # noqa: BLE001  whatever one case brings up, the others are played
        where = "".join(traceback.format_exception(problem)[-3:]).strip()
        made = replace(result, status="error", error=f"{playing.loaded.place}: {where}")
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    return replace(made, ms=round(took * 1000, 2), cpu_ms=round(cpu * 1000, 2))


def placed(loaded: Loaded, problem: Exception) -> str:
    """What cannot be played, with the line that it comes from as near as is known."""
    told = str(problem)
    if told.startswith(f"{loaded.file}:"):
        return told
    settings = isinstance(problem, ConfigurationError) and "overrides" in loaded.lines
    what = "overrides" if settings else "reader" if "cassette" in told else ""
    return f"{loaded.place_of(what)}: {f'with these {what}: ' if settings else ''}{told}"


async def at_venue(venue: Venue, playing: Playing, result: Result) -> Result:
    """Play a case in this process."""
    case, app = playing.case, venue.app
    show = Performance(venue, case, f"{case.id}:{playing.seed}")
    await venue.begin(show.instant(case.clock.now))
    reader = playing.lineup.stand(venue, case, playing.loaded.folder)
    recorder = Recorder(database=app.database, pack=app.pack, case=case, public_hex=app.keys.public_hex)
    with capture_logs() as logs:
        watch = Watch(playing=playing, recorder=recorder, logs=logs)
        await show.seed()
        for number, turn in enumerate(case.turns, 1):
            reader.turn(turn)
            await watch.turn(number, turn, perform=show.perform)
            reader.check()
        made = await watch.end(result, carried=venue.carrier.taken)
    return replace(made, model_calls=reader.calls, drifted=len(reader.drifted))
