"""A messenger whose lease another process took over comes back late: the newer end stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from rehearsal import PHONE, Salon, opened

from domain.message import Receipted
from records import actions
from records.database import Scope, Tx
from workers import deliveries


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


async def late(salon: Salon, end: str | None, *, reached: bool = True) -> Any:
    """A text that is on its way when another process follows it and, with `end`, ends it; the action afterwards."""
    got: Receipted = await salon.hear("hello")
    await salon.clock.sleep(10)
    while not (waiting := salon.rows("SELECT id FROM action WHERE tool = 'message' AND state = 'cleared'")):
        assert await salon.app.runner._one()
    action = waiting[0][0]

    def overtake(point: str) -> None:
        if point != ("answer" if reached else "request"):
            return
        salon.carrier.point = lambda _: None
        after = salon.clock.now() + timedelta(seconds=31)

        def other(tx: Tx) -> None:
            assert actions.follow(tx, action, after) is not None
            if end == "unknown":
                actions.settle(tx, action, "unknown", receipt={"why": "unknown"}, now=after)

        salon.app.database.write_now(Scope(salon.app.pack.business.id, got.contact), other)
        if not reached:
            raise httpx.ConnectError("no way there")

    salon.carrier.point = overtake
    await deliveries.carry_out(salon.app.deps, action, tries=1)
    return salon.app.database.read_now(lambda tx: actions.load(tx, action))


@pytest.mark.parametrize(("end", "state"), [("unknown", "unknown"), (None, "executing")])
async def test_a_late_end_overwrites_nothing(tmp_path: Path, url: str | None, end: str | None, state: str) -> None:
    async with opened(tmp_path, url=url) as salon:
        row = await late(salon, end)
        assert len(salon.carrier.bodies(PHONE)) == 1
        assert row.state == state
        assert salon.rows("SELECT DISTINCT state FROM message WHERE direction = 'out'")[0][0] != "sent"
        assert salon.rows("SELECT count(*) FROM event WHERE kind = 'delivery.late'")[0][0] == 1


async def test_what_never_left_is_not_given_back_by_a_late_messenger(tmp_path: Path, url: str | None) -> None:
    async with opened(tmp_path, url=url) as salon:
        row = await late(salon, None, reached=False)
        assert row.state == "executing" and salon.carrier.bodies() == []
