"""What is done about a message that a carrier refused or did not deliver; which remedy, the channel's table says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.action import Action
from domain.clock import from_ms
from domain.message import Remedy
from graphs.effects import Deps
from graphs.obeying import Wished, revoke
from records import brakes, obligations, reachability, reports, timers
from records.database import Tx
from records.jobs import Work
from records.obligations import Owed

HOURS = (2, 4)  # an unreachable phone is tried again after so long, each once
SOON = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)  # from the first try; what is older than that is for a person


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: the carrier's code, what it means, what may help."""

    code: str
    meaning: str
    remedy: Remedy


def apply(tx: Tx, deps: Deps, row: Action, *, fault: Fault) -> None:
    """Act on what went wrong with a message, and see to it that somebody knows."""
    match fault.remedy:
        case "revoke":
            _revoke(tx, deps, row, fault=fault)
            _tell(tx, deps, row, what=f"was not delivered: {fault.meaning}")
        case "untextable" | "block":
            _mark(tx, deps, row, fault=fault)
        case "again" | "reschedule" | "later":
            again = _when(tx, deps, row, fault=fault)
            if again is None:
                _tell(tx, deps, row, what=f"did not arrive: {fault.meaning}; call instead", kind="unreachable")
            else:
                timers.set_timer(tx, row.business, Work("resubmit", row.id, f"contact:{row.contact}"), due=again)
        case "brake":
            _brake(tx, deps, fault)
            _tell(tx, deps, row, what=f"was not delivered: {fault.meaning}")
        case "operator":
            alarm(tx, deps, fault)
            _tell(tx, deps, row, what=f"was not delivered: {fault.meaning}")
        case "staff":
            _tell(tx, deps, row, what=f"was not delivered: {fault.meaning}")


def _revoke(tx: Tx, deps: Deps, row: Action, *, fault: Fault) -> None:
    """A carrier that says the recipient opted out is believed: nothing more is tried."""
    if row.contact:
        wished = Wished(
            contact=row.contact, channel=row.channel or "sms", address=row.address or "", evidence=row.id,
            method="carrier", actor="provider", detector={"layer": "carrier", "rule": fault.code},
        )  # fmt: skip
        revoke(tx, deps, wished, scope="texts")


def _mark(tx: Tx, deps: Deps, row: Action, *, fault: Fault) -> None:
    """Nothing goes there any more; who waits for an answer is called instead."""
    why = reachability.BLOCKED if fault.remedy == "block" else fault.code
    reachability.mark(tx, row.business, row.address or "", why=why, now=deps.clock.now())
    if fault.remedy == "block":
        alarm(tx, deps, fault)
        _tell(tx, deps, row, what=f"was not delivered: {fault.meaning}")
    else:
        _tell(tx, deps, row, what=f"did not arrive: {fault.meaning}; call instead", kind="unreachable")


def _when(tx: Tx, deps: Deps, row: Action, *, fault: Fault) -> datetime | None:
    """When to try again; None where it was tried often enough, or too long ago."""
    now = deps.clock.now()
    tried, first = reports.tried(tx, row)
    if now - from_ms(first) > AT_MOST or tried > len(HOURS):
        return None
    return now + (timedelta(hours=HOURS[max(0, tried - 1)]) if fault.remedy == "again" else SOON)


def _brake(tx: Tx, deps: Deps, fault: Fault) -> None:
    """Our number may not send: what we begin stops until a person lifts it."""
    business, now = deps.pack.business.id, deps.clock.now()
    made = brakes.brake("unregistered", reason=fault.meaning, actor="guard", now=now)
    cause, new = brakes.put_on(tx, business, made, now=now)
    if new:
        detail = f"Sending is stopped: {fault.meaning}. See 'qotbot doctor'."
        obligations.open_one(
            tx, business, Owed(kind="brake", cause=cause, contact=None, due=now, detail=detail), now=now
        )


def alarm(tx: Tx, deps: Deps, fault: Fault) -> None:
    """Settings at the carrier are for whoever runs this: once a day and code."""
    business, now = deps.pack.business.id, deps.clock.now()
    detail = f"Error {fault.code}: {fault.meaning}. See 'qotbot doctor --twilio' and Twilio's console."
    cause = f"carrier:{fault.code}:{now:%Y-%m-%d}"
    owed = Owed(kind="carrier", cause=cause, contact=None, due=now, detail=detail)
    obligations.open_one(tx, business, owed, now=now)


def _tell(tx: Tx, deps: Deps, row: Action, *, what: str, kind: str = "delivery") -> None:
    now = deps.clock.now()
    owed = Owed(kind=kind, cause=row.id, contact=row.contact, due=now, detail=f"{row.ref} {what}")
    obligations.open_one(tx, row.business, owed, now=now)
