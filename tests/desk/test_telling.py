"""The ledger in plain words: who did what, with which verdict, whatever the event holds."""

from __future__ import annotations

from typing import Any

import pytest
from making import NOW

from desk.telling import told, verdict, what, who
from domain.clock import to_ms
from records.ledger import Event


def event(kind: str, body: dict[str, Any], texts: dict[str, str] | None = None, seq: int | None = 7) -> Event:
    """A sealed event."""
    return Event(n=1, id="evt_1", business="salon", kind=kind, at=to_ms(NOW), body=body, texts=texts or {}, seq=seq)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("message.heard", {"channel": "sms"}, "A message came in by sms"),
        ("action.judged", {"tool": "refund_deposit"}, "refund deposit was judged"),
        ("action.failed", {"tool": "book", "why": "slot_taken"}, "book failed: slot taken"),
        ("delivery.unreached", {"tool": "message"}, "The other side of message could not be reached"),
        ("obligation.opened", {"kind": "missed_call"}, "Follow-up opened: missed call"),
        ("action.failed", {}, "… failed: …"),
        ("something.new", {"tool": "book"}, "something.new"),
        ("action.judged", {"tool": "{0.__class__}"}, "{0.  class  } was judged"),
    ],
)
def test_what_happened(kind: str, body: dict[str, Any], words: str) -> None:
    assert what(kind, body).startswith(words)


@pytest.mark.parametrize(
    ("kind", "body", "texts", "name"),
    [
        ("action.decided", {"by": "staff"}, {"by": "Sam"}, "Sam"),
        ("action.judged", {"by": "conversation:phrasebook"}, {}, "conversation"),
        ("action.judged", {"by": "missed_call"}, {}, "missed call"),
        ("obligation.closed", {"by": "act_0123"}, {}, "agent"),
        ("message.heard", {}, {}, "customer"),
        ("action.confirmed", {}, {}, "customer"),
        ("turn.answered", {}, {}, "agent"),
    ],
)
def test_who_did_it(kind: str, body: dict[str, Any], texts: dict[str, str], name: str) -> None:
    assert who(event(kind, body, texts)) == name


def finding(rule: str, outcome: str) -> dict[str, str]:
    """A rule's finding as the ledger has it."""
    return {"rule": rule, "verdict": outcome}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"outcome": "run", "findings": []}, "run"),
        ({"outcome": "run", "findings": [finding("confirmed", "allow")]}, "run"),
        ({"outcome": "hold", "findings": [finding("tier", "hold"), finding("staff", "allow")]}, "hold (tier)"),
        (
            {"outcome": "ask", "findings": [finding("tier", "hold"), finding("confirmed", "ask")]},
            "ask (tier, confirmed)",
        ),
        ({"outcome": "answered"}, ""),
        ({"outcome": "run"}, ""),
        ({}, ""),
    ],
)
def test_the_verdict_names_the_rules_that_decided(body: dict[str, Any], words: str) -> None:
    assert verdict(body) == words


def test_an_event_is_told_whole() -> None:
    shown = told(event("action.judged", {"tool": "book", "by": "conversation", "outcome": "run", "findings": []}))
    assert (shown.seq, shown.at, shown.who, shown.what, shown.verdict) == (
        7, NOW, "conversation", "book was judged", "run"
    )  # fmt: skip
    assert told(event("turn.opened", {}, seq=None)).seq == 0
