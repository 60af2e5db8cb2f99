"""Caps: how many messages that we begin one person gets, by rolling hours; one too many waits, it is not dropped."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from domain.settings import Caps
from guards.facts import Clearance, Facts
from guards.timing import begins_now, proactive
from records import brakes
from records.brakes import Begun
from records.database import Tx


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` messages of these purposes in a window of milliseconds, on the channels named or on all."""

    name: str
    purposes: frozenset[str]
    channels: frozenset[str]
    limit: int
    window: int

    def counts(self, channel: str | None, purpose: str) -> bool:
        """Whether a message is one of those that are counted."""
        return purpose in self.purposes and (not self.channels or channel in self.channels)


def _caps() -> tuple[Cap, ...]:
    table: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/caps.toml").read_text("utf-8"))
    return tuple(
        Cap(c["name"], frozenset(c["purposes"]), frozenset(c.get("channels", ())), c["limit"], c["hours"] * 3_600_000)
        for c in table["cap"]
    )


CAPS = _caps()
LONGEST = timedelta(milliseconds=max(cap.window for cap in CAPS))


def load(tx: Tx, action: Proposal, clearance: Clearance) -> tuple[Begun, ...]:
    """What we began with this person within the longest window; nothing where no cap can matter."""
    if not action.contact or not begins_now(action, clearance):
        return ()
    return brakes.begun(tx, action.contact, since=clearance.now - LONGEST)


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Put off a message that we begin until every cap has room for it."""
    if not proactive(action, facts):
        return None
    sent: tuple[Begun, ...] = facts.own("caps")
    now = to_ms(facts.now)
    full = [(cap, _room(cap, sent, facts.pack.policy.caps, now=now)) for cap in CAPS if _applies(cap, action)]
    waiting = [(cap, at) for cap, at in full if at > now]
    if not waiting:
        return None
    cap, at = max(waiting, key=lambda one: one[1])
    hours = cap.window // 3_600_000
    why = f"this person already got as many messages as are allowed in {hours} hours"
    return Finding("caps", "deny", why, (cap.name,), not_before=at)


def _applies(cap: Cap, action: Proposal) -> bool:
    return cap.counts(action.channel, action.purpose)


def _room(cap: Cap, sent: tuple[Begun, ...], policy: Caps, *, now: int) -> int:
    """When the cap has room again; not after `now` where it has. A cap of none at all is asked again a window later."""
    own: int | None = getattr(policy, cap.name, None)
    limit = cap.limit if own is None else min(own, cap.limit)
    if limit == 0:
        return now + cap.window
    counted = [one.at for one in sent if cap.counts(one.channel, one.purpose)]
    return counted[limit - 1] + cap.window if len(counted) >= limit else now


GUARD = Guard("caps", reads=("last_heard",), judge=judge, load=load)
