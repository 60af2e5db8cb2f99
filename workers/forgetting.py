"""Forgetting a person in one transaction: what waits ends, slots are freed, STOP is kept, and the rest is erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.action import OPEN
from domain.clock import to_ms
from domain.errors import BadInput
from domain.message import Heard, Receipted
from graphs import approval, checkpoints, effects
from graphs.effects import Deps, Outgoing
from graphs.guarded import Compiled
from graphs.wording import worded
from records import actions, bookings, forgetting, jobs, ledger, obligations, redaction
from records.database import Tx
from records.forgetting import Person
from records.jobs import Work
from records.obligations import Ending, Owed

WITHIN = timedelta(days=3)  # the laws of Europe and California give a month and more
BY_THEMSELVES = "the visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What went: erased texts, redacted rows of others, ended actions, cancelled bookings, and revocations kept."""

    contact: str
    texts: int
    elsewhere: int
    ended: int
    bookings: tuple[str, ...]
    revocations: int


def asked(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Somebody asks in a chat to be forgotten: who is nobody but this visitor is, at once.

    A visitor who joined a number's contact by a code asks for more than what was said here, with appointments and what
    others must keep: that is a request, for a person to carry out.
    """
    business, now = deps.pack.business.id, deps.clock.now()
    who = forgetting.person(tx, got.contact)
    if all(kind == heard.address_kind for kind, _ in who.addresses):
        forget(tx, deps, got.contact, by=BY_THEMSELVES)
        return
    detail = (
        f"Asked in the chat to be forgotten, and proved their number by a code: qotbot contact forget {got.contact}"
    )
    owed = Owed(kind="forget", cause=got.message, contact=got.contact, due=now + WITHIN, detail=detail)
    obligations.open_one(tx, business, owed, now=now)
    text = worded(deps.pack, "forget.asked", {}, seed=got.message)
    outgoing = Outgoing(
        text=text, purpose="reply", contact=got.contact, channel=heard.channel, address=heard.address,
        cause=f"{got.message}:forget", proposed_by="forget", session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)


def forget(tx: Tx, deps: Deps, contact: str, *, by: str) -> Forgotten:
    """Erase a person from the tables; a job then erases them from the files.

    `BadInput` where that was done before, `Unavailable` while something of theirs is being worked on.
    """
    business, now = deps.pack.business.id, deps.clock.now()
    if forgetting.when_forgotten(tx, business, contact) is not None:
        raise BadInput(f"{contact} was forgotten before; there is nothing left to forget")
    who = forgetting.person(tx, contact)
    forgetting.stop_work(tx, who, now=to_ms(now))
    revocations = forgetting.keep_revocations(tx, business, who)
    ended = sum(_end_actions(tx, deps, one) for one in who.everyone)
    cancelled = _cancel_bookings(tx, deps, who)
    _close_loops(tx, deps, who)
    texts = forgetting.wipe(tx, business, who)
    elsewhere = redaction.redact(tx, [value for _, value in who.addresses])
    done = Forgotten(
        contact=contact, texts=texts, elsewhere=elsewhere, ended=ended, bookings=cancelled, revocations=revocations
    )
    whose = "customer" if by is BY_THEMSELVES else "staff"
    body = {
        "contact": contact, "by": whose, "merged": list(who.everyone[1:]), "addresses": len(who.addresses),
        "texts": texts, "elsewhere": elsewhere, "ended": ended, "bookings": list(cancelled),
        "revocations": revocations,
    }  # fmt: skip
    ledger.append(tx, business, ledger.Entry(forgetting.FORGOTTEN, body, {"actor": by}), at=now)
    jobs.put(tx, business, Work("erase", contact, "erase"), ready=now)
    return done


async def erase(deps: Deps, threads: Mapping[str, Compiled], contact: str) -> None:
    """Erase a forgotten person from the files: the threads of their actions, and what deleting left behind."""
    rows = await deps.database.read(lambda tx: actions.of_contact(tx, contact))
    await approval.forget_threads(threads, rows)
    await checkpoints.scrub(threads)
    await deps.database.scrub()


def _end_actions(tx: Tx, deps: Deps, contact: str) -> int:
    """End what waits for the person, staff or a worker; what a dead worker left executing is `unknown`."""
    business, now = deps.pack.business.id, deps.clock.now()
    waiting = actions.in_state(tx, business, (*OPEN, "executing"), contact=contact)
    for row in waiting:
        if row.state == "executing":
            actions.settle(tx, row.id, "unknown", receipt={"why": "forgotten"}, now=now)
            continue
        effects.let_go(tx, deps, row)
        actions.settle(tx, row.id, "superseded", receipt={"why": "forgotten"}, now=now)
    return len(waiting)


def _cancel_bookings(tx: Tx, deps: Deps, who: Person) -> tuple[str, ...]:
    """Free the time of what is still to come; staff are told which times, and of deposits that nobody asked back."""
    now = deps.clock.now()
    coming = [booking for one in who.everyone for booking in bookings.upcoming(tx, one, now)]
    for booking in coming:
        bookings.change(tx, booking.id, booking.version, values={"status": "cancelled"})
        bookings.release(tx, booking.id)
    for booking in coming:
        owed = booking.deposit_cents - booking.refunded_cents
        detail = "An appointment was cancelled because the customer was forgotten; its time is free again."
        if owed > 0:
            detail += f" A deposit of {owed} cents was not paid back."
        loop = Owed(kind="forgotten", cause=booking.id, contact=None, due=now, detail=detail)
        obligations.open_one(tx, deps.pack.business.id, loop, now=now)
    return tuple(booking.id for booking in coming)


def _close_loops(tx: Tx, deps: Deps, who: Person) -> None:
    for contact in who.everyone:
        obligations.close_contact(tx, contact, ending=Ending("forgotten", "staff"), now=deps.clock.now())
