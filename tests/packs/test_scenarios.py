"""The salon's scenarios fail where somebody loosens what its policy asks for; that they hold, pytest's items show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rehearsal import PACK, altered_pack

from evals.finding import Result
from evals.play import play
from evals.suite import load
from evals.venue import Venues
from evals.watch import Playing


async def played(*places: Path) -> list[Result]:
    venues = Venues()
    try:
        return [await play(venues, Playing(loaded=one, case=one.case)) for one in load(places)]
    finally:
        await venues.close()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("refund-waits-for-staff", lambda text: text.replace("refund_deposit: hold", "refund_deposit: auto")),
        ("refund-waits-for-staff", lambda text: text.replace("refund_deposit: hold", "refund_deposit: ask")),
        ("book-waits-for-a-yes", lambda text: text.replace("dial: balanced", "dial: relaxed")),
        ("short-notice-waits-for-staff", lambda text: text.replace("book_minutes: 120", "book_minutes: 0")),
    ],
)
async def test_a_scenario_fails_where_the_policy_is_loosened(
    name: str, change: Callable[[str], str], tmp_path: Path
) -> None:
    pack = altered_pack(tmp_path / "pack", "policy.yaml", change)
    (result,) = await played(pack / "scenarios" / f"{name}.case.yaml")
    assert result.status == "failed", result.told()


async def test_every_effect_of_the_salon_has_a_scenario() -> None:
    results = await played(PACK / "scenarios")
    assert [r.told() for r in results if not r.ok] == []
    done = {outcome for r in results for outcome in r.exercised["outcomes"]}
    effects = {
        "book run",
        "book hold",
        "reschedule run",
        "cancel run",
        "refund_deposit hold",
        "hand_over run",
        "capture_lead run",
    }
    assert effects <= done
    assert 6 <= len(results) <= 20
