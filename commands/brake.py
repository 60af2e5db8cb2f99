"""`qotbot pause` and `resume`: stop everything that the business begins of itself, and let it go on."""

from __future__ import annotations

import getpass
import sys
from datetime import timedelta

from commands.opening import Opened
from domain.clock import SystemClock, from_ms, iso
from records import brakes, timers
from records.brakes import Brake
from records.database import Scope, Tx
from records.jobs import Work

CATCH_UP = timedelta(hours=12)  # what was held back longer than this would surprise more than it helps


def pause(opened: Opened, *, reason: str, by: str | None) -> None:
    """Put the pause on; once this returned, no send that we begin is claimed by anybody."""
    business, now = opened.pack.business.id, SystemClock().now()
    made = brakes.brake("pause", reason=reason, actor=by or getpass.getuser(), now=now)
    _, new = opened.database.write_now(Scope(business), lambda tx: brakes.put_on(tx, business, made, now=now))
    sys.stdout.write(
        ("Paused: " if new else "Already paused: ")
        + "nothing goes out that we begin. Customers who write are still answered. 'qotbot resume' lifts it.\n"
    )


def resume(opened: Opened, *, by: str | None) -> None:
    """Lift whatever holds, and send what only that held back in the last hours."""
    who = by or getpass.getuser()
    held, again = opened.database.write_now(Scope(opened.pack.business.id), lambda tx: _lift(tx, opened, who))
    for one in held:
        sys.stdout.write(f"Lifted: {one.kind.partition(':')[0]} since {iso(from_ms(one.at))} ({one.reason}).\n")
    if not held:
        sys.stdout.write("Nothing was stopped.\n")
    if again:
        sys.stdout.write(f"{again} held back within {CATCH_UP.seconds // 3600} hours will be tried again.\n")


def _lift(tx: Tx, opened: Opened, who: str) -> tuple[tuple[Brake, ...], int]:
    business, now = opened.pack.business.id, SystemClock().now()
    held = brakes.lift(tx, business, by=who, now=now)
    waiting = brakes.stopped_by(tx, business, held, since=now - CATCH_UP)
    for row in waiting:
        timers.set_timer(tx, business, Work("resubmit", row.id, f"contact:{row.contact}"), due=now)
    return held, len(waiting)
