"""A text that we begin says who writes and, the first time, how to stop; an answer promotes nothing unasked."""

from __future__ import annotations

from pathlib import Path

from rehearsal import altered_pack, opened

NAME = "Willow & Co Hair: "
WAY_OUT = "Reply STOP to opt out."


async def test_news_after_a_call_says_who_writes_and_how_to_stop(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await salon.says("I want to book a haircut with Ana today at 11 am", channel="call")
        await salon.says("yes", channel="call")
        assert salon.action("book").state == "held"
        await salon.decide("approve", tool="book")
        first = await salon.told()
        assert "Willow & Co Hair" in first[0] and first[0].endswith(WAY_OUT)
        await salon.hear("")
        second = await salon.told()
        assert second and WAY_OUT in second[0] and second[0].count("Willow & Co Hair") == 1


async def test_a_running_conversation_is_not_introduced_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        answers = await salon.says("what are your hours on friday?")
        assert not answers[0].startswith(NAME) and "Willow & Co Hair" in answers[0]
        assert WAY_OUT not in "".join(answers)
        more = await salon.says("where are you?")
        assert "Willow & Co Hair" not in "".join(more)


async def test_an_offer_is_told_to_who_asks_for_one(tmp_path: Path) -> None:
    was, is_now = "on Mill Lane.", "on Mill Lane. Today only, 20% off every colour."
    pack = altered_pack(tmp_path / "pack", "knowledge/about.md", lambda text: text.replace(was, is_now))
    async with opened(tmp_path / "home", pack=pack) as salon:
        plain = "".join(await salon.says("is there parking?"))
        assert "Mill Lane" in plain and "20%" not in plain
        asked = "".join(await salon.says("is there parking, and any discount on it?"))
        assert "20%" in asked
