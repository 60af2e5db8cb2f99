"""Invariants about who may be written to, and when.

What the door relied on is in its decision: the entries of consent and the messages that its finding names. Each is
looked up here in the events and, where they are known, in the records, and must carry the message by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Final

from domain.clock import from_ms
from evals.evidence import Evidence
from evals.story import Sent, sent
from evals.whereabouts import zones_of
from records.consents import channel_group
from records.ledger import Event

Broken = Iterator[tuple[str, Sequence[Event]]]
PROACTIVE: Final = ("service", "marketing")
LAW: Final = (time(8), time(21))  # 47 CFR 64.1200(c)(1), local to the recipient; states may be stricter
GRANTED: Final = ("consent.grant", "consent.confirm")
INQUIRY_MS: Final = 90 * 86_400_000  # 16 CFR 310.2(q)(2): an inquiry counts for three months
PROMPT_MS: Final = 30 * 60_000  # so soon after one's own message or call a service message answers it


def no_send_without_consent(evidence: Evidence) -> Broken:
    """Marketing needs a consent to marketing that stands; anything else somebody who reached us, or a consent."""
    for one, before in _pushed(evidence):
        person = _people(evidence, one)
        if what := _unfounded(evidence, one, before, person=person):
            yield what, [one.event]
        standing = [e for e in before if e.kind.startswith("consent.") and e.body.get("contact") in person
                    and e.body.get("group") == channel_group(one.channel)]  # fmt: skip
        if one.purpose == "marketing":
            about = [e for e in standing if e.body["purpose"] == "marketing" or e.kind == "consent.revoke"]
            if not about or about[-1].kind not in GRANTED:
                yield "marketing was sent without a consent to marketing that stands", [*about[-1:], one.event]
            continue
        heard = any(e.kind == "message.heard" and e.body.get("contact") in person for e in before)
        granted = any(e.kind in GRANTED for e in standing)
        if not heard and not granted:
            yield f"a {one.purpose} message went to somebody who never reached us nor consented", [one.event]


def _unfounded(evidence: Evidence, one: Sent, before: Sequence[Event], *, person: set[str]) -> str | None:
    """What the door's consent relied on, entry by entry; what does not carry this message."""
    decision = before[_cleared(before, one)] if _cleared(before, one) < len(before) else None
    findings = decision.body.get("findings", []) if decision is not None and one.purpose != "mandated" else []
    relied = [e for f in findings if f["rule"] == "consent" and f["verdict"] == "allow" for e in f["evidence"]]
    for named in relied:
        known = [e for e in before if named in (e.body.get("consent"), e.body.get("message")) and _opens(e)]
        if not known and evidence.state is None:
            continue  # it stood before this log began
        if not any(e.body.get("contact") in person and _carries(evidence, e, one) for e in known):
            return f"a {one.purpose} message relied on {named}, which does not carry it"
    return None


def _opens(event: Event) -> bool:
    return event.kind == "message.heard" or event.kind in GRANTED


def _carries(evidence: Evidence, event: Event, one: Sent) -> bool:
    """Whether an entry of consent, or their own message, carries this one."""
    if event.kind == "message.heard":
        return one.purpose != "marketing" and one.event.at - event.at <= INQUIRY_MS
    body, row = event.body, evidence.by_id("consents").get(str(event.body.get("consent")))
    ends = body.get("expires_at")
    if body.get("group") != channel_group(one.channel) or (ends is not None and ends <= one.event.at):
        return False
    if one.purpose == "marketing" and body["purpose"] != "marketing":
        return False
    if evidence.state is None:
        return True
    return row is not None and (one.address is None or row["address"] in (one.address, ""))


def no_send_after_stop(evidence: Evidence) -> Broken:
    """After a revocation nothing is cleared for that address but what is mandated."""
    for one, before in _pushed(evidence):
        if one.purpose == "mandated":
            continue
        person, revoked = _people(evidence, one), None
        decided = _cleared(before, one)
        for event in before[:decided]:
            if event.body.get("contact") not in person:
                continue
            group = event.body.get("group") == channel_group(one.channel)
            if event.kind == "consent.revoke" and group:
                revoked = event if event.body["purpose"] in ("all", one.purpose) else revoked
            elif event.kind in GRANTED and group:
                revoked = None if _lifts(event, one) else revoked
        if revoked is not None:
            yield f"a {one.purpose} message was cleared after a revocation", [revoked, one.event]


def no_send_in_quiet_hours(evidence: Evidence) -> Broken:
    """What we begin goes out in the business's window (marketing) and in the law's (service), by their own clock.

    A service message within half an hour of the person's own message or call answers it.
    """
    first, last = (time.fromisoformat(text) for text in evidence.quiet)
    for one, before in _pushed(evidence):
        if one.purpose not in PROACTIVE:
            continue
        opens, closes = (max(first, LAW[0]), min(last, LAW[1])) if one.purpose == "marketing" else LAW
        clocks = [from_ms(one.event.at).astimezone(zone).time() for zone in zones_of(evidence, one)]
        shut = [local for local in clocks if not opens <= local < closes]
        if not shut:
            continue
        person = _people(evidence, one)
        heard = [e for e in before if e.kind == "message.heard" and e.body.get("contact") in person]
        if one.purpose == "service" and heard and one.event.at - heard[-1].at <= PROMPT_MS:
            continue
        yield f"a {one.purpose} message went out at {shut[0]:%H:%M} by the customer's clock", [one.event]


def _pushed(evidence: Evidence) -> Iterator[tuple[Sent, list[Event]]]:
    """Messages that left the house, with the events before them; a chat's words lie in the visitor's own page."""
    places = {event.n: k for k, event in enumerate(evidence.events)}
    for one in sent(evidence, "end"):
        if one.status != "failed" and one.channel not in ("web", "call"):
            yield one, list(evidence.events[: places[one.event.n]])


def _cleared(before: Sequence[Event], one: Sent) -> int:
    """How many events there were when the door cleared it last: what is claimed by then may be in flight."""
    return max((k for k, e in enumerate(before) if e.body.get("action") == one.action and e.kind == "action.judged"),
               default=len(before))  # fmt: skip


def _lifts(event: Event, one: Sent) -> bool:
    return event.body["purpose"] == one.purpose or (event.body["purpose"] == "all" and one.purpose != "marketing")


def _people(evidence: Evidence, one: Sent) -> set[str]:
    """The contact, and every contact that was merged into it or it into."""
    known = {one.contact or ""}
    for event in evidence.events:
        if event.kind in ("contact.merged", "contact.detached"):
            named = {str(v) for v in event.body.values() if isinstance(v, str)}
            known |= named if named & known else set()
    return known
