"""Callers who wait on the line for what staff decide; the newest word in the ledger says whether they still do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.clock import to_ms
from records import ledger
from records.database import Tx

BEGUN, OVER = "call.holding", ("call.released", "call.ended")


def begin(tx: Tx, business: str, body: Mapping[str, str], *, until: datetime, now: datetime) -> None:
    """A caller waits on the line of the body's call for its action to be decided, until then at most."""
    ledger.append(tx, business, ledger.Entry(BEGUN, {**body, "until": to_ms(until)}), at=now)


def until(tx: Tx, business: str, call: str) -> int | None:
    """Until when (ms UTC) the caller waits; None where they do not, or no more."""
    told = [e for e in ledger.about(tx, business, call) if e.kind == BEGUN or e.kind in OVER]
    return int(told[-1].body["until"]) if told and told[-1].kind == BEGUN else None


def release(tx: Tx, business: str, call: str, *, why: str, now: datetime) -> bool:
    """The caller waits no more; False where they did not."""
    if until(tx, business, call) is None:
        return False
    ledger.append(tx, business, ledger.Entry("call.released", {"call": call, "why": why}), at=now)
    return True
