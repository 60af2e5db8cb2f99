"""A business's past before the real guards: heard is heard as always, and what was sent asks the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import records.contacts
from commands.history import Happened
from commands.listing import Listed, entries
from compose import App
from domain.action import Proposal, Purpose
from domain.clock import SteppingClock, from_ms, iso, to_ms
from domain.decision import Decision
from domain.message import Heard
from graphs.effects import Deps
from guards.door import submit
from guards.promotion import promotional
from guards.timing import LATE
from records import actions, consents, messages
from records.database import Tx

AT_ONCE = 500  # people of the list in one transaction


@dataclass(frozen=True, slots=True)
class Breach:
    """A text of the past that the guards would not have let out: the row, and the rule with its reason."""

    line: int
    number: str
    at: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a text, what they are for and where they come from."""

    text: str
    purpose: Purpose
    cause: str


async def play(
    app: App, clock: SteppingClock, people: list[Listed], *, events: list[Happened], told: Callable[[int, int], None]
) -> list[Breach]:
    """Play opt-ins, texts and calls in the order of their times; what would not have been sent."""
    first, breaches, played = clock.now(), list[Breach](), 0
    past = [(p.consent_at or first, 0, p.line, p) for p in people] + [(e.at, 1, e.line, e) for e in events]
    people_now: list[tuple[datetime, Listed]] = []
    for at, _, _, one in sorted(past, key=lambda entry: entry[:3]):
        if isinstance(one, Listed):
            people_now.append((at, one))
            if len(people_now) < AT_ONCE:
                continue
        people_now = await _told(app, people_now)
        clock.advance((at - clock.now()).total_seconds())
        if isinstance(one, Listed):
            continue
        played += 1
        told(played, len(events))
        if not one.ours:
            await app.hear(heard_in(one))
        elif one.kind == "text":
            decision = await app.database.write(app.deps.scope(None), partial(_sent, deps=app.deps, event=one))
            breaches += [
                Breach(one.line, one.number, iso(at), f.rule, f.reason)
                for f in decision.findings
                if f.verdict == "deny"
            ]
    await _told(app, people_now)
    return breaches


async def _told(app: App, people: list[tuple[datetime, Listed]]) -> list[tuple[datetime, Listed]]:
    """Keep what people of the list agreed to, each at their time; nobody is left."""
    if people:
        await app.database.write(app.deps.scope(None), partial(_opt_in, deps=app.deps, people=people))
    return []


def _opt_in(tx: Tx, *, deps: Deps, people: list[tuple[datetime, Listed]]) -> None:
    business = deps.pack.business.id
    for now, person in people:
        contact = records.contacts.ensure(tx, business, kind="phone", value=person.number, now=now)
        records.contacts.rename(tx, contact, person.name)
        for entry in entries(person, business, contact):
            consents.add(tx, entry, now)


def heard_in(event: Happened) -> Heard:
    """What reached the business then."""
    return Heard(
        channel="sms" if event.kind == "text" else "call", kind="missed_call" if event.missed else "text",
        address_kind="phone", address=event.number, text=event.text or ("" if event.missed else "(call)"),
        provider="history", provider_id=f"{event.kind}:{event.line}", at=event.at,
    )  # fmt: skip


def _sent(tx: Tx, *, deps: Deps, event: Happened) -> Decision:
    """Ask the door about a text that was sent, and remember that it was, whatever the answer."""
    heard = None
    if contact := records.contacts.find(tx, deps.pack.business.id, kind="phone", value=event.number):
        heard = messages.last_heard(tx, contact)
    prompt = heard is not None and event.at - from_ms(heard.at) <= LATE
    purpose: Purpose = "marketing" if promotional(event.text) else "reply" if prompt else "service"
    proposal = _message(tx, deps, event.number, said=Said(event.text, purpose, f"history:{event.line}"))
    decision, action = submit(tx, proposal, deps.clearance())
    row: dict[str, Any] = {
        "business": proposal.business, "contact": proposal.contact, "channel": "sms", "address_kind": "phone",
        "address": event.number, "session": None, "text": event.text, "options": [], "author": "assistant",
        "action": action.id, "turn": None, "at": to_ms(event.at),
    }  # fmt: skip
    messages.insert_outgoing(tx, row)
    messages.set_state(tx, action.id, "sent", now=event.at)
    if action.state == "cleared":
        actions.claim(tx, action, now=event.at)
        actions.settle(tx, action.id, "done", receipt={}, now=event.at)
    return decision


def _message(tx: Tx, deps: Deps, number: str, *, said: Said) -> Proposal:
    business = deps.pack.business.id
    contact = records.contacts.ensure(tx, business, kind="phone", value=number, now=deps.clock.now())
    tool = deps.tools["message"]
    return Proposal(
        tool=tool.name, args={"text": said.text[:1600] or "(empty)", "options": [], "author": "assistant"},
        tier=tool.tier, purpose=said.purpose, assurance=tool.assurance, business=business, contact=contact,
        cause=said.cause, proposed_by="audit", channel="sms", address=number, snapshot=deps.pack.snapshot,
    )  # fmt: skip
