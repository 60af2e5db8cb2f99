"""A visitor's stream looks when there is something about the visitor, not whenever anybody does anything."""

from __future__ import annotations

from typing import Any

import pytest
from shop import Shop
from visitor import open_page

from channels import following
from channels.following import News

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_others_do_wakes_no_stream_of_mine(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, real = dict[str, int](), following._news

    def counted(tx: Any, **about: Any) -> News:
        session = about["visitor"].session
        looks[session] = looks.get(session, 0) + 1
        return real(tx, **about)

    monkeypatch.setattr(following, "_news", counted)
    monkeypatch.setattr("records.database.SELDOM_S", 60.0)
    quiet, busy = await open_page(shop), await open_page(shop)
    await quiet.says("is there parking?")
    await busy.says("hello")
    async with quiet.follow() as mine, busy.follow() as theirs:
        said = len(await mine.until(lambda got: "free parking" in str(got)))
        before = dict(looks)
        async with shop.working():
            await busy.send("can I book a haircut with Ana on Friday at 10am")
            await theirs.until(lambda got: "Shall I book it" in str(got))
            await shop.quiet()
            assert looks[quiet.session] == before[quiet.session], "somebody else's turn, its jobs and its leaves"
        async with shop.working():
            await quiet.send("where are you?")
            await mine.until(lambda got: len(got) > said + 1)
