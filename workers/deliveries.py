"""Deliveries: the door is asked again, the action claimed, the effect done outside, its end recorded.

This is the only place that calls a tool's `deliver`. What a crash left executing is looked up at the other side before
anything is tried again, and so is a text whose request ended without a clear answer; where nobody can tell, it becomes
`unknown` and a person is told. Where the other side was never reached, or took nothing because it is busy, the claim is
given back and the whole is tried again a little later.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, NoReturn

import structlog

from domain.action import Action, Proposal
from domain.canonical import digest
from domain.clock import to_ms
from domain.errors import ConfigurationError, Later, ToolRefused
from domain.message import Delivery, Refused, Sent, Unknown
from domain.permit import Permit
from domain.tool import Tool
from graphs import effects, untraced
from graphs.effects import Deps
from guards.door import submit
from guards.quiet_hours import open_until
from records import actions, leases, ledger, messages, obligations, reports
from records.database import Tx
from records.obligations import Owed
from workers import remedies, reporting
from workers.remedies import Fault

log = structlog.get_logger()
LIMIT_S = 10.0
TRIES, PAUSE = 6, timedelta(seconds=5)  # an outage of two and a half minutes is sat out, then a person is told
LOOK_AGAIN = timedelta(seconds=15)  # after this, a text that was taken can be found at the carrier
REQUESTS = 2  # at most for one text where answers are unclear, the second only where the first cannot be found
LEFT = timedelta(minutes=1)


async def carry_out(deps: Deps, action: str, *, tries: int = TRIES) -> None:
    """Bring one cleared action to its end; `Later` says when to try again what never reached the other side."""
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is None or row.final:
        return
    tool = deps.tools[row.tool]
    again = row.state == "executing"
    claimed = await deps.database.write(deps.scope(row.contact), lambda tx: _claim(tx, deps, row))
    if claimed is None:
        return
    permit, payload = claimed
    try:
        with untraced.silence():  # a tool may be LangChain's
            async with asyncio.timeout(LIMIT_S):
                outcome = await _carried(tool, permit, payload, again=again)
    except TimeoutError:
        outcome = Unknown("no answer within the time limit")
    if isinstance(outcome, Refused) and "later" in (outcome.remedy, _absent(outcome)) and tries < TRIES:
        if await deps.database.write(deps.scope(row.contact), lambda tx: _give_back(tx, deps, permit)):
            raise Later(deps.clock.now() + _pause(row.id, tries))
        return
    if isinstance(outcome, Unknown) and row.tool == "message" and payload.get("unclear", 0) < REQUESTS:
        if until := await deps.database.write(deps.scope(row.contact), lambda tx: _wait(tx, deps, permit)):
            raise Later(until)
        return
    await deps.database.write(deps.scope(row.contact), lambda tx: _settle(tx, deps, claimed, outcome=outcome))


async def _carried(tool: Tool, permit: Permit, payload: dict[str, Any], *, again: bool) -> Delivery:
    """Do it, where it is not found to be done already; a text that was asked for often enough is only looked for."""
    if tool.reconcile is None or tool.deliver is None:
        raise ConfigurationError(f"tool {tool.name}: it has no effect outside, so there is nothing to deliver")
    if again:
        found = await tool.reconcile(permit, payload)
        if not isinstance(found, Refused) or found.code != "absent":
            return found
        if payload.get("unclear", 0) >= REQUESTS:
            return Unknown("it was asked for twice and cannot be found")
    return await tool.deliver(permit, payload)


def _absent(outcome: Refused) -> str:
    return "later" if outcome.code == "absent" else ""


def _pause(action: str, tries: int) -> timedelta:
    """Longer with every try, and not the same for everybody who waits."""
    jitter = int(digest(action, tries)[:4], 16) / 0xFFFF
    return timedelta(seconds=PAUSE.total_seconds() * 2 ** (tries - 1) * (1 + jitter / 4))


async def leave_text(deps: Deps, action: str) -> None:
    """Leave a text to a process that can send it: `Later` in a minute; other deliveries are not touched."""
    row = await deps.database.read(lambda tx: actions.load(tx, action))
    if row is not None and row.tool == "message" and not row.final:
        leave(deps)


def leave(deps: Deps) -> NoReturn:
    """Leave a job to a process that can send texts: `Later`, in a minute."""
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
    permit, _ = actions.claim(tx, judged, now=now)
    if permit is None:
        return None
    if row.tool == "message" and row.purpose != "mandated" and deps.spool.waiting():
        raise Later(now + PAUSE)  # somebody said STOP and the records do not know it yet: nothing is claimed before
    try:
        with tx.begin_nested():
            receipt = effects.written(tx, deps, row)
    except ToolRefused as refusal:
        failed = actions.settle(tx, row.id, "failed", receipt={"why": refusal.code, **refusal.facts}, now=now)
        effects.ended(tx, deps, failed, detached=True)
        return None
    payload = {
        "text": row.args.get("text", ""), "options": row.args.get("options", []), "receipt": receipt,
        "media": row.args.get("media", []), "until": _until(tx, deps, row),
    }  # fmt: skip
    actions.save_payload(tx, row.id, payload)
    return permit, payload


def _until(tx: Tx, deps: Deps, row: Action) -> int | None:
    """When the customer's window closes on what we begin (milliseconds UTC): it must not arrive later."""
    closes = open_until(tx, _again(row, deps), deps.clearance()) if row.tool == "message" else None
    return to_ms(closes) if closes else None


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
    if (row := actions.held_by(tx, permit, now=now)) is not None:
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
    leases.give_back(tx, row.id, now=deps.clock.now())
    body = {"action": row.id, "tool": row.tool}
    ledger.append(tx, row.business, ledger.Entry("delivery.unreached", body), at=deps.clock.now())
    return True


def _wait(tx: Tx, deps: Deps, permit: Permit) -> datetime | None:
    """Leave a request without a clear answer to be looked up; when, or None where another process holds it."""
    if _held(tx, deps, permit, outcome="unclear") is None:
        return None
    until = deps.clock.now() + LOOK_AGAIN
    payload = actions.payload_of(tx, permit.action)
    actions.save_payload(tx, permit.action, {**payload, "unclear": payload.get("unclear", 0) + 1})
    leases.move(tx, permit.action, until)
    body = {"action": permit.action, "tool": permit.tool}
    ledger.append(tx, permit.business, ledger.Entry("delivery.unclear", body), at=deps.clock.now())
    return until


def _settle(tx: Tx, deps: Deps, claimed: tuple[Permit, dict[str, Any]], *, outcome: Delivery) -> None:
    permit, payload = claimed
    row = _held(tx, deps, permit, outcome=type(outcome).__name__.lower())
    if row is None:
        return
    now = deps.clock.now()
    receipt = payload.get("receipt", {})
    tool = deps.tools[row.tool]
    match outcome:
        case Sent(facts, provider):
            done = actions.settle(tx, row.id, "done", receipt={**receipt, **facts}, now=now)
            if row.tool == "message":
                messages.set_state(tx, row.id, "sent", now=now)
            effects.ended(tx, deps, done, detached=True)
            if provider:
                reporting.catch_up(tx, deps, done, provider=provider, provider_id=str(facts["sid"]))
        case Refused(why, code, remedy):
            if tool.undo is not None:
                tool.undo(tool.args.model_validate(row.args), effects.context(tx, deps, row))
            told = {"why": code or "refused_outside", "detail": why}
            failed = actions.settle(tx, row.id, "failed", receipt=told, now=now)
            if row.tool == "message":
                messages.set_state(tx, row.id, "failed", now=now)
                reports.error(tx, row.id, code)
                remedies.apply(tx, deps, row, fault=Fault(code, why, remedy))
            else:
                _tell_staff(tx, deps, row, what=f"could not be done: {why}")
            effects.ended(tx, deps, failed, detached=True)
        case Unknown(why):
            log.warning("delivery.unknown", action=row.id, tool=row.tool)
            actions.settle(tx, row.id, "unknown", receipt={"why": "unknown", "detail": why}, now=now)
            _tell_staff(tx, deps, row, what="may or may not have happened; please look")
            body = {"action": row.id, "tool": row.tool}
            ledger.append(tx, row.business, ledger.Entry("delivery.unknown", body), at=now)


def _tell_staff(tx: Tx, deps: Deps, row: Action, *, what: str) -> None:
    now = deps.clock.now()
    owed = Owed(kind="delivery", cause=row.id, contact=row.contact, due=now, detail=f"{row.ref} {what}")
    obligations.open_one(tx, row.business, owed, now=now)
