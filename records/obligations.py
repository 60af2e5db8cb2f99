"""Obligations: open loops that end in a named outcome; staff see them as follow-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.canonical import short_id
from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx, among, insert_new

_O = schema.obligation.c
_CLOSE = (
    schema.obligation.update()
    .where(_O.closed_at.is_(None))
    .values(outcome=sa.bindparam("new_outcome"), closed_at=sa.bindparam("new_closed_at"))
    .returning(_O.id, _O.business, _O.contact, _O.kind)
)
_CLOSE_CAUSES = _CLOSE.where(
    _O.business == sa.bindparam("of_business"), _O.cause.in_(sa.bindparam("causes", expanding=True))
)
_M = schema.message.c
_CLOSE_ANSWERED = _CLOSE.where(
    _O.business == sa.bindparam("of_business"),
    _O.cause.in_(
        sa.union_all(
            sa.select(sa.bindparam("of_cause", type_=sa.Text)),
            sa.select(_M.id).where(_M.turn == sa.bindparam("of_turn"), among(_M.direction, "in", "internal")),
        )
    ),
)
_CLOSE_KIND = _CLOSE.where(_O.kind == sa.bindparam("of_kind"), _O.cause == sa.bindparam("of_cause"))
_CLOSE_CONTACT = _CLOSE.where(_O.contact == sa.bindparam("of_contact"))
_CLOSE_ID = _CLOSE.where(_O.id == sa.bindparam("which"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One open loop; `cause` is the id of what opened it."""

    id: str
    business: str
    contact: str | None
    kind: str
    cause: str
    detail: str
    due_at: int
    opened_at: int
    outcome: str | None = None
    closed_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is opened: the kind of loop, the id of what caused it, for whom, and by when."""

    kind: str
    cause: str
    contact: str | None
    due: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a loop ended, and by whose act: a word and an id, for the ledger holds no names in the clear.

    What a person adds in their own words, and their name, go into `texts`.
    """

    outcome: str
    by: str
    texts: dict[str, str] = field(default_factory=dict)


def open_one(tx: Tx, business: str, owed: Owed, *, now: datetime) -> str:
    """Open an obligation, once per kind and cause; its id."""
    made = short_id("obl", business, owed.kind, owed.cause)
    row = {
        "id": made, "business": business, "contact": owed.contact, "kind": owed.kind, "cause": owed.cause,
        "detail": owed.detail, "due_at": to_ms(owed.due), "opened_at": to_ms(now), "step": 0,
    }  # fmt: skip
    if insert_new(tx, schema.obligation, row):
        body = {
            "obligation": made, "kind": owed.kind, "cause": owed.cause, "contact": owed.contact,
            "due": to_ms(owed.due),
        }  # fmt: skip
        texts = {"detail": owed.detail} if owed.detail else {}
        ledger.append(tx, business, ledger.Entry("obligation.opened", body, texts), at=now)
    return made


def tell_more(tx: Tx, kind: str, cause: str, *, detail: str, now: datetime) -> bool:
    """Say more in an obligation that is open; False where it is closed or was never opened."""
    where = sa.and_(_O.kind == kind, _O.cause == cause, _O.closed_at.is_(None))
    row = tx.execute(sa.select(_O.id, _O.business, _O.contact).where(where)).one_or_none()
    if row is None:
        return False
    tx.execute(schema.obligation.update().where(_O.id == row.id).values(detail=detail))
    body = {"obligation": row.id, "kind": kind, "cause": cause, "contact": row.contact}
    ledger.append(tx, row.business, ledger.Entry("obligation.noted", body, {"detail": detail}), at=now)
    return True


def close(tx: Tx, business: str, causes: list[str], *, ending: Ending, now: datetime) -> int:
    """Close the open obligations of these causes, of every kind; how many were open."""
    return _close(tx, (_CLOSE_CAUSES, {"of_business": business, "causes": causes}), ending, now=now)


def close_answered(tx: Tx, answer: Action, *, now: datetime) -> int:
    """Close what a message answers: what its cause and the words of its turn opened; how many were open."""
    given = {"of_business": answer.business, "of_cause": answer.cause, "of_turn": answer.turn}
    return _close(tx, (_CLOSE_ANSWERED, given), Ending("answered", answer.id), now=now)


def close_kind(tx: Tx, kind: str, cause: str, *, ending: Ending, now: datetime) -> bool:
    """Close the obligation of one kind and cause; False where it is closed or was never opened."""
    return _close(tx, (_CLOSE_KIND, {"of_kind": kind, "of_cause": cause}), ending, now=now) > 0


def close_contact(tx: Tx, contact: str, *, ending: Ending, now: datetime) -> int:
    """Close everything that is open for a contact; how many were open."""
    return _close(tx, (_CLOSE_CONTACT, {"of_contact": contact}), ending, now=now)


def close_id(tx: Tx, obligation: str, *, outcome: str, by: str, now: datetime) -> bool:
    """Close one obligation by its id; False where it is closed or unknown."""
    ending = Ending("closed by staff", "staff", {"by": by, "note": outcome})
    return _close(tx, (_CLOSE_ID, {"which": obligation}), ending, now=now) > 0


def _close(tx: Tx, which: tuple[sa.Executable, dict[str, Any]], ending: Ending, *, now: datetime) -> int:
    statement, given = which
    outcome = ending.texts.get("note", ending.outcome)
    rows = tx.execute(statement, {**given, "new_outcome": outcome, "new_closed_at": to_ms(now)}).all()
    for row in rows:
        body = {
            "obligation": row.id, "kind": row.kind, "contact": row.contact, "outcome": ending.outcome,
            "by": ending.by,
        }  # fmt: skip
        ledger.append(tx, row.business, ledger.Entry("obligation.closed", body, ending.texts), at=now)
    return len(rows)


def reopen(tx: Tx, kind: str, cause: str, *, due: datetime, now: datetime) -> bool:
    """Open again what was closed too early, due at another time; False where it is open or never was."""
    where = sa.and_(_O.kind == kind, _O.cause == cause, _O.closed_at.is_not(None))
    row = tx.execute(sa.select(_O.id, _O.business, _O.contact).where(where)).one_or_none()
    if row is None:
        return False
    values = {"outcome": None, "closed_at": None, "due_at": to_ms(due), "step": 0}
    tx.execute(schema.obligation.update().where(_O.id == row.id).values(**values))
    body = {"obligation": row.id, "kind": kind, "cause": cause, "contact": row.contact, "due": to_ms(due)}
    ledger.append(tx, row.business, ledger.Entry("obligation.opened", body), at=now)
    return True


def still_open(tx: Tx, business: str, *, kinds: tuple[str, ...] | None = None, limit: int = 200) -> list[Obligation]:
    """Open obligations, the most urgent first."""
    query = sa.select(schema.obligation).where(_O.business == business, _O.closed_at.is_(None))
    if kinds:
        query = query.where(_O.kind.in_(kinds))
    return [_obligation(r) for r in tx.execute(query.order_by(_O.due_at).limit(limit))]


def overdue_answers(tx: Tx, business: str, now: datetime) -> list[Obligation]:
    """Unanswered messages whose time is over and that staff have not been shown yet."""
    where = (_O.business == business, _O.closed_at.is_(None), _O.kind == "answer", _O.step == 0)
    query = sa.select(schema.obligation).where(*where, _O.due_at <= to_ms(now))
    return [_obligation(r) for r in tx.execute(query)]


def escalate(tx: Tx, obligation: str) -> None:
    """Take the next step of the ladder."""
    tx.execute(schema.obligation.update().where(_O.id == obligation).values(step=_O.step + 1))


def _obligation(row: Any) -> Obligation:
    return Obligation(**{name: getattr(row, name) for name in Obligation.__dataclass_fields__})
