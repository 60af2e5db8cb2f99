"""Ledger events in plain words."""

from __future__ import annotations

from typing import Any

from desk.cards import LedgerEvent
from domain.clock import from_ms
from records.ledger import Event

_WHAT = {
    "message.heard": "A message came in by {channel}",
    "turn.opened": "A turn began",
    "turn.read": "The message was read by {by}",
    "turn.answered": "The turn was answered",
    "tool.read": "Looked something up with {tool}",
    "action.judged": "{tool} was judged",
    "action.confirmed": "The customer said yes",
    "action.decided": "Staff decided: {kind}",
    "action.done": "{tool} was done",
    "action.failed": "{tool} failed: {why}",
    "action.refused": "{tool} was refused",
    "action.unknown": "Nobody can tell whether {tool} happened",
    "action.superseded": "{tool} was overtaken",
    "action.expired": "{tool} expired",
    "consent.grant": "Consent was given ({purpose})",
    "consent.revoke": "Consent was revoked ({purpose})",
    "obligation.opened": "Follow-up opened: {kind}",
    "obligation.closed": "Follow-up closed: {outcome}",
    "obligation.overdue": "Follow-up is overdue: {kind}",
    "preference.set": "A wish was noted ({preference})",
    "contact.merged": "Two contacts were joined",
    "contact.unmerged": "Two contacts were parted",
    "delivery.unreached": "The other side of {tool} could not be reached; it is tried again",
    "delivery.unknown": "A delivery has an unknown outcome",
}


def told(event: Event) -> LedgerEvent:
    """One event as the screens and the command line show it."""
    body = event.body
    return LedgerEvent(
        seq=event.seq or 0,
        at=from_ms(event.at),
        who=who(event),
        what=what(event.kind, body),
        verdict=verdict(body),
    )


def what(kind: str, body: dict[str, Any]) -> str:
    """What happened."""
    return _WHAT.get(kind, kind).format_map(_Blank({k: str(v).replace("_", " ") for k, v in body.items()}))


def who(event: Event) -> str:
    """Who did it: staff by name where it was not erased, a part of the agent, or the customer."""
    if "by" in event.texts:
        return event.texts["by"]
    by = str(event.body.get("by") or "")
    if by and not by.startswith("act_"):
        return by.partition(":")[0].replace("_", " ")
    return "customer" if event.kind in ("message.heard", "action.confirmed") else "agent"


def verdict(body: dict[str, Any]) -> str:
    """The gate's answer with the rules that decided."""
    outcome = body.get("outcome")
    if outcome not in ("run", "ask", "hold", "refuse") or "findings" not in body:
        return ""
    rules = [f["rule"] for f in body["findings"] if f["verdict"] != "allow"]
    return f"{outcome} ({', '.join(rules)})" if rules else str(outcome)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
