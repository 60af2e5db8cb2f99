"""Deliveries: the door is asked again, the action claimed, the effect done outside, its end recorded.

This is the only place that calls a tool's `deliver`. What a crash left executing is looked up at the other side before
anything is tried again; where nobody can tell, it becomes `unknown` and a person is told. Where the other side was
never reached, the claim is given back and the whole is tried again a little later.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from domain.action import Action, Proposal
from domain.errors import ConfigurationError, Later, ToolRefused
from domain.message import Delivery, Refused, Sent, Unknown
from domain.permit import Permit
from graphs import effects, untraced
from graphs.effects import Deps
from graphs.obeying import Wished, revoke
from guards.door import submit
from records import actions, ledger, messages, obligations
from records.database import Tx
from records.obligations import Owed

log = structlog.get_logger()
LIMIT_S = 10.0
TRIES, PAUSE = 6, timedelta(seconds=5)  # an outage of two and a half minutes is sat out, then a person is told
OPTED_OUT = ("21610",)  # Twilio: the recipient has unsubscribed
LEFT = timedelta(minutes=1)


async def carry_out(deps: Deps, action: str, *, tries: int = TRIES) -> None:
    """Bring one cleared action to its end; `Later` says when to try again what never reached the other side."""
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is None or row.final:
        return
    tool = deps.tools[row.tool]
    if tool.deliver is None or tool.reconcile is None:
        raise ConfigurationError(f"tool {tool.name}: it has no effect outside, so there is nothing to deliver")
    again = row.state == "executing"
    claimed = await deps.database.write(deps.scope(row.contact), lambda tx: _claim(tx, deps, row))
    if claimed is None:
        return
    permit, payload = claimed
    try:
        with untraced.silence():  # a tool may be LangChain's
            async with asyncio.timeout(LIMIT_S):
                outcome: Delivery = Refused("nothing recorded", "absent")
                if again:
                    outcome = await tool.reconcile(permit, payload)
                if isinstance(outcome, Refused) and outcome.code == "absent":
                    outcome = await tool.deliver(permit, payload)
    except TimeoutError:
        outcome = Unknown("no answer within the time limit")
    if isinstance(outcome, Refused) and outcome.code == "absent" and tries < TRIES:
        if await deps.database.write(deps.scope(row.contact), lambda tx: _give_back(tx, deps, permit)):
            raise Later(deps.clock.now() + PAUSE * 2 ** (tries - 1))
        return
    await deps.database.write(deps.scope(row.contact), lambda tx: _settle(tx, deps, permit, outcome=outcome))


async def leave_text(deps: Deps, action: str) -> None:
    """Leave a text to a process that can send it: `Later` in a minute; other deliveries are not touched."""
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is not None and row.tool == "message" and not row.final:
        raise Later(deps.clock.now() + LEFT)


def _claim(tx: Tx, deps: Deps, row: Action) -> tuple[Permit, dict[str, Any]] | None:
    """Ask the door with fresh facts and claim; the tool's records are written here, before the request."""
    now = deps.clock.now()
    if row.state == "executing":
        followed = actions.follow(tx, row.id, now)
        return (followed, actions.payload_of(tx, row.id)) if followed else None
    decision, judged = submit(tx, _again(row, deps), deps.clearance())
    if judged.state != "cleared":
        effects.put_off(tx, decision, judged)
        effects.ended(tx, deps, judged, detached=True)
        return None
    permit, _ = actions.claim(tx, row.id, row.args_hash, now=now)
    if permit is None:
        return None
    try:
        with tx.begin_nested():
            receipt = effects.written(tx, deps, row)
    except ToolRefused as refusal:
        failed = actions.settle(tx, row.id, "failed", receipt={"why": refusal.code, **refusal.facts}, now=now)
        effects.ended(tx, deps, failed, detached=True)
        return None
    payload = {"text": row.args.get("text", ""), "options": row.args.get("options", []), "receipt": receipt}
    actions.save_payload(tx, row.id, payload)
    return permit, payload


def _again(row: Action, deps: Deps) -> Proposal:
    tool = deps.tools[row.tool]
    return Proposal(
        tool=row.tool, args=row.args, tier=row.tier, purpose=row.purpose, assurance=row.assurance,
        business=row.business, contact=row.contact, cause=row.cause, proposed_by=row.proposed_by, turn=row.turn,
        channel=row.channel, address=row.address, snapshot=deps.pack.snapshot, action=row.id,
        look=tool.look(tool.args.model_validate(row.args)),
    )  # fmt: skip


def _held(tx: Tx, deps: Deps, permit: Permit, *, outcome: str) -> Action | None:
    """The action, where this permit still holds it; another process that followed records the end, not we."""
    now = deps.clock.now()
    row = actions.load(tx, permit.action)
    if row is not None and actions.holds(tx, permit, now=now):
        return row
    log.warning("delivery.late", action=permit.action, tool=permit.tool, fence=permit.fence, outcome=outcome)
    body = {"action": permit.action, "tool": permit.tool, "fence": permit.fence, "outcome": outcome}
    ledger.append(tx, permit.business, ledger.Entry("delivery.late", body), at=now)
    return None


def _give_back(tx: Tx, deps: Deps, permit: Permit) -> bool:
    """Undo the claim of what never left: the door is asked again before the next try. False where another holds it."""
    row = _held(tx, deps, permit, outcome="unreached")
    if row is None:
        return False
    tool = deps.tools[row.tool]
    if tool.undo is not None:
        tool.undo(tool.args.model_validate(row.args), effects.context(tx, deps, row))
    actions.give_back(tx, row.id, now=deps.clock.now())
    body = {"action": row.id, "tool": row.tool}
    ledger.append(tx, row.business, ledger.Entry("delivery.unreached", body), at=deps.clock.now())
    return True


def _settle(tx: Tx, deps: Deps, permit: Permit, *, outcome: Delivery) -> None:
    row = _held(tx, deps, permit, outcome=type(outcome).__name__.lower())
    if row is None:
        return
    now = deps.clock.now()
    receipt = actions.payload_of(tx, row.id).get("receipt", {})
    tool = deps.tools[row.tool]
    match outcome:
        case Sent(facts):
            done = actions.settle(tx, row.id, "done", receipt={**receipt, **facts}, now=now)
            if row.tool == "message":
                messages.set_state(tx, row.id, "sent", now=now)
            effects.ended(tx, deps, done, detached=True)
        case Refused(why, code):
            if tool.undo is not None:
                tool.undo(tool.args.model_validate(row.args), effects.context(tx, deps, row))
            told = {"why": code or "refused_outside", "detail": why}
            failed = actions.settle(tx, row.id, "failed", receipt=told, now=now)
            _heed(tx, deps, row, code=code)
            _tell_staff(tx, deps, row, what=f"could not be done: {why}")
            if row.tool == "message":
                messages.set_state(tx, row.id, "failed", now=now)
            effects.ended(tx, deps, failed, detached=True)
        case Unknown(why):
            log.warning("delivery.unknown", action=row.id, tool=row.tool)
            actions.settle(tx, row.id, "unknown", receipt={"why": "unknown", "detail": why}, now=now)
            _tell_staff(tx, deps, row, what="may or may not have happened; please look")
            body = {"action": row.id, "tool": row.tool}
            ledger.append(tx, row.business, ledger.Entry("delivery.unknown", body), at=now)


def _heed(tx: Tx, deps: Deps, row: Action, *, code: str) -> None:
    """A carrier that says the recipient opted out is believed: nothing more is tried."""
    if row.tool == "message" and row.contact and code in OPTED_OUT:
        wished = Wished(
            contact=row.contact, channel=row.channel or "sms", address=row.address or "", evidence=row.id,
            method="carrier", actor="provider", detector={"layer": "carrier", "rule": code},
        )  # fmt: skip
        revoke(tx, deps, wished, scope="texts")


def _tell_staff(tx: Tx, deps: Deps, row: Action, *, what: str) -> None:
    now = deps.clock.now()
    owed = Owed(kind="delivery", cause=row.id, contact=row.contact, due=now, detail=f"{row.ref} {what}")
    obligations.open_one(tx, row.business, owed, now=now)
