"""The published situations of the consent gate, each before the real door; those that need a carrier are elsewhere.

`test_consent_elsewhere.py` has C26–C31, other countries and clinics; `tests/workers/test_consent_cases.py` plays C17,
C18, C21–C25, C32 and C36 through the whole application, `tests/workers/test_spooled_stops.py` C35 and
`tests/channels/test_reassigned.py` C33.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from gatehouse import CAMPAIGN, NAME, NOON, REMINDER, Answer, Gate, Situations, assert_so, kept

from records.database import Database
from records.disclosures import Disclosure

ANSWER = "We are open until 7 pm today."
STOPPED = f"{NAME}: you're unsubscribed and won't get more texts."
AI_SALES = f"This is the automated assistant of {NAME}. New colors are in. Say stop, or reply STOP to opt out."
ARTIFICIAL = "I agree to sales calls from Willow & Co Hair with an artificial or prerecorded voice. Not needed to buy."
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
SITUATIONS: Situations = {}
situation = partial(kept, SITUATIONS)


@situation("C01 a plain answer two minutes after the question, no consent", "allow")
def _c01(gate: Gate) -> Answer:
    gate.wrote("until when are you open?", ago=2 * MINUTE)
    return gate.ask("reply", ANSWER)


@situation("C02 the same answer with an offer", "block", "content")
def _c02(gate: Gate) -> Answer:
    gate.wrote("until when are you open?", ago=2 * MINUTE)
    return gate.ask("reply", f"{ANSWER} Get 20 % off this week!")


@situation("C03 a confirmation to a number given at booking", "allow")
def _c03(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    return gate.ask("service", f"{NAME}: your haircut is booked for Friday at 2 pm.")


@situation("C04 a reminder at 07:30 local time", "defer", "quiet_hours")
def _c04(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    gate.now = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    answer = gate.ask("service", REMINDER)
    assert answer.until == datetime(2026, 11, 24, 14, tzinfo=UTC)
    return answer


@situation("C05 a campaign on transactional consent only", "block", "consent")
def _c05(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    return gate.ask("marketing", CAMPAIGN)


@situation("C06 a campaign on written consent without the text that was shown", "block", "consent")
def _c06(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", disclosure=None)
    return gate.ask("marketing", CAMPAIGN)


@situation("C07 a campaign while the double opt-in waits", "block", "consent")
def _c07(gate: Gate) -> Answer:
    gate.entry("pending", "marketing")
    return gate.ask("marketing", CAMPAIGN)


@situation("C08 a campaign on written consent to a number on our own do-not-call list", "block", "consent")
def _c08(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", ago=3 * DAY)
    for channel in ("sms", "call"):
        gate.entry("revoke", "all", ago=2 * DAY, channel=channel, method="staff_entry", actor="staff")
    return gate.ask("marketing", CAMPAIGN)


@situation("C09 a reminder call by an artificial voice on consent to texts", "block", "artificial_voice")
def _c09(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    gate.wrote("see you", ago=2 * DAY)
    return gate.ask("service", REMINDER, channel="call")


@situation("C10 a sales call by an artificial voice on consent that names one, in its hours", "allow")
def _c10(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", channel="call", disclosure=Disclosure(ARTIFICIAL, "2", "en"))
    return gate.ask("marketing", AI_SALES, channel="call")


@situation("C10b the same on consent that names no artificial voice", "block", "artificial_voice")
def _c10b(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", channel="call", disclosure=Disclosure("I agree to calls.", "2", "en"))
    return gate.ask("marketing", AI_SALES, channel="call")


@situation("C10c the same call that does not say what speaks", "block", "artificial_voice")
def _c10c(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", channel="call", disclosure=Disclosure(ARTIFICIAL, "2", "en"))
    return gate.ask("marketing", CAMPAIGN, channel="call")


@situation("C11 staff call an existing customer by hand", "allow")
def _c11(gate: Gate) -> Answer:
    gate.wrote("thanks for the cut", ago=20 * DAY)
    return gate.ask("service", f"{NAME}: Ana calls about Friday.", channel="call", author="staff")


@situation("C11b the same after they asked for no more calls", "block", "consent")
def _c11b(gate: Gate) -> Answer:
    gate.wrote("stop calling me", ago=20 * DAY)
    gate.entry("revoke", "all", channel="call")
    return gate.ask("service", f"{NAME}: Ana calls about Friday.", channel="call", author="staff")


@situation("C11c the same at night", "defer", "quiet_hours")
def _c11c(gate: Gate) -> Answer:
    gate.wrote("thanks for the cut", ago=20 * DAY)
    gate.now += 10 * HOUR
    return gate.ask("service", f"{NAME}: Ana calls about Friday.", channel="call", author="staff")


def stopped(gate: Gate, *, ago: timedelta = 2 * MINUTE) -> str:
    """They texted STOP, which was obeyed; the message's id."""
    said = gate.wrote("STOP", ago=ago)
    gate.entry("revoke", "all", ago=ago, evidence=said, method="keyword")
    return said


@situation("C12 the confirmation of a STOP two minutes ago", "allow")
def _c12(gate: Gate) -> Answer:
    return gate.ask("mandated", STOPPED, cause=stopped(gate))


@situation("C13 a second confirmation", "block", "mandated")
def _c13(gate: Gate) -> Answer:
    said = stopped(gate)
    assert gate.ask("mandated", STOPPED, cause=said).verdict == "allow"
    return gate.ask("mandated", STOPPED, cause=said)


@situation("C14 a confirmation that is seven minutes late", "block", "mandated")
def _c14(gate: Gate) -> Answer:
    return gate.ask("mandated", STOPPED, cause=stopped(gate, ago=7 * MINUTE))


@situation("C15 a confirmation with a coupon", "block", "content")
def _c15(gate: Gate) -> Answer:
    return gate.ask("mandated", f"{STOPPED} Here is a 10% off coupon to change your mind.", cause=stopped(gate))


@situation("C16 a confirmation at 23:10", "allow")
def _c16(gate: Gate) -> Answer:
    gate.now = datetime(2026, 11, 25, 4, 10, tzinfo=UTC)
    return gate.ask("mandated", STOPPED, cause=stopped(gate))


@situation("C19 a reminder after START", "allow")
def _c19(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", ago=3 * DAY)
    stopped(gate, ago=2 * DAY)
    gate.entry("grant", "all", ago=DAY, method="keyword")
    return gate.ask("service", REMINDER)


@situation("C19b a campaign after START", "block", "consent")
def _c19b(gate: Gate) -> Answer:
    _c19(gate)
    return gate.ask("marketing", CAMPAIGN)


@situation("C34 a campaign to an imported list that says opted in, without proof", "block", "consent")
def _c34(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", method="import", actor="staff", disclosure=None)
    return gate.ask("marketing", CAMPAIGN)


@situation("C34b a reminder to the same list", "allow")
def _c34b(gate: Gate) -> Answer:
    gate.entry("grant", "marketing", method="import", actor="staff", disclosure=None)
    return gate.ask("service", REMINDER)


@situation("C37 a campaign in 2035 after a Virginian's STOP of 2026", "block", "consent")
def _c37(gate: Gate) -> Answer:
    gate.number = "+17575550143"
    gate.entry("grant", "marketing", ago=2 * DAY)
    stopped(gate)
    gate.now = datetime(2035, 11, 26, 17, tzinfo=UTC)
    return gate.ask("marketing", CAMPAIGN)


@situation("C38 two people share a number, the other one says STOP", "block", "consent")
def _c38(gate: Gate) -> Answer:
    gate.entry("grant", "service")
    gate.entry("revoke", "all", ago=MINUTE, contact="con_the_other", method="keyword")
    return gate.ask("service", REMINDER)


@situation("C39 a grant and a revocation of the same instant", "block", "consent")
def _c39(gate: Gate) -> Answer:
    gate.entry("revoke", "all", ago=DAY)
    gate.entry("grant", "all", ago=DAY)
    return gate.ask("service", REMINDER)


@situation("C40 staff put somebody back by a list that says opted in", "block", "consent")
def _c40(gate: Gate) -> Answer:
    stopped(gate, ago=2 * DAY)
    gate.entry("grant", "service", ago=HOUR, method="import", actor="staff")
    gate.entry("grant", "marketing", ago=HOUR, method="import", actor="staff")
    return gate.ask("service", REMINDER)


@pytest.mark.parametrize("name", SITUATIONS, ids=lambda name: name.split()[0])
def test_a_situation(database: Database, name: str) -> None:
    assert_so(Gate(database=database), SITUATIONS[name])


def test_the_fourth_offer_of_a_day_waits(database: Database) -> None:
    """C20: Florida allows three in 24 hours on one subject. Ours is one, so the second waits already."""
    gate = Gate(database=database, number="+13055550143")
    gate.entry("grant", "marketing")
    first = gate.ask("marketing", CAMPAIGN)
    assert first.verdict == "allow"
    gate.sent(first.action)
    for hours, expected in ((1, "defer"), (21, "defer"), (24, "allow")):
        gate.now = NOON + hours * HOUR
        assert gate.ask("marketing", CAMPAIGN).verdict == expected
