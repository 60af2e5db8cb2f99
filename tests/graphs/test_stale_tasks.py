"""A task that was left open is not repeated days later: it is dropped, or offered once where nothing else was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rehearsal import Salon, altered_pack, opened

DAY = 24 * 3600
WHEN = "What day and time would suit you"
GO_ON = "Last time we did not finish your booking. Shall we go on with it?"


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    async with opened(tmp_path / "home") as stage:
        await stage.says("I'd like to book a haircut with Ben", channel="web", address="w")
        yield stage


async def later(salon: Salon, text: str, seconds: float) -> str:
    await salon.clock.sleep(seconds)
    return " ".join(await salon.says(text, channel="web", address="w"))


@pytest.mark.parametrize("text", ["is there parking?", "thanks", "how much is balayage?"])
async def test_something_new_drops_what_was_left_open(salon: Salon, text: str) -> None:
    told = await later(salon, text, 3 * DAY)
    assert WHEN not in told and GO_ON not in told
    assert GO_ON not in await later(salon, "hello", 60)


async def test_within_a_day_the_question_still_stands(salon: Salon) -> None:
    assert WHEN in await later(salon, "is there parking?", DAY - 60)


@pytest.mark.parametrize("text", ["hi", "hello there", "asdf", "yes"])
async def test_a_mere_hello_is_offered_to_go_on_once(salon: Salon, text: str) -> None:
    told = await later(salon, text, 3 * DAY)
    assert GO_ON in told and WHEN not in told
    again = await later(salon, "hello", 60)
    assert GO_ON not in again and WHEN not in again


async def test_a_yes_goes_on_with_what_it_was_for(salon: Salon) -> None:
    await later(salon, "hi", 3 * DAY)
    assert f"{WHEN} for your haircut?" in await later(salon, "yes please", 60)
    assert "Haircut with Ben, Saturday 28 November at 10:00 am" in await later(salon, "saturday at 10", 60)


async def test_a_no_leaves_it(salon: Salon) -> None:
    await later(salon, "hi", 3 * DAY)
    told = await later(salon, "no", 60)
    assert WHEN not in told and GO_ON not in told


async def test_another_wish_begins_anew(salon: Salon) -> None:
    told = await later(salon, "book a blow dry on saturday at 10", 3 * DAY)
    assert "Blow-dry with Ana, Saturday 28 November at 10:00 am" in told and "Ben" not in told


async def test_a_read_back_of_days_ago_is_not_said_yes_to(salon: Salon) -> None:
    assert "Shall I book it?" in await later(salon, "saturday at 10", 60)
    assert GO_ON in await later(salon, "yes", 3 * DAY)
    assert not salon.rows("SELECT id FROM booking WHERE status = 'confirmed'")


def shorter(hours: int) -> Callable[[str], str]:
    return lambda text: text.replace("unfinished_hours: 24", f"unfinished_hours: {hours}")


async def test_the_pause_is_the_businesss_own(tmp_path: Path) -> None:
    pack = altered_pack(tmp_path / "pack", "policy.yaml", shorter(1))
    async with opened(tmp_path / "home", pack=pack) as salon:
        await salon.says("I'd like to book a haircut with Ben", channel="web", address="w")
        assert GO_ON in await later(salon, "hi", 3700)
