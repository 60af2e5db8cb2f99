"""Numbers that take no texts and addresses that take no mail; a message from one proves the contrary."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx, among

_A = schema.address.c
KINDS = ("phone", "email")
_WHY = sa.select(_A.untextable_why).where(
    _A.business == sa.bindparam("business"), among(_A.kind, *KINDS), _A.value == sa.bindparam("value"),
    _A.untextable_at.is_not(None),
)  # fmt: skip
_CLEAR = (
    schema.address.update()
    .where(
        _A.business == sa.bindparam("of_business"), among(_A.kind, *KINDS), _A.value == sa.bindparam("number"),
        _A.untextable_at.is_not(None), _A.untextable_why != sa.bindparam("lasting"),
    )
    .values(untextable_at=None, untextable_why=None)
    .returning(_A.contact)
)  # fmt: skip
BLOCKED = "blocked"  # stays although the number texts us


def untextable(tx: Tx, business: str, number: str) -> str | None:
    """Why a number takes no texts: the carrier's code, or `BLOCKED`; None where nothing is known against it."""
    found: str | None = tx.execute(_WHY, {"business": business, "value": number}).scalar_one_or_none()
    return found


def mark(tx: Tx, business: str, number: str, *, why: str, now: datetime) -> None:
    """Remember that a number takes no texts, and tell the ledger."""
    where = sa.and_(_A.business == business, among(_A.kind, *KINDS), _A.value == number)
    values = {"untextable_at": to_ms(now), "untextable_why": why}
    contacts = tx.execute(schema.address.update().where(where).values(**values).returning(_A.contact)).scalars().all()
    for contact in contacts:
        ledger.append(tx, business, ledger.Entry("address.untextable", {"contact": contact, "why": why}), at=now)


def heard_from(tx: Tx, business: str, number: str, *, now: datetime) -> None:
    """Forget that a number takes no texts: it sent one."""
    where = {"of_business": business, "number": number, "lasting": BLOCKED}
    for contact in tx.execute(_CLEAR, where).scalars().all():
        ledger.append(tx, business, ledger.Entry("address.textable", {"contact": contact}), at=now)
