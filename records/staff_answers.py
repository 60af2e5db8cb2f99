"""What staff decide on a held action, written once and bound to what the card showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.clock import to_ms
from records import actions, schema
from records.database import Tx
from records.ledger import Entry, append

_A = schema.action.c
Kind = Literal["approve", "edit", "reject", "answer", "expire"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAnswer:
    """What staff decided on the card they saw (`args_hash` as shown)."""

    kind: Kind
    by: str
    args_hash: str
    args: dict[str, Any] | None = None
    text: str = ""


def decide(tx: Tx, action: str, answer: StaffAnswer, *, new_hash: str, now: datetime) -> bool:
    """Write the staff's answer once: held, undecided, and the card still shows what the row holds.

    An edit raises the version, sets the new arguments and drops the customer's yes.
    """
    row = actions.load(tx, action)
    if row is None:
        return False
    said = {
        "kind": answer.kind, "by": answer.by, "at": to_ms(now), "hash": new_hash, "shown": answer.args_hash,
        "rules": [f["rule"] for f in row.findings if f["verdict"] == "hold"], "text": answer.text,
        "snapshot": row.snapshot,
    }  # fmt: skip
    values: dict[str, Any] = {"staff": said, "updated_at": to_ms(now)}
    if answer.kind == "edit" and answer.args is not None:
        values |= {"args": answer.args, "args_hash": new_hash, "version": row.version + 1, "confirmed_hash": None}
    where = sa.and_(_A.id == action, _A.state == "held", _A.staff.is_(None), _A.args_hash == answer.args_hash)
    if not tx.execute(schema.action.update().where(where).values(**values)).rowcount:
        return False
    body = {
        "action": action, "kind": answer.kind, "by": "staff", "shown": answer.args_hash, "args_hash": new_hash,
        "contact": row.contact, "ref": row.ref, "tool": row.tool,
    }  # fmt: skip
    texts = {"by": answer.by, **({"text": answer.text} if answer.text else {})}
    append(tx, row.business, Entry("action.decided", body, texts), at=now)
    return True


def reopen(tx: Tx, action: str, *, expires: datetime) -> None:
    """Take back a staff answer that no longer fits, so that the card returns and waits until `expires`."""
    tx.execute(schema.action.update().where(_A.id == action).values(staff=None, expires_at=to_ms(expires)))


def carry_confirmation(tx: Tx, action: str, args_hash: str) -> None:
    """Keep the customer's yes over an edit that changed nothing they were told."""
    where = sa.and_(_A.id == action, _A.args_hash == args_hash)
    tx.execute(schema.action.update().where(where).values(confirmed_hash=args_hash))
