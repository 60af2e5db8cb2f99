"""What each kind of turn does to a venue; afterwards all is quiet again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import records.contacts
import records.preferences
from channels.fake.knocking import knock
from domain.campaign import Audience, CampaignFile
from domain.clock import from_ms, to_ms
from domain.errors import BadInput
from domain.message import AddressKind, Heard
from evals.case import Case, Seeded, Turn
from evals.deciding import decide
from evals.proposing import Whom, propose
from evals.venue import Venue
from records import bookings, consents, jobs, timers
from records.bookings import Holder
from records.database import Tx
from records.disclosures import Disclosure
from records.preferences import Kind, Preference
from tools.availability import MINUTE_MS, stretch
from workers.answers import collect
from workers.campaigns import plan

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
KINDS: dict[str, AddressKind] = {"web": "web", "sms": "phone", "call": "phone"}
WISHES: tuple[Kind, ...] = ("channel", "not_before", "not_after", "zone")
MOST_STEPS = 500
PROPOSED = 10_000  # above every ordinal that a turn gives
PAUSE_S = 1.0  # nobody answers in the same instant
OFFER = "{business}: our spring offers are here. Reply STOP to end."
SHOWN = Disclosure("Willow & Co may text me offers at this number. Reply STOP to end.", "case-1")


def seconds(span: str) -> float:
    """The seconds of a span like 40s, 1.5h or 2d."""
    unit = span[-2:] if span.endswith("ms") else span[-1]
    return float(span.removesuffix(unit)) * UNITS[unit]


@dataclass(slots=True)
class Performance:
    """One case at a venue: who is who, and what was heard last."""

    venue: Venue
    case: Case
    key: str
    heard: int = 0
    proposed: int = 0
    last: Heard | None = None
    code: str = ""
    people: dict[str, str] = field(default_factory=dict)

    def instant(self, text: str) -> datetime:
        """A time the case names; in the business's zone where it names none."""
        try:
            found = datetime.fromisoformat(text)
        except ValueError as problem:
            raise BadInput(f"case {self.case.id}: {text!r} is not a time; write it like 2026-11-24T10:00") from problem
        return found if found.tzinfo else found.replace(tzinfo=self.venue.app.pack.business.tz)

    async def seed(self) -> None:
        """Write what stands before the first turn."""
        app = self.venue.app
        await app.database.write(app.deps.scope(None), self._seed)

    def _seed(self, tx: Tx) -> None:
        business, now = self.venue.app.pack.business.id, self.venue.clock.now()
        for person in self.case.contacts:
            told = {**person.prefers.model_dump(), "zone": person.zone}
            wishes: list[tuple[Kind, str]] = [(kind, told[kind]) for kind in WISHES if told[kind]]
            if not (person.name or wishes or person.consents or person.bookings):
                continue
            where, at_address = ("phone", person.phone) if person.phone else ("web", person.web)
            contact = records.contacts.ensure(tx, business, kind=where, value=str(at_address), now=now)
            self.people[person.ref] = contact
            if person.name:
                records.contacts.rename(tx, contact, person.name)
            for kind, value in wishes:
                made = Preference(
                    business=business, contact=contact, kind=kind, value=value, actor="case",
                    evidence=f"seed:{person.ref}",
                )  # fmt: skip
                records.preferences.set_preference(tx, made, now=now)
            for consent in person.consents:
                act = {"granted": "grant", "revoked": "revoke", "pending": "pending"}[consent.state]
                at = self.instant(consent.at) if consent.at else now
                entry = consents.Entry(
                    business=business, contact=contact, address=str(at_address), channel=consent.channel,
                    purpose=consent.purpose, act=act, method=consent.method, evidence=f"seed:{person.ref}",
                    actor="case", occurred_at=at, disclosure=SHOWN if consent.proof and act == "grant" else None,
                )  # fmt: skip
                consents.add(tx, entry, now)
            for booking in person.bookings:
                self._book(tx, contact, booking, named=person.name)

    def _book(self, tx: Tx, contact: str, wanted: Seeded, *, named: str | None) -> None:
        pack, now = self.venue.app.pack, self.venue.clock.now()
        if wanted.service not in pack.business.services or wanted.staff not in pack.business.staff:
            raise BadInput(f"case {self.case.id}: {pack.business.id} has no {wanted.service!r} with {wanted.staff!r}")
        start, service = to_ms(self.instant(wanted.start)), pack.business.services[wanted.service]
        made = f"bkg_{contact[4:10]}{wanted.service}{start}"
        if not bookings.allocate(
            tx, pack.business.id, stretch(service, wanted.staff, start), holder=Holder(made, "booking"), now=now
        ):
            raise BadInput(f"case {self.case.id}: the seeded appointment at {wanted.start} collides with another")
        bookings.insert(
            tx,
            {"id": made, "business": pack.business.id, "contact": contact, "service": wanted.service,
             "staff": wanted.staff, "status": "confirmed", "version": 1, "snapshot": pack.snapshot,
             "name": wanted.name or named, "price_cents": service.price_cents,
             "deposit_cents": service.deposit_cents, "refunded_cents": 0, "start_at": start,
             "end_at": start + service.minutes * MINUTE_MS, "action": f"seed:{made}", "created_at": to_ms(now)},
        )  # fmt: skip

    async def perform(self, turn: Turn) -> str | None:
        """Do what a turn says and let everything that follows run; what did not come out as the turn itself says."""
        doers: dict[str, Callable[[Turn], Awaitable[str | None]]] = {
            "user": self._speak, "press": self._speak, "missed_call": self._speak, "voicemail": self._speak,
            "wait": self._wait, "advance": self._wait, "staff": self._staff, "webhook": self._webhook,
            "trigger": self._trigger, "propose": self._propose, "fault": self._fault, "restart": self._idle,
        }  # fmt: skip
        return await doers[turn.kind](turn)

    async def _idle(self, _turn: Turn) -> None:
        await self.venue.app.run_until_idle()

    async def _speak(self, turn: Turn) -> None:
        channel = turn.channel or ("call" if turn.kind in ("press", "missed_call", "voicemail") else self.case.channel)
        texts = turn.user or [turn.press or turn.voicemail or ""]
        got = None
        self.venue.clock.advance(PAUSE_S)
        for text in texts:
            self.last = self._heard(turn, channel, text)
            got = await self.venue.app.hear(self.last)
            if len(texts) > 1:
                self.venue.clock.advance(0.4)
        await self.venue.app.run_until_idle()
        if channel == "call" and got is not None and turn.kind in ("user", "press"):
            await collect(self.venue.app.deps, got, 0.0)
        await self._note_code()

    def _address(self, turn: Turn, channel: str) -> str:
        person = self.case.person(turn.who)
        address = person.web if channel == "web" else person.phone
        if address is None:
            raise BadInput(f"case {self.case.id}: {person.ref} has no address for {channel}")
        return address

    def _heard(self, turn: Turn, channel: str, text: str) -> Heard:
        person, address = self.case.person(turn.who), self._address(turn, channel)
        self.heard += 1
        kind = turn.heard_as or "text"
        return Heard(
            channel=channel, kind="speech" if channel == "call" and kind == "text" else kind,
            address_kind=KINDS[channel], address=address, text=text.replace("{code}", self.code), provider="eval",
            provider_id=f"{self.key}:{self.heard}", session=f"{channel}-{person.ref}",
            outcome=(turn.missed_call.outcome or "") if turn.missed_call else "",
        )  # fmt: skip

    async def _note_code(self) -> None:
        """Remember the last code that was texted: `{code}` stands for it."""
        for text in reversed(self.venue.carrier.taken):
            words = text["body"].split()
            if code := next((w.strip(".,") for w in words if w.strip(".,").isdigit() and len(w.strip(".,")) == 6), ""):
                self.code = code
                return

    async def _wait(self, turn: Turn) -> None:
        """Let time pass, stopping wherever something is due."""
        app, clock = self.venue.app, self.venue.clock
        end = (
            self.instant(turn.advance) if turn.advance else clock.now() + timedelta(seconds=seconds(turn.wait or "0s"))
        )
        if end < clock.now():
            raise BadInput(f"case {self.case.id}: time goes on only; {turn.advance} is past")
        for _ in range(MOST_STEPS):
            await app.run_until_idle()
            due = await app.database.read(_next)
            if due is None or due >= end:
                break
            clock.advance(max(0.001, (due - clock.now()).total_seconds()))
        clock.advance((end - clock.now()).total_seconds())
        await app.run_until_idle()

    async def _staff(self, turn: Turn) -> str | None:
        said = turn.staff
        assert said is not None  # noqa: S101  the kind says so
        wrong = await decide(self.venue.app, said, {k: self._value(k, v) for k, v in said.set.items()})
        await self.venue.app.run_until_idle()
        return wrong

    def _value(self, name: str, value: Any) -> Any:
        return to_ms(self.instant(value)) if name == "start" and isinstance(value, str) else value

    async def _webhook(self, turn: Turn) -> str | None:
        """The last message once more, or a form at one of our routes; what was answered otherwise than expected."""
        sent = turn.webhook
        assert sent is not None  # noqa: S101  the kind says so
        app = self.venue.app
        if not sent.path:
            if self.last is None:
                raise BadInput(f"case {self.case.id}: nothing was heard yet that could come again")
            await app.hear(self.last)
            await app.run_until_idle()
            return None
        url = app.settings.public_base_url + sent.path
        account = self.venue.carrier.account
        knocking = asyncio.create_task(knock(app.routes(), url, sent.form, account=account, signed=sent.signed))
        while not knocking.done():  # a call's webhook waits for the answer of the turn that it begins
            await app.run_until_idle()
            await asyncio.sleep(0)
        status = await knocking
        await app.run_until_idle()
        wanted = sent.status or 200
        return None if status == wanted else f"{sent.path} answered {status}, and {wanted} was expected"

    async def _trigger(self, turn: Turn) -> str | None:
        """Lay a campaign before staff, as the command does; a staff turn approves it."""
        wanted, app = turn.trigger, self.venue.app
        assert wanted is not None  # noqa: S101  the kind says so
        people = [self.case.person(ref) for ref in wanted.to] or self.case.contacts
        numbers = [person.phone for person in people if person.phone]
        file = CampaignFile(name=wanted.campaign, text=wanted.text or OFFER, audience=Audience(numbers=numbers))
        refusal = ""
        try:
            await app.database.write(app.deps.scope(None), lambda tx: plan(tx, app.deps, file, by="kim"))
        except BadInput as problem:
            refusal = str(problem)
        await app.run_until_idle()
        if bool(refusal) == wanted.refused:
            return None
        return f"the campaign was refused: {refusal}" if refusal else "the campaign was to be refused, and was not"

    async def _propose(self, turn: Turn) -> None:
        """Put an action before the door, about the turn's contact and by its channel."""
        said, app, channel = turn.propose, self.venue.app, turn.channel or self.case.channel
        assert said is not None  # noqa: S101  the kind says so
        args = {name: self._value(name, value) for name, value in said.args.items()}
        wanted, address = said.model_copy(update={"args": args}), self._address(turn, channel)
        self.proposed += 1

        def work(tx: Tx) -> str:
            kind, business = KINDS[channel], app.pack.business.id
            contact = records.contacts.ensure(tx, business, kind=kind, value=address, now=self.venue.clock.now())
            whom = Whom(contact=contact, channel=channel, address=address)
            return propose(tx, app.deps, wanted, whom=whom, ordinal=PROPOSED + self.proposed).state

        await app.database.write(app.deps.scope(None), work)
        await app.run_until_idle()

    async def _fault(self, turn: Turn) -> None:
        assert turn.fault is not None  # noqa: S101  the kind says so
        if turn.fault.kind != "reader":
            self.venue.carrier.fail(turn.fault)
        elif self.venue.standin is None:
            raise BadInput(f"case {self.case.id}: the phrasebook cannot fail; choose another reader")
        else:
            self.venue.standin.failures = turn.fault.times


def _next(tx: Tx) -> datetime | None:
    """When the next timer or job is due."""
    due, ready = timers.next_due(tx), jobs.next_ready(tx)
    found = [d for d in (from_ms(due) if due is not None else None, ready) if d is not None]
    return min(found) if found else None
