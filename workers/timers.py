"""What timers and age bring about: expiries, lapsed questions, texts that may now be sent, answers that are overdue."""

from __future__ import annotations

from datetime import timedelta

from domain.action import Action
from domain.canonical import digest
from domain.clock import to_ms
from graphs import approval, effects
from graphs.effects import Deps, Outgoing
from records import actions, calls, ledger, messages, obligations, timers
from records.database import Tx
from records.obligations import Ending, Owed
from records.staff_answers import StaffAnswer
from workers import wishes

AGAIN = 1_000  # above every ordinal that a turn gives


async def scan(deps: Deps) -> int:
    """Turn due timers into jobs and show staff the answers that are overdue; how many timers fired."""
    business = deps.pack.business.id

    def work(tx: Tx) -> int:
        fired = timers.fire(tx, business, deps.clock.now())
        for late in obligations.overdue_answers(tx, business, deps.clock.now()):
            obligations.escalate(tx, late.id)
            body = {"obligation": late.id, "contact": late.contact, "kind": late.kind}
            ledger.append(tx, business, ledger.Entry("obligation.overdue", body), at=deps.clock.now())
        return fired

    due = await deps.database.read(lambda tx: timers.any_due(tx, business, to_ms(deps.clock.now())))
    return await deps.database.write(deps.scope(None), work) if due else 0


async def expire(deps: Deps, action: str) -> None:
    """Nobody decided in time: the safe default is no, and the customer is told."""

    def work(tx: Tx) -> None:
        row = actions.load(tx, action)
        if row is not None and row.state == "held" and row.staff is None:
            said = StaffAnswer(kind="expire", by="timer", args_hash=row.args_hash)
            approval.answer(tx, deps, action, said=said)

    row = await deps.database.read(lambda tx: actions.load(tx, action))
    await deps.database.write(deps.scope(row.contact if row else None), work)


async def lapse(deps: Deps, action: str) -> None:
    """The customer never answered a read-back: the action ends and lets go of what it held."""

    def work(tx: Tx) -> None:
        row = actions.load(tx, action)
        now = deps.clock.now()
        if row is not None and row.state == "asked" and (row.expires_at or 0) <= to_ms(now):
            if actions.supersede(tx, action, "expired", now=now):
                effects.let_go(tx, deps, row)

    row = await deps.database.read(lambda tx: actions.load(tx, action))
    await deps.database.write(deps.scope(row.contact if row else None), work)


async def unclear(deps: Deps, message: str) -> None:
    """A day has passed since an unclear wish."""
    said = await deps.database.read(lambda tx: messages.load(tx, message))
    if said is not None:
        await deps.database.write(deps.scope(said.contact), lambda tx: wishes.clear_up(tx, deps, message))


async def resubmit(deps: Deps, action: str) -> None:
    """Submit a message again that the door refused until now; one refusal is followed by one message, however often."""

    def work(tx: Tx) -> None:
        row = actions.load(tx, action)
        message = messages.of_action(tx, action)
        if row is None or row.contact is None or (message is not None and message.state == "delivered"):
            return
        outgoing = Outgoing(
            text=row.args["text"], options=tuple(row.args["options"]), media=tuple(row.args.get("media", ())),
            purpose=row.purpose, contact=row.contact,
            channel=row.channel or "sms", address=row.address or "", cause=row.cause, proposed_by=row.proposed_by,
            ordinal=AGAIN + int(digest(row.id)[:8], 16), turn=row.turn, author=row.args.get("author", "assistant"),
        )  # fmt: skip
        effects.send(tx, deps, outgoing)

    row = await deps.database.read(lambda tx: actions.load(tx, action))
    await deps.database.write(deps.scope(row.contact if row else None), work)


async def unspoken(deps: Deps, contact: str) -> None:
    """Words for a caller who was gone before they could be spoken: a text where that is allowed, else a call back."""

    def work(tx: Tx) -> None:
        calls_of: dict[str | None, list[Action]] = {}
        for one in messages.unspoken(tx, contact, before=deps.clock.now() - effects.UNSPOKEN):
            row = actions.load(tx, one.action or "")
            if row is None or row.state != "cleared":
                continue
            messages.set_state(tx, row.id, "unheard", now=deps.clock.now())
            actions.settle(tx, row.id, "superseded", receipt={"why": "unheard"}, now=deps.clock.now())
            if row.purpose != "mandated":
                calls_of.setdefault(one.session, []).append(row)
        for session, rows in calls_of.items():
            _tell_later(tx, deps, rows, call=session or "")

    if await deps.database.read(lambda tx: messages.unspoken(tx, contact, before=deps.clock.now() - effects.UNSPOKEN)):
        await deps.database.write(deps.scope(contact), work)


def _tell_later(tx: Tx, deps: Deps, rows: list[Action], *, call: str) -> None:
    """Send what a caller did not hear; who was promised a call, or may not be texted, is owed one that says it."""
    first, now, business = rows[0], deps.clock.now(), deps.pack.business.id
    text = "\n".join(row.args["text"] for row in rows)
    outgoing = Outgoing(
        text=text, purpose="service", contact=first.contact or "", channel="sms", address=first.address or "",
        cause=first.cause, proposed_by=first.proposed_by, ordinal=AGAIN, turn=first.turn,
    )  # fmt: skip
    if "promised" in calls.known(tx, business, call):
        due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
        owed = Owed(
            kind="callback", cause=first.cause, contact=first.contact, due=due, detail=f"Promised a call: {text}"
        )
        obligations.open_one(tx, business, owed, now=now)
    else:
        sent = effects.send_or_owe(tx, deps, outgoing)
        if sent is not None and sent.state != "refused":
            return
    for heard in messages.of_turn(tx, first.turn, "in") if first.turn else ():
        obligations.close_kind(tx, "answer", heard.id, ending=Ending("a call back is owed", first.id), now=now)
