"""What is kept of a reading: who read the turn and what it did, and a wish to be left alone."""

from __future__ import annotations

from typing import Any

from graphs.effects import Deps
from graphs.readers.reader import ReadBy
from records import consents, ledger
from records.database import Tx


def note_reading(tx: Tx, deps: Deps, turn: dict[str, Any], *, read: ReadBy) -> None:
    """Tell the ledger who read the turn; a wish to be left alone is committed before anything is decided."""
    said = [{"act": s.act, "task": s.task} for s in read.reading.said]
    body = {
        "turn": turn["id"], "contact": turn["contact"], "by": read.by, "failed": read.failed, "said": said,
        "dropped": list(read.dropped), "wish": read.reading.contact_wish, "unclear": read.reading.unclear,
    }  # fmt: skip
    ledger.append(tx, deps.pack.business.id, ledger.Entry("turn.read", body), at=deps.clock.now())
    if read.reading.contact_wish in ("stop_all", "stop_marketing", "stop_calls"):
        channel = "call" if read.reading.contact_wish == "stop_calls" else turn["channel"]
        entry = consents.Entry(
            business=deps.pack.business.id, contact=turn["contact"], address=turn["address"], channel=channel,
            purpose="marketing" if read.reading.contact_wish == "stop_marketing" else "all", act="revoke",
            method=f"read by {read.by}", evidence=turn["id"], actor="customer",
        )  # fmt: skip
        consents.add(tx, entry, deps.clock.now())
