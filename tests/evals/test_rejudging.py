"""The policy time machine: what another policy would have changed, on what was known then, and nothing is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rehearsal import PACK, Salon, opened

from domain.errors import BadInput, ConfigurationError
from evals.rejudging import machine, other_policy, rejudge
from evals.words_of_change import told

POLICY = (PACK / "policy.yaml").read_text("utf-8")


def _policy(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "new.yaml"
    file.write_text(text, "utf-8")
    return file


async def _day(salon: Salon) -> None:
    """A booking with its read-back and yes, a refund that waits, a question, a STOP and a missed call after it."""
    await salon.says("haircut with Ana tomorrow at 10:30 please")
    await salon.says("yes please")
    salon.clock.advance(3600)
    await salon.says("I'd like my deposit back please")
    await salon.says("is there parking?")
    salon.clock.advance(3600)
    await salon.says("STOP")
    await salon.hear("", channel="call")
    await salon.app.run_until_idle()


def _again(salon: Salon, file: Path) -> dict[str, Any]:
    return rejudge(salon.app.database, machine(*other_policy(PACK, file))).as_json()


def _everything(salon: Salon) -> dict[str, list[Any]]:
    tables = [name for (name,) in salon.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: salon.rows(f'SELECT * FROM "{name}"') for name in tables}  # noqa: S608  names of our own tables


async def test_the_present_policy_changes_nothing_and_no_row_is_touched(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        await _day(salon)
        before = _everything(salon)
        found = _again(salon, _policy(tmp_path, POLICY))
        assert _everything(salon) == before
        judged = salon.rows("SELECT count(*) FROM event WHERE kind = 'action.judged'")[0][0]
        assert found["decisions"] == judged > 5
        assert found["changes"] == [] and found["left_out"] == {} and found["summary"] == []


async def test_a_stricter_dial_makes_bookings_wait(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        await _day(salon)
        found = _again(salon, _policy(tmp_path, POLICY.replace("dial: balanced", "dial: strict")))
        booked = [c for c in found["changes"] if c["tool"] == "book"]
        assert [(c["was"], c["would"], c["rules"]) for c in booked] == [("run", "hold", ["tier"])]
        assert "1 booking would have waited for staff" in found["summary"]


async def test_a_looser_dial_asks_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        await _day(salon)
        found = _again(salon, _policy(tmp_path, POLICY.replace("dial: balanced", "dial: relaxed")))
        assert "1 booking would have been done without asking" in found["summary"]


async def test_a_tool_that_is_no_longer_offered_would_have_been_refused(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        await _day(salon)
        found = _again(salon, _policy(tmp_path, POLICY + "\ntools: [find_slots, answer]\n"))
        assert {(c["tool"], c["would"]) for c in found["changes"]} >= {("book", "refuse")}


def test_a_policy_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        other_policy(PACK, tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match="policy.yaml:1: dial"):
        other_policy(PACK, _policy(tmp_path, "dial: loud"))


def test_changes_are_told_in_words() -> None:
    texts = [("message", "run", "refuse", False)] * 12
    later = [("message", "run", "refuse", True)]
    books = [("book", "run", "hold", False)] * 3
    assert told([*texts, *later, *books, ("order", "ask", "refuse", False), ("message", "refuse", "run", False)]) == [
        "12 texts would not have been sent",
        "3 bookings would have waited for staff",
        "1 text would have been sent later",
        "1 action of order would have been refused",
        "1 text would have been sent",
    ]
