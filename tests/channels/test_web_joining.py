"""A chat visitor joins a number's conversation by a texted code, and only so."""

from __future__ import annotations

import httpx
import pytest
from shop import Person, Shop, Trouble
from visitor import FRIDAY, book_by_text, joined, open_page, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_texted_code_joins_a_visitor_to_the_numbers_conversation(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "9am")
    visitor = await open_page(shop)
    asked = await visitor.says("when is my appointment?")
    assert "9:00" not in " ".join(asked)
    texts = len(mia.inbox)
    assert "9:00" not in " ".join(await visitor.says(mia.number)), "whose number it is stays unsaid"
    code = mia.inbox[texts][:6]
    assert code.isdigit()
    listed = await visitor.says(code)
    assert f"Haircut with Ana, {FRIDAY} at 9:00 am" in listed[-1], "and not only in the texts that are shown now too"
    thread = await visitor.thread()
    assert any(f"{FRIDAY} at 9am" in m["text"] for m in thread), "the texts are part of the one conversation"
    assert "Shall I cancel it?" in " ".join(await visitor.says("please cancel it"))
    assert "is cancelled" in " ".join(await visitor.says("yes"))
    assert [row.status for row in mia.rows("booking")] == ["cancelled"]
    assert {row.contact for row in shop.rows("SELECT contact FROM address WHERE value = :v", v=visitor.session)} == {
        mia.rows("booking")[0].contact
    }
    assert shop.sound()


async def test_who_joins_is_answered_on_the_open_page(shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.database.SELDOM_S", 60.0)
    await book_by_text(mia, "2pm")
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    await visitor.says(mia.number)
    async with visitor.follow() as stream, shop.working():
        before = len(await stream.until(lambda got: "What is the code?" in str(got)))
        await visitor.send(mia.inbox[-1][:6])
        await stream.until(lambda got: any(data["from"] == "assistant" for _, data in got[before:]))


async def test_a_text_that_leaves_late_is_shown_in_its_place(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await joined(shop, mia)
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    monkeypatch.setattr("records.database.SELDOM_S", 0.05)
    shown = await visitor.thread()
    shop.line.troubles.append(Trouble(error=httpx.ConnectError))
    async with visitor.follow(after=shown[-1]["n"]) as stream, shop.working():
        await shop.company.text(mia.number, "where are you?")
        shop.clock.advance(3)
        await until(shop, lambda: not shop.line.troubles)
        await visitor.send("is there parking?")
        await until(shop, lambda: len(mia.rows("message", "text LIKE '%Mill Lane%'")) == 1)
        shop.clock.advance(7)  # the first pause is five seconds and up to a quarter more
        frames = await stream.until(lambda got: len(got) >= 4)
    said = [data["text"][:17] for _, data in frames]
    assert said == ["where are you?", "We are at 48 Chap", "is there parking?", "There is free par"]
    assert [int(event) for event, _ in frames] == sorted(int(event) for event, _ in frames)


async def test_guessing_codes_opens_nothing(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "11am")
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    texts = len(mia.inbox)
    await visitor.says(mia.number)
    code = mia.inbox[texts][:6]
    for n in range(1, 6):
        assert "11:00" not in " ".join(await visitor.says(f"{(int(code) + n) % 1_000_000:06d}"))
    assert "11:00" not in " ".join(await visitor.says(code)), "after so many guesses the right code is worth nothing"
    assert "11:00" not in " ".join(await visitor.says("when is my appointment?"))
    assert not shop.rows("SELECT 1 FROM address WHERE value = :v AND contact = :c", v=visitor.session,
                         c=mia.rows("booking")[0].contact)  # fmt: skip


async def test_at_most_three_codes_a_day_go_to_a_number(shop: Shop, mia: Person) -> None:
    for _ in range(7):
        visitor = await open_page(shop)
        await visitor.says("when is my appointment?")
        await visitor.says(mia.number)
    assert sum("is your code" in text for text in mia.inbox) == 3  # the cap on what we begin holds for codes too


async def test_what_is_no_number_is_asked_again_in_whole_sentences(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    [told] = await visitor.says("my number is 12345")
    assert told.endswith((".", "?"))
    assert " ." not in told
