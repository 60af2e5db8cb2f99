"""Campaigns: who would get one, the card that staff approve, and the sending of it, person by person.

Each message passes the one door. What the door puts off (quiet hours, caps) keeps its place here and is tried again
then; who is refused is left out, with the rule. Every person is taken up in the transaction that submits their message,
so a process may die anywhere: nobody gets it twice, nobody is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import records.contacts
from domain.action import Action, Proposal
from domain.campaign import Audience, CampaignFile
from domain.clock import from_ms, to_ms
from domain.decision import Finding, fold
from domain.errors import BadInput
from graphs import effects
from graphs.effects import Deps
from guards.basis import basis
from guards.brake import room
from guards.door import submit
from guards.facts import load_facts
from guards.gate import ask
from records import bookings, brakes, campaigns, consents, jobs, timers
from records.campaigns import PROPOSER, Campaign
from records.database import Tx
from records.jobs import Work

RUNS_FOR = timedelta(days=3)
IN_FLIGHT = 20  # more wait here, so that answers to customers never stand behind a campaign
MOMENT = timedelta(seconds=1)
BRAKED, FULL = timedelta(minutes=5), timedelta(minutes=1)
PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the guards say of one person: now, later (`not_before`, milliseconds UTC), or no, by which rule."""

    contact: str
    address: str
    verdict: str
    rule: str = ""
    reason: str = ""
    not_before: int | None = None


def outlook(tx: Tx, deps: Deps, wanted: CampaignFile) -> list[Outlook]:
    """Everybody whom a campaign is meant for, and what the guards say of a message to them now."""
    return [_look(tx, deps, words(deps, wanted), contact=contact) for contact in _meant(tx, deps, wanted)]


def words(deps: Deps, wanted: CampaignFile) -> str:
    """The words that go out."""
    return wanted.text.replace("{business}", deps.pack.business.name).strip()


def plan(tx: Tx, deps: Deps, wanted: CampaignFile, *, by: str) -> Action:
    """Write a campaign down and lay it before staff: one card, with its words and the number of people.

    `BadInput` where nobody may get it, or the guards refuse it as a whole.
    """
    now, business, tool = deps.clock.now(), deps.pack.business, deps.tools.get("campaign")
    if tool is None:
        raise BadInput("campaigns are not among the tools that policy.yaml names; add 'campaign' there")
    people = [one.contact for one in outlook(tx, deps, wanted) if one.verdict != "no"]
    if not people:
        raise BadInput("nobody may get this campaign now; 'qotbot campaign check' says why, person by person")
    ends, text = _ends(deps, wanted), words(deps, wanted)
    made = campaigns.campaign_id(business.id, wanted.name, text, now=now)
    proposal = Proposal(
        tool=tool.name, args={"campaign": made, "name": wanted.name, "text": text, "people": len(people)},
        tier=tool.tier, purpose=tool.purpose, assurance=tool.assurance, business=business.id, contact=None,
        cause=made, proposed_by=f"staff:{by}", snapshot=deps.pack.snapshot,
    )  # fmt: skip
    written = Campaign(
        id=made, business=business.id, name=wanted.name, text=text, action=proposal.id, state="waiting",
        ends_at=to_ms(ends), created_at=to_ms(now),
    )  # fmt: skip
    campaigns.plan(tx, written, people, now=now)
    decision, action = submit(tx, proposal, deps.clearance())
    if action.state == "refused":
        raise BadInput("; ".join(f.reason for f in decision.findings if f.verdict == "deny"))
    return effects.dispatch(tx, deps, action) if action.state == "cleared" else action


def _ends(deps: Deps, wanted: CampaignFile) -> datetime:
    now = deps.clock.now()
    if wanted.ends is None:
        return now + RUNS_FOR
    ends = wanted.ends if wanted.ends.tzinfo else wanted.ends.replace(tzinfo=deps.pack.business.tz)
    if ends <= now:
        raise BadInput(f"ends: {wanted.ends} has passed; name a later time")
    return ends


async def advance(deps: Deps, campaign: str) -> None:
    """Send a running campaign on until it has to wait; the job or timer that goes on is set before this returns."""
    while True:
        step = await deps.database.read(lambda tx: _step(tx, deps, campaign))
        if step is None:
            return
        if isinstance(step, str):
            await deps.database.write(deps.scope(step), partial(_send, deps=deps, campaign=campaign, contact=step))
        elif await deps.database.write(deps.scope(None), partial(_wait, deps=deps, campaign=campaign, again=step)):
            return


def _step(tx: Tx, deps: Deps, campaign: str) -> str | datetime | None:
    """Whose turn it is, or until when to wait (now, where it has to be ended); None where it does not run."""
    row, now, business = campaigns.load(tx, campaign), deps.clock.now(), deps.pack.business.id
    if row is None or row.state != "running":
        return None
    person, under_way = campaigns.next_person(tx, campaign), campaigns.in_flight(tx, business, campaign)
    if person is None or to_ms(now) >= row.ends_at:
        return now + MOMENT if person is None and under_way else now
    contact, due = person
    if due > to_ms(now):
        return min(from_ms(due), from_ms(row.ends_at))
    if any(brakes.contact_of(one.kind) is None for one in brakes.history(tx, business, live=True)):
        return now + BRAKED
    if not room(tx, deps.pack, now):
        return now + FULL
    return now + MOMENT if under_way >= IN_FLIGHT else contact


def _wait(tx: Tx, deps: Deps, campaign: str, *, again: datetime) -> bool:
    """Set the campaign down until then, or end it; False where there is something to do after all."""
    row, now, business = campaigns.load(tx, campaign), deps.clock.now(), deps.pack.business.id
    if row is None or row.state != "running":
        return True
    work = Work("campaign", campaign, f"campaign:{campaign}")
    if again > now + MOMENT:
        timers.set_timer(tx, business, work, due=again)
    elif again > now:
        jobs.put(tx, business, work, ready=again)
    else:
        if to_ms(now) >= row.ends_at:
            campaigns.leave_out_rest(tx, campaign, "too late")
        if campaigns.next_person(tx, campaign) is not None:
            return False
        campaigns.end(tx, campaign, "done", now=now)
    return True


def _send(tx: Tx, deps: Deps, campaign: str, *, contact: str) -> None:
    """Take up one person and submit their message, in one transaction that owns their contact."""
    row, now = campaigns.load(tx, campaign), deps.clock.now()
    if row is None or row.state != "running":
        return
    tries = campaigns.take(tx, campaign, contact, now=now)
    if tries is None:
        return
    whom = records.contacts.current(tx, contact)
    address = _number(tx, deps, whom)
    if address is None or (whom != contact and campaigns.meant_for(tx, campaign, whom)):
        why = "no number" if address is None else "the same person"
        campaigns.note(tx, campaign, contact, fate="left_out", told=(None, why, 0))
        return
    proposal = _proposal(deps, row.text, (whom, address), campaign=campaign, ordinal=tries)
    decision, action = submit(tx, proposal, deps.clearance())
    if action.state == "cleared":
        effects.dispatch(tx, deps, action)
        campaigns.note(tx, campaign, contact, fate="sent", told=(action.id, None, 0))
    elif decision.not_before is not None:
        campaigns.note(tx, campaign, contact, fate="waiting", told=(action.id, None, decision.not_before))
    else:
        campaigns.note(tx, campaign, contact, fate="left_out", told=(action.id, decision.rules[0], 0))


def _proposal(deps: Deps, text: str, whom: tuple[str, str], *, campaign: str, ordinal: int = 0) -> Proposal:
    tool, (contact, address) = deps.tools["message"], whom
    by = campaign if campaign == PREVIEW else PROPOSER + campaign
    return Proposal(
        tool=tool.name, args={"text": text, "options": [], "author": "assistant"}, tier=tool.tier, purpose="marketing",
        assurance=tool.assurance, business=deps.pack.business.id, contact=contact, cause=f"{campaign}:{contact}",
        proposed_by=by, ordinal=ordinal, channel="sms", address=address, snapshot=deps.pack.snapshot,
    )  # fmt: skip


def _meant(tx: Tx, deps: Deps, wanted: CampaignFile) -> Sequence[str]:
    """The contacts whom an audience names, by id."""
    business, audience = deps.pack.business.id, wanted.audience
    if not isinstance(audience, Audience):
        return records.contacts.reached_by(tx, business, "phone")
    if audience.numbers is not None:
        found = (records.contacts.find(tx, business, kind="phone", value=number) for number in audience.numbers)
        return sorted({contact for contact in found if contact is not None})
    since = to_ms(deps.clock.now() - timedelta(days=audience.away_days or 0))
    last = bookings.last_starts(tx, business)
    return [one for one in records.contacts.reached_by(tx, business, "phone") if one in last and last[one] < since]


def _number(tx: Tx, deps: Deps, contact: str) -> str | None:
    """The number that the person agreed to get offers at, else any of theirs; None where there is none."""
    phones = [value for kind, value in records.contacts.addresses(tx, contact) if kind == "phone"]
    whose = (contact, deps.clock.now())
    for phone in phones:
        if basis(consents.standing(tx, deps.pack.business.id, phone, channel="sms", whose=whose), "marketing"):
            return phone
    return phones[0] if phones else None


def _look(tx: Tx, deps: Deps, text: str, *, contact: str) -> Outlook:
    address = _number(tx, deps, contact) or ""
    proposal = _proposal(deps, text, (contact, address), campaign=PREVIEW)
    facts = load_facts(tx, proposal, deps.clearance())
    found = [
        f for f in (ask(guard, proposal, facts) for guard in deps.guards) if f is not None and f.verdict != "allow"
    ]
    if fold(found) == "run":
        return Outlook(contact, address, "now")
    later = [f.not_before for f in found]
    first: Finding = next((f for f in found if f.not_before is None), found[0])
    if any(at is None for at in later):
        return Outlook(contact, address, "no", first.rule, first.reason)
    return Outlook(contact, address, "later", first.rule, first.reason, max(at for at in later if at is not None))
