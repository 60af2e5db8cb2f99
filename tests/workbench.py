"""A workbench for tools: the salon's records, and nothing of the door and the conversation around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from making import NOW, PHONE, salon, within

from domain.action import Purpose
from domain.clock import to_ms
from domain.errors import ToolRefused
from domain.settings import Pack
from domain.tool import Context
from records.database import Database

T = TypeVar("T")


@dataclass(kw_only=True)
class Workbench:
    """Runs one step of a tool in a transaction of its own, as the door would."""

    database: Database
    contact: str
    pack: Pack = field(default_factory=salon)
    now: datetime = NOW
    told: list[tuple[str, str, str]] = field(default_factory=list)
    mute: bool = False

    def do(self, step: Callable[[Any, Context], T], args: Any, action: str = "act_one", **changed: Any) -> T:
        """Take a step of a tool; `changed` are parts of its context."""

        def work(tx: Any) -> T:
            bound: dict[str, Any] = {
                "contact": self.contact, "channel": "sms", "address": PHONE, "session": "sms", "tell": self._tell,
            }  # fmt: skip
            context = Context(tx=tx, now=self.now, pack=self.pack, action=action, **{**bound, **changed})
            return step(args, context)

        return within(self.database, work)

    def refuses(self, step: Callable[[Any, Context], Any], args: Any, action: str = "act_one", **changed: Any) -> str:
        """The code of the refusal that a step must end in."""
        with pytest.raises(ToolRefused) as refused:
            self.do(step, args, action, **changed)
        return refused.value.code

    def rows(self, query: str, **values: str) -> list[Any]:
        """Rows of the database."""
        return self.database.read_now(lambda tx: list(tx.execute(sa.text(query), values).all()))

    def _tell(self, text: str, *, channel: str, address: str, purpose: Purpose) -> bool:
        self.told.append((text, channel, address))
        return not self.mute


def local(text: str) -> int:
    """A local time of the salon, 2026-11-27T10:00, as milliseconds UTC."""
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=salon().business.tz))
