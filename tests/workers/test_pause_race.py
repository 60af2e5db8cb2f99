"""`qotbot pause`: no claim of a message that we begin succeeds whose transaction began after it returned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from crowd import number, opt_in
from rehearsal import Salon, opened

from domain.action import Action
from domain.clock import SteppingClock
from graphs import effects
from graphs.effects import Outgoing
from records import actions, brakes
from records.database import Scope
from workers import deliveries

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
PEOPLE, CLAIMED_BEFORE = 60, 15
WORDS = "Willow & Co Hair: autumn colors are in. Reply STOP to opt out."


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


def queued(salon: Salon, contact: str, phone: str) -> Action:
    """An offer that may leave."""
    outgoing = Outgoing(text=WORDS, purpose="marketing", contact=contact, channel="sms", address=phone, cause=contact,
                        proposed_by="test")  # fmt: skip
    deps = salon.app.deps
    made = salon.app.database.write_now(Scope("salon", contact), lambda tx: effects.send(tx, deps, outgoing))
    assert made.state == "cleared"
    return made


async def test_no_claim_that_begins_after_a_pause_returned_succeeds(tmp_path: Path, url: str | None) -> None:
    async with opened(tmp_path, clock=SteppingClock(NOON), url=url) as salon:
        phones = [number(n) for n in range(PEOPLE)]
        rows = [queued(salon, *one) for one in zip(opt_in(salon, *phones), phones, strict=True)]
        paused, some = Event(), Event()
        begun_after: list[bool] = []

        def messenger(mine: list[Action]) -> list[bool]:
            told = []
            for row in mine:
                if row is mine[-1]:
                    paused.wait(30)  # somebody is always late
                after = paused.is_set()  # the pause had returned before this transaction began
                claim = partial(deliveries._claim, deps=salon.app.deps, row=row)
                claimed = salon.app.database.write_now(Scope("salon", row.contact), claim) is not None
                told.append(after and claimed)
                begun_after.append(after)
                if len(begun_after) >= CLAIMED_BEFORE:
                    some.set()
            return told

        def pause() -> None:
            some.wait(30)
            made = brakes.brake("pause", reason="a storm", actor="kim", now=salon.clock.now())
            put_on = partial(brakes.put_on, business="salon", made=made, now=salon.clock.now())
            salon.app.database.write_now(Scope("salon"), put_on)
            paused.set()

        with ThreadPoolExecutor(4) as threads:
            work = [threads.submit(messenger, rows[n::3]) for n in range(3)]
            threads.submit(pause).result()
            assert not any(claimed for one in work for claimed in one.result())
        assert any(begun_after)
        left = salon.app.database.read_now(lambda tx: actions.in_state(tx, "salon", ("executing",)))
        assert CLAIMED_BEFORE - 3 <= len(left) < PEOPLE
