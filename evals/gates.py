"""Invariants about who may be written to, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Final

from domain.clock import from_ms
from evals.evidence import Evidence
from evals.story import Sent, sent
from records.consents import channel_group
from records.ledger import Event

Broken = Iterator[tuple[str, Sequence[Event]]]
PROACTIVE: Final = ("service", "marketing")
LAW: Final = (time(8), time(21))  # 47 CFR 64.1200(c)(1), local to the recipient; states may be stricter
PROMPT_MS: Final = 30 * 60_000  # so soon after one's own message or call a service message answers it


def no_send_without_consent(evidence: Evidence) -> Broken:
    """Marketing needs a consent to marketing that stands; anything else somebody who reached us, or a consent."""
    for one, before in _pushed(evidence):
        person = _people(evidence, one)
        standing = [e for e in before if e.kind.startswith("consent.") and e.body.get("contact") in person
                    and e.body.get("group") == channel_group(one.channel)]  # fmt: skip
        if one.purpose == "marketing":
            about = [e for e in standing if e.body["purpose"] == "marketing" or e.kind == "consent.revoke"]
            if not about or about[-1].kind not in ("consent.grant", "consent.confirm"):
                yield "marketing was sent without a consent to marketing that stands", [*about[-1:], one.event]
            continue
        heard = any(e.kind == "message.heard" and e.body.get("contact") in person for e in before)
        granted = any(e.kind in ("consent.grant", "consent.confirm") for e in standing)
        if not heard and not granted and not _known(evidence, person) and not one.by.startswith("tool:"):
            yield f"a {one.purpose} message went to somebody who never reached us nor consented", [one.event]


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
            elif event.kind in ("consent.grant", "consent.confirm") and group:
                revoked = None if _lifts(event, one) else revoked
        if revoked is not None:
            yield f"a {one.purpose} message was cleared after a revocation", [revoked, one.event]


def no_send_in_quiet_hours(evidence: Evidence) -> Broken:
    """What we begin goes out in the business's window (marketing) and in the law's (service), on the business's clock.

    A service message within half an hour of the person's own message or call answers it.
    """
    first, last = (time.fromisoformat(text) for text in evidence.quiet)
    for one, before in _pushed(evidence):
        if one.purpose not in PROACTIVE:
            continue
        opens, closes = (max(first, LAW[0]), min(last, LAW[1])) if one.purpose == "marketing" else LAW
        local = from_ms(one.event.at).astimezone(evidence.zone).time()
        if opens <= local < closes:
            continue
        person = _people(evidence, one)
        heard = [e for e in before if e.kind == "message.heard" and e.body.get("contact") in person]
        if one.purpose == "service" and heard and one.event.at - heard[-1].at <= PROMPT_MS:
            continue
        yield f"a {one.purpose} message went out at {local:%H:%M}", [one.event]


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


def _known(evidence: Evidence, person: set[str]) -> bool:
    """Whether they had a booking before the log began."""
    return any(row["contact"] in person and str(row["action"]).startswith("seed:")
               for row in (evidence.state or {}).get("bookings", []))  # fmt: skip
