"""Consent as a list of entries; what holds now is a fold over them: the newest wins, a revocation wins a tie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import ledger, schema
from records.database import Tx

_C = schema.consent.c
_GROUPS = {"sms": "text", "call": "call", "web": "web", "email": "email"}
_NEWEST = (
    sa.select(_C.id, _C.act, _C.purpose, _C.at)
    .where(_C.business == sa.bindparam("business"), _C.address == sa.bindparam("address"),
           _C.group == sa.bindparam("group"))
    .order_by(_C.at.desc(), _C.n.desc())
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A grant or revocation: of which purpose, at which address, how given, and what proves it."""

    business: str
    contact: str | None
    address: str
    channel: str
    purpose: str  # "all" or one purpose
    act: str  # grant | revoke
    method: str
    evidence: str
    actor: str


def channel_group(channel: str) -> str:
    """Channels that one opt-out covers together."""
    return _GROUPS.get(channel, channel)


def add(tx: Tx, entry: Entry, now: datetime) -> str:
    """Append an entry and tell the ledger; its id."""
    made = short_id("cst", entry.business, entry.address, entry.channel, entry.act, entry.purpose, entry.evidence)
    group = channel_group(entry.channel)
    row = {
        "id": made, "business": entry.business, "contact": entry.contact, "address": entry.address, "group": group,
        "purpose": entry.purpose, "act": entry.act, "method": entry.method, "evidence": entry.evidence,
        "actor": entry.actor, "at": to_ms(now),
    }  # fmt: skip
    if tx.execute(sa.select(_C.id).where(_C.id == made)).one_or_none() is None:
        tx.execute(schema.consent.insert(), row)
        body = {
            "consent": made, "contact": entry.contact, "group": group, "purpose": entry.purpose,
            "method": entry.method, "message": entry.evidence, "by": entry.actor,
        }  # fmt: skip
        ledger.append(tx, entry.business, ledger.Entry(f"consent.{entry.act}", body), at=now)
    return made


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one address and channel group now."""

    revoked: str | None = None  # the entry that revokes everything
    since: int | None = None  # when it was made, in milliseconds
    grants: tuple[tuple[str, str], ...] = ()  # (purpose, entry) of the live grants

    def grant(self, purpose: str) -> str | None:
        """The entry that grants a purpose."""
        return dict(self.grants).get(purpose)


def standing(tx: Tx, business: str, address: str | None, *, channel: str | None) -> Standing:
    """Fold the entries of an address."""
    if not address or not channel:
        return Standing()
    where = {"business": business, "address": address, "group": channel_group(channel)}
    rows = sorted(tx.execute(_NEWEST, where).all(), key=lambda r: (-r.at, r.act != "revoke"))
    grants: dict[str, str] = {}
    for row in rows:
        if row.purpose == "all":
            if row.act == "revoke":
                return Standing(revoked=row.id, since=row.at)
            break
        if row.act == "grant":
            grants.setdefault(row.purpose, row.id)
        else:
            grants.setdefault(row.purpose, "")
    return Standing(grants=tuple((purpose, entry) for purpose, entry in grants.items() if entry))


def silenced(tx: Tx, business: str, address: str | None, *, channel: str | None, reply_of: int | None) -> bool:
    """Whether a message may not leave: all is revoked, and it is no chat reply proposed after that (`reply_of`)."""
    held = standing(tx, business, address, channel=channel)
    if held.revoked is None or held.since is None:
        return False
    return not (answers_after_stop(channel) and reply_of is not None and reply_of > held.since)


def answers_after_stop(channel: str | None) -> bool:
    """Whether a new question of somebody who said STOP is answered: in a chat it is, nothing there comes uninvited."""
    return channel == "web"


def revoked(tx: Tx, business: str, address: str | None, *, channel: str | None) -> bool:
    """Whether everything but mandated messages is revoked at an address."""
    return standing(tx, business, address, channel=channel).revoked is not None
