"""What carriers say of what we sent: every word is kept once, and the furthest one counts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.clock import to_ms
from domain.message import Report
from records import ledger, schema
from records.database import Tx, insert_new
from records.messages import Message, from_row

_R = schema.delivery_report.c
_M = schema.message.c
_ATTACH = (
    schema.message.update()
    .where(_M.action == sa.bindparam("which"))
    .values(provider=sa.bindparam("carrier"), provider_id=sa.bindparam("theirs"))
)
_FURTHEST = (
    sa.select(schema.delivery_report)
    .where(
        _R.business == sa.bindparam("business"), _R.provider == sa.bindparam("provider"),
        _R.provider_id == sa.bindparam("provider_id"), _R.rank >= 0,
    )
    .order_by(_R.rank.desc(), _R.n)
    .limit(1)
)  # fmt: skip
_OF_PROVIDER = sa.select(schema.message).where(
    _M.business == sa.bindparam("business"), _M.provider == sa.bindparam("provider"),
    _M.provider_id == sa.bindparam("provider_id"), _M.direction == "out",
)  # fmt: skip
_A = schema.action.c
_FIELDS = frozenset(Report.__dataclass_fields__)


def keep(tx: Tx, business: str, report: Report, *, now: datetime) -> bool:
    """Keep a report; False where it came before."""
    return insert_new(tx, schema.delivery_report, {"business": business, "at": to_ms(now), **asdict(report)})


def furthest(tx: Tx, business: str, *, provider: str, provider_id: str) -> Report | None:
    """The report that counts: the one with the highest rank, of equal ones the first."""
    where = {"business": business, "provider": provider, "provider_id": provider_id}
    row: Any = tx.execute(_FURTHEST, where).one_or_none()
    return Report(**{name: row._mapping[name] for name in _FIELDS}) if row else None


def of_action(tx: Tx, action: str) -> tuple[str, str] | None:
    """By whom and under which id an action's message was taken, where a report told so."""
    query = sa.select(_R.provider, _R.provider_id).where(_R.action == action).order_by(_R.n).limit(1)
    row: Any = tx.execute(query).one_or_none()
    return (row.provider, row.provider_id) if row else None


def message_of(tx: Tx, business: str, report: Report) -> Message | None:
    """The message that a report is about: by the action it names, else by the carrier's id."""
    if report.action:
        query = sa.select(schema.message).where(_M.business == business, _M.action == report.action)
        row = tx.execute(query.where(_M.direction == "out")).one_or_none()
    else:
        where = {"business": business, "provider": report.provider, "provider_id": report.provider_id}
        row = tx.execute(_OF_PROVIDER, where).one_or_none()
    return from_row(row) if row else None


def attach(tx: Tx, action: str, *, provider: str, provider_id: str) -> None:
    """Remember under which id a carrier took an action's message."""
    tx.execute(_ATTACH, {"which": action, "carrier": provider, "theirs": provider_id})


def move(tx: Tx, message: Message, report: Report, *, business: str, now: datetime) -> None:
    """Move a message to what a report says and tell the ledger; its time stays the time it left."""
    changed = {"state": report.state, "error": report.code or None}
    tx.execute(schema.message.update().where(_M.id == message.id).values(**changed))
    body = {
        "message": message.id, "contact": message.contact, "action": message.action, "sid": report.provider_id,
        "status": report.status, "code": report.code,
    }  # fmt: skip
    ledger.append(tx, business, ledger.Entry(f"message.{report.state}", body), at=now)


def error(tx: Tx, action: str, code: str) -> None:
    """Remember the code with which a carrier refused an action's message."""
    tx.execute(schema.message.update().where(_M.action == action).values(error=code or None))


def tried(tx: Tx, row: Action) -> tuple[int, int]:
    """How many messages for the same reason did not arrive, and when the first was set on its way (ms UTC)."""
    same = (_A.business == row.business, _A.contact == row.contact, _A.tool == row.tool, _A.cause == row.cause)
    bad = sa.func.coalesce(sa.func.sum(sa.case((_M.state.in_(("undelivered", "failed")), 1), else_=0)), 0)
    query = sa.select(bad, sa.func.min(_A.created_at)).join(schema.message, _M.action == _A.id)
    found: Any = tx.execute(query.where(*same)).one()
    return int(found[0]), int(found[1])
