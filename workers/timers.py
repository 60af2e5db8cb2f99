"""What timers and age bring about: expiries, lapsed questions, texts that may now be sent, answers that are overdue."""

from __future__ import annotations

from domain.canonical import digest
from domain.clock import to_ms
from graphs import approval, effects
from graphs.effects import Deps, Outgoing
from records import actions, conversations, ledger, messages, obligations, timers
from records.database import Tx
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


async def unspoken(deps: Deps, turn: str) -> None:
    """Words for a caller who waited on the line and was gone before they could be spoken: they go as one text."""

    def work(tx: Tx) -> None:
        said = [m for m in messages.of_turn(tx, turn, "out") if m.channel == "call" and m.action]
        rows = [row for row in (actions.load(tx, m.action or "") for m in said) if row and row.state == "cleared"]
        for row in rows:
            messages.set_state(tx, row.id, "unheard", now=deps.clock.now())
            actions.settle(tx, row.id, "superseded", receipt={"why": "unheard"}, now=deps.clock.now())
        if rows and rows[0].contact is not None:
            outgoing = Outgoing(
                text="\n".join(row.args["text"] for row in rows), purpose="service", contact=rows[0].contact,
                channel="sms", address=rows[0].address or "", cause=rows[0].cause, proposed_by=rows[0].proposed_by,
                ordinal=AGAIN, turn=turn,
            )  # fmt: skip
            effects.send_or_owe(tx, deps, outgoing)

    found = await deps.database.read(lambda tx: conversations.load_turn(tx, turn))
    await deps.database.write(deps.scope(found.contact if found else None), work)
