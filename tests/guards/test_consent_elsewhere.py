"""The published situations of the consent gate about reviews, other countries and clinics, before the real door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from gatehouse import CAMPAIGN, NAME, REMINDER, Answer, Gate, Situations, assert_so, kept
from making import salon

from guards.basis import implied_until
from records.database import Database

SITUATIONS: Situations = {}
situation = partial(kept, SITUATIONS)


@situation("C26 a request for a review on transactional consent", "block", "content")
def _c26(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    return gate.ask("service", f"{NAME}: how was your cut? Leave us a Google review. Reply STOP to opt out.")


def canadian(gate: Gate, method: str, months: int) -> Answer:
    """A campaign to Toronto on what a relationship implied so many months ago."""
    gate.number = "+14165550143"
    at = gate.now - timedelta(days=months * 30.5)
    until = implied_until(method, "CA", at)
    gate.entry("grant", "marketing", ago=gate.now - at, method=method, jurisdiction="CA", expires_at=until,
               disclosure=None)  # fmt: skip
    return gate.ask("marketing", CAMPAIGN)


@situation("C27 a campaign 23 months after a Canadian's purchase", "allow")
def _c27(gate: Gate) -> Answer:
    return canadian(gate, "purchase", 23)


@situation("C27b 25 months after it", "block", "consent")
def _c27b(gate: Gate) -> Answer:
    return canadian(gate, "purchase", 25)


@situation("C28 seven months after a Canadian's inquiry", "block", "consent")
def _c28(gate: Gate) -> Answer:
    return canadian(gate, "inquiry", 7)


@situation("C29 a campaign to Germany without an opt-in", "block", "consent")
def _c29(gate: Gate) -> Answer:
    gate.number = "+4915112345678"
    gate.entry("grant", "service", jurisdiction="DE")
    return gate.ask("marketing", CAMPAIGN)


def at_a_clinic(gate: Gate) -> Gate:
    """The same person, a patient now."""
    pack = salon()
    gate.pack = replace(pack, business=pack.business.model_copy(update={"sector": "clinic"}))
    gate.entry("grant", "service")
    return gate


@situation("C30 a clinic's text that names a procedure", "block", "content")
def _c30(gate: Gate) -> Answer:
    return at_a_clinic(gate).ask("service", f"{NAME}: your colonoscopy is tomorrow at 2 pm. Reply STOP to opt out.")


@situation("C30b the same text with when and where alone", "allow")
def _c30b(gate: Gate) -> Answer:
    return at_a_clinic(gate).ask("service", REMINDER)


@situation("C31 a clinic on WhatsApp", "block", "content")
def _c31(gate: Gate) -> Answer:
    return at_a_clinic(gate).ask("service", REMINDER, channel="whatsapp")


@pytest.mark.parametrize("name", SITUATIONS, ids=lambda name: name.split()[0])
def test_a_situation(database: Database, name: str) -> None:
    assert_so(Gate(database=database), SITUATIONS[name])
