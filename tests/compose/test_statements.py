"""How many statements a turn takes: each costs more than all the guards' rules together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playing import playing
from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "channel", "most"),
    [("what are your hours?", "web", 85), ("what are your hours?", "sms", 112), ("haircut friday 3pm", "sms", 130)],
    ids=["a question in the chat", "a question by text", "a proposal by text"],
)
async def test_a_turn_takes_few_statements(text: str, channel: str, most: int) -> None:
    async with playing() as stage:
        await stage.begin()
        await stage.says("hi", channel=channel)
        with counted() as asked:
            assert (await stage.says(text, channel=channel)).text
    assert len(asked) <= most, "\n".join(f"{asked.count(one):3} {one[:120]}" for one in sorted(set(asked)))
    assert len(asked) > most * 3 // 4, "say it with a lower number"
