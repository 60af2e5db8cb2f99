"""The salon's scenarios hold, and fail where somebody loosens what its policy asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playing import PACK, Playing, playing
from rehearsal import altered_pack
from ruamel.yaml import YAML

SCENARIOS = sorted((PACK / "scenarios").glob("*.yaml"))


def scenario(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((PACK / "scenarios" / name).read_text("utf-8"))
    assert set(found) == {"title", "channel", "now", "turns"}
    return found


async def broken(salon: Playing, one: dict[str, Any]) -> str | None:
    """The first expectation of a scenario that does not hold."""
    await salon.begin(datetime.fromisoformat(str(one["now"])))
    for turn in one["turns"]:
        assert set(turn) <= {"say", "who", "reply", "actions", "bookings"}
        answer = await salon.says(turn["say"], channel=one["channel"], who=turn.get("who", 1))
        told = f"{turn['say']}: {answer}"
        if turn.get("reply", "") not in answer.text:
            return told
        if "actions" in turn and not set(turn["actions"]) <= set(answer.actions):
            return told
        if turn.get("actions") == [] and answer.actions:
            return told
        if turn.get("bookings", answer.bookings) != answer.bookings:
            return told
    return None


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
async def test_a_scenario_holds(file: Path, tmp_path: Path) -> None:
    async with playing(tmp_path) as salon:
        assert await broken(salon, scenario(file.name)) is None


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("refund-waits-for-staff.yaml", lambda text: text.replace("refund_deposit: hold", "refund_deposit: auto")),
        ("refund-waits-for-staff.yaml", lambda text: text.replace("refund_deposit: hold", "refund_deposit: ask")),
        ("book-waits-for-a-yes.yaml", lambda text: text.replace("dial: balanced", "dial: relaxed")),
        ("short-notice-waits-for-staff.yaml", lambda text: text.replace("book_minutes: 120", "book_minutes: 0")),
    ],
)
async def test_a_scenario_fails_where_the_policy_is_loosened(
    name: str, change: Callable[[str], str], tmp_path: Path
) -> None:
    pack = altered_pack(tmp_path / "pack", "policy.yaml", change)
    async with playing(tmp_path / "home", pack) as salon:
        assert await broken(salon, scenario(name)) is not None


def test_every_effect_of_the_salon_has_a_scenario() -> None:
    told = {action for file in SCENARIOS for turn in scenario(file.name)["turns"] for action in turn.get("actions", [])}
    effects = {"book done", "book held", "reschedule done", "cancel done", "refund_deposit held", "hand_over done"}
    assert effects <= told
    assert 6 <= len(SCENARIOS) <= 10
