"""Holidays and closed days are told as the settings have them and never offered; a series is politely declined."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playing import Playing, playing

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def salon() -> AsyncIterator[Playing]:
    async with playing() as stage:
        yield stage


CLOSED = "We are closed on Sundays, Thursday 26 November, Friday 25 December and Friday 1 January."
ASKED = [
    ("are you open on Christmas?", "We are closed on Friday 25 December."),
    ("are you open on thanksgiving", "We are closed on Thursday 26 November."),
    ("are you open for thanksgiving?", "We are closed on Thursday 26 November."),
    ("are you open on the 26th?", "We are closed on Thursday 26 November."),
    ("are you open on christmas eve?", "On Thursday 24 December we are open from 9:00 am to 8:00 pm."),
    ("what are your hours on labor day?", "On Monday 6 September we are open from 9:00 am to 6:00 pm."),
    ("are you open over the holidays?", CLOSED),
    ("what holidays are you closed?", CLOSED),
    ("when are you closed?", CLOSED),
]


@pytest.mark.parametrize(("question", "told"), ASKED)
async def test_a_question_about_a_holiday_is_answered_from_the_settings(
    salon: Playing, question: str, told: str
) -> None:
    await salon.begin()
    assert told in (await salon.says(question, channel="web")).text


@pytest.mark.parametrize(
    "wish", ["haircut on christmas please", "book a haircut on thanksgiving at 10", "haircut on 12/25"]
)
async def test_a_closed_day_is_not_offered(salon: Playing, wish: str) -> None:
    await salon.begin()
    answer = await salon.says(wish, channel="web")
    assert "We are closed on" in answer.text
    offered = answer.text.split("I have", 1)[1]
    assert "25 December" not in offered and "26 November" not in offered


SERIES = "I cannot book a whole series, so let us book the first one."


@pytest.mark.parametrize("wish", ["book a haircut every two weeks on friday at 3pm", "haircut every friday 3pm please"])
async def test_of_a_series_the_first_is_booked(salon: Playing, wish: str) -> None:
    await salon.begin()
    first = await salon.says(wish, channel="web")
    assert SERIES in first.text and "Friday 27 November at 3:00 pm, $45. Shall I book it?" in first.text
    done = await salon.says("yes", channel="web")
    assert "You're booked" in done.text and SERIES not in done.text


async def test_a_standing_wish_without_a_day_is_told_so_once(salon: Playing) -> None:
    await salon.begin()
    assert SERIES in (await salon.says("I'd like a weekly blow dry", channel="web")).text
    assert SERIES not in (await salon.says("weekly, on friday at noon", channel="web")).text
