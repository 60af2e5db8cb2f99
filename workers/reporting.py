"""What carriers report of what we sent: kept whole, late, twice and out of order; a message never moves back."""

from __future__ import annotations

import structlog

import records.contacts
from domain.action import Action
from domain.message import ALARM, Reassigned, Report
from graphs import effects
from graphs.effects import Deps
from graphs.obeying import Wished, hand_on
from records import actions, ledger, obligations, reports
from records.database import Tx
from records.messages import Message
from records.obligations import Ending
from workers import remedies
from workers.remedies import Fault

log = structlog.get_logger()
BAD = ("undelivered", "failed")
FOLLOW_UPS = ("delivery", "unreachable")


async def take(deps: Deps, report: Report | Reassigned) -> None:
    """Keep a report and let its message follow, or a number leave its contact; returns after the commit."""
    business = deps.pack.business.id
    if isinstance(report, Reassigned):
        kind, value = "phone", report.number
        holder = await deps.database.read(lambda tx: records.contacts.find(tx, business, kind=kind, value=value))
        await deps.database.write(deps.scope(holder), lambda tx: _reassigned(tx, deps, report))
        return
    about = await deps.database.read(lambda tx: reports.message_of(tx, business, report))
    scope = deps.scope(about.contact if about else None)
    await deps.database.write(scope, lambda tx: _take(tx, deps, report))


def _take(tx: Tx, deps: Deps, report: Report) -> None:
    business, now = deps.pack.business.id, deps.clock.now()
    if not reports.keep(tx, business, report, now=now):
        return
    if report.status == ALARM:
        remedies.alarm(tx, deps, Fault(report.code, report.meaning, report.remedy))
        return
    message = reports.message_of(tx, business, report)
    row = actions.load(tx, message.action) if message and message.action else None
    if message is None or row is None:
        log.info("report.unclaimed", provider=report.provider, status=report.status)
        return
    if message.provider_id not in (None, report.provider_id):
        body = {"action": row.id, "sid": report.provider_id, "contact": row.contact}
        ledger.append(tx, business, ledger.Entry("delivery.doubled", body), at=now)
        return
    if row.state == "unknown":
        _was_taken(tx, deps, row, report=report)
    if row.state != "executing":  # who sends it now will look for reports when the carrier has answered
        catch_up(tx, deps, row, provider=report.provider, provider_id=report.provider_id)


def _reassigned(tx: Tx, deps: Deps, found: Reassigned) -> None:
    """Whoever holds the number now agreed to nothing; once per finding."""
    business, now = deps.pack.business.id, deps.clock.now()
    kept = Report(provider=found.provider, provider_id=found.provider_id, status="reassigned", rank=-1, state="")
    if not reports.keep(tx, business, kept, now=now):
        return
    holder = records.contacts.find(tx, business, kind="phone", value=found.number)
    wished = Wished(
        contact=holder, channel="sms", address=found.number, evidence=found.provider_id, method="carrier",
        actor="provider", detector={"layer": "carrier", "rule": "reassigned"},
    )  # fmt: skip
    hand_on(tx, deps, wished)


def catch_up(tx: Tx, deps: Deps, row: Action, *, provider: str, provider_id: str) -> None:
    """Bring an action's message to where its reports are; what went wrong is acted upon once."""
    business, now = row.business, deps.clock.now()
    reports.attach(tx, row.id, provider=provider, provider_id=provider_id)
    report = reports.furthest(tx, business, provider=provider, provider_id=provider_id)
    message = reports.message_of(tx, business, report) if report else None
    if report is None or message is None or not _moves(message, report):
        return
    reports.move(tx, message, report, business=business, now=now)
    if report.state in BAD:
        remedies.apply(tx, deps, row, fault=Fault(report.code, report.meaning, report.remedy))
    elif message.state in BAD:
        for kind in FOLLOW_UPS:
            obligations.close_kind(tx, kind, row.id, ending=Ending("delivered after all", message.id), now=now)


def _moves(message: Message, report: Report) -> bool:
    return bool(report.state) and report.state != message.state


def _was_taken(tx: Tx, deps: Deps, row: Action, *, report: Report) -> None:
    """Nobody could tell whether it was sent, and now the carrier speaks of it: it was."""
    now = deps.clock.now()
    receipt = {**(actions.payload_of(tx, row.id).get("receipt") or {}), "sid": report.provider_id}
    done = actions.settle(tx, row.id, "done", receipt=receipt, now=now)
    ending = Ending("the carrier reported it", row.id)
    obligations.close_kind(tx, "delivery", row.id, ending=ending, now=now)
    reports.attach(tx, row.id, provider=report.provider, provider_id=report.provider_id)
    effects.ended(tx, deps, done, detached=True)
