"""Campaigns: the text that staff approved, and every person it is meant for, once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx

State = Literal["waiting", "running", "done", "stopped", "declined"]
Fate = Literal["waiting", "sent", "left_out"]
PROPOSER = "campaign:"  # and the campaign's id: what proposed a message
_C = schema.campaign.c
_P = schema.campaign_person.c
_A = schema.action.c
_ONE = sa.select(schema.campaign).where(_C.id == sa.bindparam("id"))
_NEXT = (
    sa.select(_P.contact, _P.due_at)
    .where(_P.campaign == sa.bindparam("campaign"), _P.state == "waiting")
    .order_by(_P.due_at, _P.contact)
    .limit(1)
)
_TAKE = (
    schema.campaign_person.update()
    .where(_P.campaign == sa.bindparam("which"), _P.contact == sa.bindparam("whom"), _P.state == "waiting",
           _P.due_at <= sa.bindparam("now"))
    .values(tries=_P.tries + 1)
    .returning(_P.tries)
)  # fmt: skip
_NOTE = (
    schema.campaign_person.update()
    .where(_P.campaign == sa.bindparam("which"), _P.contact == sa.bindparam("whom"))
    .values(state=sa.bindparam("fate"), action=sa.bindparam("by"), why=sa.bindparam("because"),
            due_at=sa.bindparam("again"))
)  # fmt: skip
_BY = sa.literal(PROPOSER) + _P.campaign
_OTHER = schema.action.alias("other")
_NEWEST = (
    sa.select(sa.func.max(_OTHER.c.created_at))
    .where(_OTHER.c.contact == _P.contact, _OTHER.c.proposed_by == _BY)
    .correlate(schema.campaign_person)
    .scalar_subquery()
)
_TOLD = schema.campaign_person.outerjoin(
    schema.action, sa.and_(_A.contact == _P.contact, _A.proposed_by == _BY, _A.created_at == _NEWEST)
)
_BECAME = sa.case(
    (_P.state == "sent", sa.func.coalesce(sa.literal("message ") + _A.state, "sent")),
    (_P.state == "left_out", sa.literal("left out: ") + _P.why),
    else_=_P.state,
)  # of one whom nobody remembers the state says it all


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign; `ends_at` (milliseconds UTC) is when nobody gets it any more."""

    id: str
    business: str
    name: str
    text: str
    action: str
    state: State
    ends_at: int
    created_at: int
    ended_at: int | None = None


def campaign_id(business: str, name: str, text: str, *, now: datetime) -> str:
    """The id of a campaign that is planned now."""
    return short_id("cmp", business, name, text, to_ms(now))


def plan(tx: Tx, made: Campaign, contacts: Sequence[str], *, now: datetime) -> None:
    """Write a campaign that waits for staff, and whom it is meant for."""
    row = {
        "id": made.id, "business": made.business, "name": made.name, "text": made.text, "action": made.action,
        "state": made.state, "audience": {"people": len(contacts)}, "submitted": 0, "refused": 0,
        "created_at": to_ms(now), "ends_at": made.ends_at,
    }  # fmt: skip
    tx.execute(schema.campaign.insert(), row)
    if contacts:
        tx.execute(schema.campaign_person.insert(), [
            {"campaign": made.id, "contact": one, "business": made.business, "state": "waiting", "due_at": 0,
             "tries": 0}
            for one in contacts
        ])  # fmt: skip
    body = {"campaign": made.id, "action": made.action, "people": len(contacts), "ends_at": made.ends_at}
    ledger.append(tx, made.business, ledger.Entry("campaign.planned", body, {"text": made.text}), at=now)


def load(tx: Tx, campaign: str) -> Campaign | None:
    """One campaign."""
    row = tx.execute(_ONE, {"id": campaign}).one_or_none()
    return _campaign(row) if row else None


def of_business(tx: Tx, business: str) -> list[Campaign]:
    """Every campaign, the newest first."""
    query = sa.select(schema.campaign).where(_C.business == business).order_by(_C.created_at.desc(), _C.id)
    return [_campaign(row) for row in tx.execute(query)]


def begin(tx: Tx, campaign: str, *, text: str, now: datetime) -> bool:
    """Let a waiting campaign run with the words that were approved; False where it does not wait any more."""
    where = sa.and_(_C.id == campaign, _C.state == "waiting")
    return _move(tx, where, {"state": "running", "text": text}, now=now)


def end(tx: Tx, campaign: str, state: Literal["done", "stopped", "declined"], *, now: datetime) -> bool:
    """End a campaign, once; False where it had ended."""
    where = sa.and_(_C.id == campaign, _C.state.in_(("waiting", "running")))
    return _move(tx, where, {"state": state, "ended_at": to_ms(now)}, now=now)


def _move(tx: Tx, where: Any, values: dict[str, Any], *, now: datetime) -> bool:
    row = tx.execute(schema.campaign.update().where(where).values(**values).returning(_C.id, _C.business)).one_or_none()
    if row is None:
        return False
    body = {"campaign": row.id, "state": values["state"]}
    ledger.append(tx, row.business, ledger.Entry(f"campaign.{values['state']}", body), at=now)
    return True


def next_person(tx: Tx, campaign: str) -> tuple[str, int] | None:
    """Who is next and from when (milliseconds UTC); None where nobody waits any more."""
    row = tx.execute(_NEXT, {"campaign": campaign}).one_or_none()
    return (row.contact, row.due_at) if row else None


def take(tx: Tx, campaign: str, contact: str, *, now: datetime) -> int | None:
    """Take up a person whose turn it is; the number of this try, None where somebody was first."""
    where = {"which": campaign, "whom": contact, "now": to_ms(now)}
    return tx.execute(_TAKE, where).scalar_one_or_none()


def note(
    tx: Tx, campaign: str, contact: str, *, fate: Fate, told: tuple[str | None, str | None, int] = (None, None, 0)
) -> None:
    """Write what became of a person: the action, why they were left out, or when it is tried again."""
    action, why, again = told
    tx.execute(_NOTE, {"which": campaign, "whom": contact, "fate": fate, "by": action, "because": why, "again": again})


def leave_out_rest(tx: Tx, campaign: str, why: str) -> None:
    """Leave out everybody who still waits."""
    where = sa.and_(_P.campaign == campaign, _P.state == "waiting")
    tx.execute(schema.campaign_person.update().where(where).values(state="left_out", why=why))


def meant_for(tx: Tx, campaign: str, contact: str) -> bool:
    """Whether a campaign is meant for a person."""
    query = sa.select(_P.contact).where(_P.campaign == campaign, _P.contact == contact)
    return tx.execute(query).one_or_none() is not None


def in_flight(tx: Tx, business: str, campaign: str) -> int:
    """How many messages of a campaign are cleared or being sent."""
    query = sa.select(sa.func.count()).where(
        _A.business == business, _A.state.in_(("cleared", "executing")), _A.proposed_by == PROPOSER + campaign
    )
    return tx.execute(query).scalar_one()


def fates(tx: Tx, campaign: str) -> dict[str, int]:
    """How many people wait, were left out (and why), and what became of the messages to the others."""
    people = sa.func.count(sa.distinct(_P.contact)).label("people")
    query = sa.select(_BECAME.label("fate"), people).select_from(_TOLD).where(_P.campaign == campaign)
    return {row.fate: row.people for row in tx.execute(query.group_by(_BECAME).order_by(_BECAME))}


def forget(tx: Tx, contacts: Sequence[str]) -> None:
    """Let go of people and keep the count: what became of each stays, under a name that was drawn."""
    query = sa.select(_P.campaign, _P.contact, sa.func.max(_BECAME).label("fate")).select_from(_TOLD)
    query = query.where(_P.contact.in_(contacts)).group_by(_P.campaign, _P.contact)
    for row in tx.execute(query).all():
        fate = "left out: forgotten" if row.fate == "waiting" else row.fate
        values = {"contact": f"gone_{secrets.token_hex(13)}", "state": fate, "action": None, "why": None, "due_at": 0}
        where = sa.and_(_P.campaign == row.campaign, _P.contact == row.contact)
        tx.execute(schema.campaign_person.update().where(where).values(**values))


def _campaign(row: Any) -> Campaign:
    return Campaign(
        id=row.id, business=row.business, name=row.name, text=row.text, action=row.action, state=row.state,
        ends_at=row.ends_at, created_at=row.created_at, ended_at=row.ended_at,
    )  # fmt: skip
