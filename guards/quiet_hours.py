"""Quiet hours: what we begin waits for the customer's day, by law, by their own wish and by the business's policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from domain.action import Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.guard import Guard
from domain.settings import Pack
from guards.areas import Place
from guards.facts import Clearance, Facts
from guards.hours import NOTHING_ASKED, Allowed, closing, judge_instant
from guards.timing import FRESH, proactive
from guards.windows import Business
from guards.zones import Evidence, place_of
from records import contacts, preferences
from records.consents import SAID_ON_CALL
from records.database import Tx
from records.preferences import Preferences

LOUD = ("sms", "call")
ANY_TIME = (time.min, time.max)


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Put off what we begin on a loud channel until every window is open; a late reply is judged as service.

    A text after a missed call waits for the hours of federal law, unless the caller asked on the call to be texted, or
    it tells where help is to be had in an emergency: that is worth nothing in the morning.
    """
    unasked = action.proposed_by == "missed_call" and not (_asked_on_the_call(facts) or _names_help(action, facts))
    if action.channel not in LOUD or not (proactive(action, facts) or unasked):
        return None
    asked = facts.preferences
    purpose = "service" if action.purpose == "reply" else action.purpose
    place, hours = _place(action, facts, asked), hours_of(facts.pack)
    if unasked:
        hours = replace(hours, service=ANY_TIME)
    found = judge_instant(facts.now, place, purpose=purpose, asked=asked, business=hours)
    if isinstance(found, Allowed):
        return None
    why = f"it is {found.local:%H:%M} for the customer ({found.rule})"
    if found.next_allowed is None:
        return Finding("quiet_hours", "deny", f"{why}, and no hour is left that all rules allow", (found.rule,))
    return Finding("quiet_hours", "deny", why, (found.rule,), not_before=to_ms(found.next_allowed))


def open_until(tx: Tx, action: Proposal, clearance: Clearance) -> datetime | None:
    """When the hours end in which a message that we begin may arrive; None for all others."""
    if action.channel not in LOUD or action.purpose not in ("service", "marketing"):
        return None
    asked = preferences.of(tx, action.contact) if action.contact else NOTHING_ASKED
    known = {"contact": contacts.load(tx, action.contact) if action.contact else None}
    place = _place(action, Facts(clearance.pack, clearance.now, known), asked)
    return closing(clearance.now, place, purpose=action.purpose, asked=asked, business=hours_of(clearance.pack))


def _asked_on_the_call(facts: Facts) -> bool:
    since = to_ms(facts.now - FRESH)
    return any(grant.method == SAID_ON_CALL and grant.at >= since for grant in facts.standing.grants)


def _names_help(action: Proposal, facts: Facts) -> bool:
    """Whether it names the business's number for emergencies; the words are the business's own."""
    number = facts.pack.business.emergency_phone
    return number is not None and number in str(action.args.get("text", ""))


def hours_of(pack: Pack) -> Business:
    """The hours of a business's policy."""
    quiet, service = pack.policy.quiet_hours, pack.policy.service_hours
    return Business((quiet.start, quiet.end), (service.start, service.end) if service else None)


def _place(action: Proposal, facts: Facts, asked: Preferences) -> Place:
    business = facts.pack.business
    evidence = Evidence(
        number=action.address, confirmed=asked.zone, address=facts.contact.zone if facts.contact else None,
        business_zone=business.zone, business_number=business.phone, visited=business.sector != "home_services",
    )  # fmt: skip
    return place_of(evidence)


GUARD = Guard("quiet_hours", reads=("contact", "last_heard", "preferences", "standing"), judge=judge)
