"""Texts leave no faster than their sender may send them, and advertising waits for all else."""

from __future__ import annotations

from pathlib import Path

import pytest
from rehearsal import PHONE, opened

from channels.remedies import rate_of
from domain.errors import Later
from domain.live import Rate
from workers.pacing import wait_turn

SLOW = Rate(0.0001, 4)


@pytest.mark.asyncio
async def test_a_sender_waits_for_its_budget(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await salon.hear("hello")
        await salon.clock.sleep(10)
        while not (waiting := salon.rows("SELECT id FROM action WHERE tool = 'message' AND state = 'cleared'")):
            assert await salon.app.runner._one()
        action, deps = waiting[0][0], salon.app.deps
        await wait_turn(deps, action, sender="+15185550100", rate=None)
        with pytest.raises(Later) as later:
            for _ in range(10):
                await wait_turn(deps, action, sender="+15185550100", rate=SLOW)
        assert later.value.ready > salon.clock.now()
        await wait_turn(deps, action, sender="another", rate=SLOW)
        await wait_turn(deps, "act_nobody", sender="+15185550100", rate=SLOW)
        assert salon.carrier.bodies(PHONE) == []


@pytest.mark.parametrize(
    ("number", "per_s"), [("+15185550100", 1.0), ("+18885550100", 3.0), ("72345", 100.0)], ids=["long", "free", "short"]
)
def test_the_kind_of_number_sets_the_rate(number: str, per_s: float) -> None:
    found = rate_of(number, service=False)
    assert (found.per_s, found.burst) == (per_s, 30 * per_s)
