"""Simulated customers before the real stage: who was booked what they wanted, and what must never happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from domain.clock import SteppingClock, to_ms
from domain.settings import Business
from evals.customers.agenda import PERSONAS, Customer, Goal, Persona
from evals.customers.bank import Bank
from evals.stage import Stage, staged
from records import bookings, consents, contacts, messages
from records.database import Tx
from tools.wording import long_time

START: Final = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # a Tuesday, ten in the morning at the salon
MOST_TURNS: Final = 14
HOURS: Final = (10, 11, 13, 14, 15, 16)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one conversation ended."""

    persona: Persona
    seed: int
    booked: str  # right | wrong | none
    broken: tuple[str, ...]
    turns: int


async def simulate(
    home: Path, business: Path, bank: Bank, *, personas: Iterable[Persona], seeds: int
) -> dict[str, Any]:
    """Let every persona book with every seed; what was booked, and which promises were broken."""
    ends: list[Ended] = []
    clock = SteppingClock(START)
    async with staged(home, business, clock) as stage:
        for seed in range(seeds):
            for persona in personas:
                ends.append(await _play(stage, clock, bank, persona=persona, seed=seed))
    return _told(ends)


def _told(ends: list[Ended]) -> dict[str, Any]:
    by_persona: dict[str, Counter[str]] = {}
    for end in ends:
        by_persona.setdefault(end.persona, Counter())[end.booked] += 1
    broken = [{"persona": e.persona, "seed": e.seed, "broken": list(e.broken)} for e in ends if e.broken]
    return {
        "conversations": len(ends),
        "booked": {p: {"right": c["right"], "wrong": c["wrong"], "none": c["none"]} for p, c in by_persona.items()},
        "turns_each": round(sum(e.turns for e in ends) / len(ends), 1) if ends else 0,
        "broken": broken,
        "missed": ["a simulated customer saw a promise broken"] if broken else [],
    }


async def _play(stage: Stage, clock: SteppingClock, bank: Bank, *, persona: Persona, seed: int) -> Ended:
    random = Random(f"{persona}:{seed}")  # noqa: S311  a simulation that must repeat
    business = stage.app.pack.business
    goals = [_goal(business, random, seed) for _ in range(2 if persona == "changes_mind" else 1)]
    customer = Customer(bank, persona, goals, random)
    address = f"+1999{PERSONAS.index(persona)}{seed:06d}"
    said, turns = customer.first(), 0
    while said and turns < MOST_TURNS:
        turns += 1
        replies = [e["text"] for text in said for e in await stage.hear("sms", address, text) if e["event"] == "reply"]
        clock.advance(20)
        said = [] if customer.ended or not replies else customer.answer(replies[-1])
    if persona == "silent":
        clock.advance(2 * 3600)
        await stage.app.run_until_idle()
    booked, broken = await stage.app.database.read(lambda tx: _ended(tx, stage, customer, address=address))
    return Ended(persona, seed, booked, broken, turns)


def _ended(tx: Tx, stage: Stage, customer: Customer, *, address: str) -> tuple[str, tuple[str, ...]]:
    """What is booked for them, and what should not have happened."""
    business = stage.app.pack.business
    contact = contacts.find(tx, business.id, kind="phone", value=address) or ""
    rows = bookings.upcoming(tx, contact, START)
    shown = [long_time(business, row.start_at) for row in rows]
    booked = "none" if not shown else "right" if set(shown) == {customer.goal.shown} else "wrong"
    broken: list[str] = []
    agreed = [any(when in text for text in customer.yes_said_to) for when in shown]
    if not all(agreed):
        broken.append("booked without a yes to this")
    if len(shown) > len(customer.yes_said_to):
        broken.append("booked more often than they said yes")
    if customer.persona == "opts_out" and customer.ended:
        standing = consents.standing(tx, business.id, address, channel="sms")
        if standing.revoked is None:
            broken.append("the STOP was not obeyed")
        sent = [
            m for m in messages.thread(tx, contact) if m.direction == "out" and standing.since and m.at > standing.since
        ]
        broken += ["written to after the STOP"] if len(sent) > 1 else []
    return booked, tuple(broken)


def _goal(business: Business, random: Random, seed: int) -> Goal:
    """A service, a weekday of the next weeks and a full hour when the salon is open."""
    service = random.choice(list(business.services.values()))
    day = business.local(START) + timedelta(days=1 + (seed * 2 + random.randrange(20)) % 40)
    while not business.spans(day.date()) or day.date() == business.local(START).date():
        day += timedelta(days=1)
    start = day.replace(hour=random.choice(HOURS), minute=0, second=0, microsecond=0)
    return Goal(
        service.name,
        f"{start:%B} {start.day}",
        f"{start.hour % 12 or 12} {start:%p}".lower(),
        long_time(business, to_ms(start)),
    )
