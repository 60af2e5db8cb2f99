"""Quiet hours: proactive messages wait for the customer's day, in their zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Facts
from guards.timing import proactive

LOUD = ("sms", "call")


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """A proactive text outside the allowed window is refused until the window opens again."""
    if action.channel not in LOUD or not proactive(action, facts):
        return None
    zone = ZoneInfo(facts.contact.zone) if facts.contact and facts.contact.zone else facts.pack.business.tz
    local = facts.now.astimezone(zone)
    window = facts.pack.policy.quiet_hours
    if window.start <= local.time() < window.end:
        return None
    opens = _next_opening(local, facts)
    return Finding("quiet_hours", "deny", f"it is {local:%H:%M} for the customer", not_before=to_ms(opens))


def _next_opening(local: datetime, facts: Facts) -> datetime:
    start = facts.pack.policy.quiet_hours.start
    day = local.date() if local.time() < start else local.date() + timedelta(days=1)
    return datetime.combine(day, start, tzinfo=local.tzinfo)


GUARD = Guard("quiet_hours", reads=("contact", "last_heard"), judge=judge)
