"""A texted code is readable on the phone it went to, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop import opened_shop
from visitor import joined

from desk import why
from desk.board import Board, _said
from records import ledger, messages


async def test_a_code_is_not_readable_at_the_desk_in_why_in_the_ledger_or_in_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        mia = shop.somebody()
        visitor = await joined(shop, mia)
        [code] = [text[:6] for text in mia.inbox if "is your code for" in text]
        assert "Shall I book it?" in " ".join(await visitor.says("book a haircut with Ana today at 11am"))
        assert "(reference" in " ".join(await visitor.says("yes"))
        [card] = await Board(shop.app.deps, shop.app.submit).cards()
        shown = [w.text for w in card.customer_said]
        assert code not in repr(card) and "(a code)" in shown, shown
        contact = mia.rows("booking")[0].contact if mia.rows("booking") else mia.rows("action")[0].contact
        thread = shop.app.database.read_now(lambda tx: [_said(m).text for m in messages.thread(tx, contact)])
        assert "(a code was sent)" in thread and code not in repr(thread)
        assert shop.rows("SELECT 1 FROM message WHERE text = :code", code=code), "we did hear it"

        def told(tx: ledger.Tx) -> str:
            events = ledger.events(tx, shop.app.pack.business.id, limit=5000)
            found = [e.body["message"] for e in events if e.kind == "message.heard"]
            stories = [why.story(tx, shop.app.pack.business.id, m) for m in found]
            return json.dumps([[e.body, e.texts] for e in events] + stories) + "".join(map(why.printed, stories))

        everything = shop.app.database.read_now(told)
        assert "(a code)" in everything and code not in everything
        assert code not in repr([tuple(r) for r in shop.rows("SELECT * FROM event_text")])
        assert shop.sound()
        printed = capsys.readouterr()
        assert code not in printed.out + printed.err
