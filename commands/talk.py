"""`qotbot chat`: talk as a customer, one message a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from commands.model import chosen_model
from domain.clock import SteppingClock
from domain.errors import BadInput
from domain.phone import e164
from evals.stage import KINDS, staged
from records.home import owned

DEFAULTS = {"web": "web-visitor", "sms": "+12025550143", "call": "+12025550143"}


@dataclass(frozen=True, slots=True)
class Visit:
    """Who speaks (the channel's example customer if not named), over which channel, from when on (aware; now)."""

    channel: str
    address: str | None = None
    begin: datetime | None = None

    def who(self) -> str:
        """The customer's address; `BadInput` where channel or number are none."""
        if self.channel not in KINDS:
            raise BadInput(f"there is no channel {self.channel!r}: choose web, sms or call")
        given = self.address or DEFAULTS[self.channel]
        return e164(given) if KINDS[self.channel] == "phone" else given


async def talk(home: Path, business: Path, visit: Visit, *, as_json: bool) -> None:
    """Read messages from standard input and print what the records say after each turn."""
    who = visit.who()
    model, reader = chosen_model(needed=False)
    clock = SteppingClock(visit.begin or datetime.now(UTC))
    with owned(home):
        async with staged(home, business, clock, model=model, reader=reader) as stage:
            for text in lines(sys.stdin):
                for event in await stage.hear(visit.channel, who, text):
                    sys.stdout.write(_printed(event, as_json=as_json) + "\n")
                sys.stdout.flush()


def lines(source: TextIO) -> Iterator[str]:
    """The lines of an input, without their ends."""
    for line in source:
        yield line.rstrip("\r\n")


def _printed(event: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(event, ensure_ascii=False)
    match event["event"]:
        case "reply":
            return f"  {event['text']}"
        case "action":
            rules = ", ".join(f"{f['rule']}: {f['verdict']}" for f in event["findings"])
            return f"  [{event['ref']} {event['tool']} {event['state']}{' · ' + rules if rules else ''}]"
        case "held":
            return f"  [{event['ref']} waits for staff: qotbot inbox approve {event['ref']}]"
        case _:
            what = f"{event['service']} with {event['staff']}, {event['start']}"
            return f"  [booking {event['code']} {event['status']}: {what}]"
