"""A desk in memory, with a salon's held actions; tests decide what it answers and publish ledger events to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from browser import Feed
from fastapi import FastAPI

from desk.cards import (
    Accepted,
    Answer,
    Card,
    Changed,
    Choice,
    Field,
    FollowUp,
    Gone,
    House,
    LedgerEvent,
    Outcome,
    Why,
    Words,
)
from desk.pages import desk_router
from domain.clock import SteppingClock

TOKEN, SECRET = "the-printed-token-2f8c", "a-secret-of-this-test-run"
NOW = datetime(2026, 11, 23, 15, 2, tzinfo=UTC)
HOUSE = House("Rosewood Salon", ZoneInfo("America/New_York"), "phrasebook", "Ana")
STAFF = (Choice("ana", "Ana"), Choice("ben", "Ben"))


FIELDS = (
    Field(
        name="service",
        label="Service",
        value="haircut",
        kind="choice",
        choices=(Choice("haircut", "Haircut"), Choice("colour", "Colour")),
    ),
    Field(name="staff", label="With", value="ana", kind="choice", choices=STAFF),
    Field(name="start", label="Start", value="2026-11-23T11:30:00-05:00", kind="datetime"),
    Field(name="price", label="Price", value="45.00", kind="money", unit="USD"),
    Field(name="name", label="Customer’s name", value="Maria Lopez"),
    Field(name="booking", label="Booking", value="B-2041", editable=False),
)
SAID = (
    Words("customer", "Hi, you missed my call. Can I come in today before noon?", NOW - timedelta(minutes=6)),
    Words("assistant", "Sorry we missed you. Ana has 11:30 today. Does that work?", NOW - timedelta(minutes=5)),
    Words("customer", "yes please!!", NOW - timedelta(minutes=4)),
)


def booking(number: int = 12, **changes: object) -> Card:
    """Return the card of a booking inside the minimum notice."""
    card = Card(
        id=f"act_{number}",
        ref=f"A{number}",
        tool="book",
        title="Book an appointment",
        fields=FIELDS,
        args_hash=f"hash-{number}",
        version=1,
        tier=2,
        why=(Why("hours.notice", "It starts in 88 minutes; the salon wants 2 hours’ notice."),),
        contact_name="Maria Lopez",
        contact_address="+1 ••• ••• 0143",
        channel="sms",
        customer_said=SAID,
        will_send="Booked: Haircut with Ana, Monday 23 November, 11:30, $45. See you then! Rosewood Salon",
        waiting_since=NOW - timedelta(minutes=4),
        expires_at=NOW + timedelta(minutes=26),
        consequences=("The time stays reserved for Maria until you answer.",),
    )
    return replace(card, **changes)  # type: ignore[arg-type]


def refund() -> Card:
    """Return the card of a refund that came back changed."""
    order = Field(name="order", label="Order", value="#1043", editable=False)
    amount = Field(name="amount", label="Amount", value="40.00", kind="money", unit="USD")
    return Card(
        id="act_9",
        ref="A9",
        tool="refund",
        title="Refund a deposit",
        args_hash="hash-9",
        version=2,
        tier=3,
        fields=(order, amount),
        previous=(order, replace(amount, value="20.00")),
        why=(Why("risk.money", "Money leaves the business."), Why("risk.tier", "Refunds always wait for a person.")),
        contact_name="Aisha Khan",
        contact_address="web visitor",
        channel="chat",
        customer_said=(Words("customer", "I cancelled, when do I get the deposit back?", NOW - timedelta(minutes=31)),),
        will_send="Your deposit of $40.00 is on its way back to your card. Rosewood Salon",
        waiting_since=NOW - timedelta(minutes=31),
    )


def followup(number: int = 1, *, due: timedelta = timedelta(hours=-1)) -> FollowUp:
    """Return a missed call that nobody has answered."""
    return FollowUp(
        id=f"obl_{number}",
        title="Call back",
        contact_name="Tom Becker",
        contact_address="+1 ••• ••• 7764",
        since=NOW - timedelta(hours=3),
        due=NOW + due,
        detail="Asked for a price for balayage; wanted to talk to a person.",
    )


class FakeDesk:
    """Keeps cards, follow-ups and events; `outcome` is what the next decision gets."""

    def __init__(self, cards: list[Card] | None = None) -> None:
        self.held: list[Card] = cards if cards is not None else [refund(), booking()]
        self.loops = [followup(1), followup(2, due=timedelta(minutes=40))]
        self.log: list[LedgerEvent] = []
        self.outcome: Outcome | None = None
        self.answers: list[tuple[str, Answer]] = []
        self.notes: list[tuple[str, str, str]] = []
        self.feed = Feed()
        self.clock = SteppingClock(NOW)

    def app(self) -> FastAPI:
        """Return a web application with only the desk."""
        made = FastAPI()
        made.include_router(desk_router(self, TOKEN, secret=SECRET, house=HOUSE, clock=self.clock))
        return made

    def happen(self, what: str, *, who: str = "assistant", verdict: str = "") -> None:
        """Append a ledger event; any thread may call this."""
        event = LedgerEvent(seq=len(self.log) + 1, at=NOW, who=who, what=what, verdict=verdict)
        self.log.append(event)
        self.feed.publish("event", {"seq": event.seq}, number=event.seq)

    async def cards(self) -> list[Card]:
        """Return what is held."""
        return list(self.held)

    async def card(self, action_id: str) -> Card | None:
        """Return one of them."""
        return next((card for card in self.held if card.id == action_id), None)

    async def decide(self, action_id: str, answer: Answer) -> Outcome:
        """Take the answer as the real desk would, unless an outcome was laid out."""
        self.answers.append((action_id, answer))
        card = await self.card(action_id)
        if self.outcome is not None:
            return self.outcome
        if card is None:
            return Gone()
        if card.args_hash != answer.args_hash:
            return Changed()
        self.held.remove(card)
        self.happen(f"{answer.kind} {card.ref}", who=answer.by)
        return Accepted()

    async def followups(self) -> list[FollowUp]:
        """Return the open loops."""
        return list(self.loops)

    async def close_followup(self, followup_id: str, note: str, *, by: str) -> Outcome:
        """Close a loop."""
        found = next((loop for loop in self.loops if loop.id == followup_id), None)
        if found is None:
            return self.outcome or Gone()
        self.loops.remove(found)
        self.notes.append((followup_id, note, by))
        return Accepted()

    async def recent_events(self, limit: int) -> list[LedgerEvent]:
        """Return the newest events."""
        return self.log[::-1][:limit]

    async def events_after(self, cursor: int) -> AsyncIterator[LedgerEvent]:
        """Yield the events after a cursor, then each new one."""
        async for number, _, _ in self.feed.items(cursor):
            yield self.log[number - 1]
