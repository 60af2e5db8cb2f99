"""Logs made by hand: events in order, as the ledger would hold them, for what must notice that something broke."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.clock import to_ms
from evals.evidence import Evidence, Person
from records.ledger import Event

TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00-05:00")
ZONE = ZoneInfo("America/New_York")


class Log:
    """Appends events a second apart; `at` minutes after Tuesday ten o'clock."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.minutes = 0.0

    def add(self, kind: str, /, *, texts: dict[str, str] | None = None, **body: Any) -> Log:
        """Append one event."""
        n = len(self.events) + 1
        at = to_ms(TUESDAY) + int(self.minutes * 60_000) + n
        self.events.append(Event(n, f"evt_{n}", "salon", kind, at, body, texts or {}))
        return self

    def heard(self, text: str, *, contact: str = "con_1", message: str = "") -> Log:
        """Somebody wrote."""
        named = message or f"msg_{len(self.events)}"
        return self.add(
            "message.heard", message=named, contact=contact, channel="sms", kind="text", texts={"text": text}
        )

    def judged(self, action: str, outcome: str, *, tool: str = "message", **more: Any) -> Log:
        """The door decided."""
        states = {"run": "cleared", "ask": "asked", "hold": "held", "refuse": "refused"}
        body = {
            "tool": tool, "tier": 1, "purpose": "reply", "contact": "con_1", "turn": None, "cause": "", "by": "test",
            "channel": "sms", "args_hash": "h1", "findings": [],
        }  # fmt: skip
        return self.add("action.judged", action=action, outcome=outcome, state=states[outcome], **{**body, **more})

    def done(self, action: str, *, tool: str = "message", **more: Any) -> Log:
        """It happened."""
        body = {"contact": "con_1", "turn": None, "state": "done", "ref": "A1", "version": 1, **more}
        return self.add("action.done", action=action, tool=tool, **body)

    def sent(self, action: str, **more: Any) -> Log:
        """A message was cleared and sent."""
        return self.judged(action, "run", **more).done(action)

    def evidence(self, **more: Any) -> Evidence:
        """What there is to read."""
        people = {"customer": Person(ref="customer", addresses=("+12025550143",), contact="con_1")}
        return Evidence(business="salon", zone=ZONE, events=tuple(self.events), people=people, turns=(0,), **more)
