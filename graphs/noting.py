"""What is kept of a reading: who read the turn and what it did, and a wish to be left alone."""

from __future__ import annotations

from typing import Any

from graphs.effects import Deps
from graphs.obeying import Wished, revoke
from graphs.readers.reader import ReadBy
from records import ledger
from records.database import Tx

_SCOPES = {"stop_all": "all", "stop_marketing": "marketing", "stop_calls": "calls"}


def note_reading(tx: Tx, deps: Deps, turn: dict[str, Any], *, read: ReadBy) -> None:
    """Tell the ledger who read the turn; a wish to be left alone is committed before anything is decided."""
    said = [{"act": s.act, "task": s.task} for s in read.reading.said]
    body = {
        "turn": turn["id"], "contact": turn["contact"], "by": read.by, "failed": read.failed, "said": said,
        "dropped": list(read.dropped), "wish": read.reading.contact_wish, "unclear": read.reading.unclear,
    }  # fmt: skip
    ledger.append(tx, deps.pack.business.id, ledger.Entry("turn.read", body), at=deps.clock.now())
    if scope := _SCOPES.get(read.reading.contact_wish or ""):
        wished = Wished(
            contact=turn["contact"], channel=turn["channel"], address=turn["address"], evidence=turn["id"],
            method="reader", detector={"layer": "reader", "by": read.by},
        )  # fmt: skip
        revoke(tx, deps, wished, scope=scope)
