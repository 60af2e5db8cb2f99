"""Consent as a list of entries; what holds now is a fold over them: after the newest revocation, the grants that live.

Revocations count for everybody behind an address, grants only for the person who gave them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.clock import to_ms
from records import disclosures, ledger, schema, suppressions
from records.database import Tx
from records.disclosures import Disclosure

_C = schema.consent.c
_GROUPS = {"sms": "text", "mms": "text", "rcs": "text", "whatsapp": "text", "call": "call", "web": "web"}
_S = schema.suppression.c
_FOLDED = ("id", "purpose", "act", "method", "at", "occurred_at", "contact", "expires_at", "disclosure", "jurisdiction")
# Entries newest first, then what is kept of people who were forgotten.
_OF_ADDRESS = (
    sa.select(*(_C[name] for name in _FOLDED), _C.n, sa.literal_column("0").label("kept"))
    .where(_C.business == sa.bindparam("business"), _C.address == sa.bindparam("address"),
           _C.group == sa.bindparam("group"))
    .union_all(
        sa.select(_S.entry, _S.purpose, sa.literal_column("'revoke'"), sa.literal_column("'forgotten'"), _S.at,
                  *[sa.null()] * 5, sa.literal_column("0"), sa.literal_column("1"))
        .where(_S.business == sa.bindparam("business"), _S.address_hash == sa.bindparam("hashed"),
               _S.group == sa.bindparam("group"))
    )
)  # fmt: skip
_OF_ADDRESS = _OF_ADDRESS.order_by(sa.text("kept"), sa.text("at DESC"), sa.text("n DESC"))
_OWN = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("key"), 0)))
GROUPS = ("text", "call", "web", "email")
IMPORTED = "import"
SAID_ON_CALL = "voice_oral"  # "yes, text me", said on a call
GRANTS = ("grant", "confirm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who allowed or revoked what: purpose, address and channel, how, with which proof.

    `act` is grant, pending (asked for, not yet confirmed), confirm or revoke; `purpose` is "all" or one purpose. A
    grant of "all" is START: it lifts a revocation and brings back service messages, never marketing. `evidence` is the
    id of what proves it; `occurred_at` is when it happened, where that is not now.
    """

    business: str
    contact: str | None
    address: str
    channel: str
    purpose: str
    act: str
    method: str
    evidence: str
    actor: str
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    jurisdiction: str | None = None
    disclosure: Disclosure | None = None
    source: Mapping[str, str] | None = None
    detector: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant that lives; `disclosure` is the hash of the wording that was shown, times are milliseconds UTC."""

    purpose: str
    entry: str
    method: str = "keyword"
    at: int = 0
    expires_at: int | None = None
    disclosure: str | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one address, channel group and person now."""

    revoked: str | None = None  # the entry that revokes everything
    since: int | None = None  # when it was made, in milliseconds
    grants: tuple[Grant, ...] = ()  # newest first
    ended: tuple[tuple[str, str], ...] = ()  # (purpose, entry) of the newest revocation of single purposes
    pending: tuple[str, ...] = ()  # entries that wait for a confirmation

    def grant(self, purpose: str) -> str | None:
        """The newest entry that grants a purpose."""
        return next((grant.entry for grant in self.grants if grant.purpose == purpose), None)

    def revocation(self, purpose: str) -> str | None:
        """The entry that revoked a purpose, if the newest word on it is no."""
        return self.revoked or dict(self.ended).get(purpose)


def channel_group(channel: str) -> str:
    """Channels that one opt-out covers together (Twilio joins SMS, MMS and RCS since 2026-03-16)."""
    return _GROUPS.get(channel, channel)


def add(tx: Tx, entry: Entry, now: datetime) -> str:
    """Append an entry and tell the ledger; its id. The same evidence of the same thing counts once."""
    if known := _same(tx, entry):
        return known
    if entry.act == "revoke":
        own_address(tx, entry.business, entry.address)
    made = f"cst_{secrets.token_hex(13)}"  # the ledger shows it: made of the number, the number could be guessed back
    shown = disclosures.keep(tx, entry.business, entry.disclosure, now=now) if entry.disclosure else None
    expires = to_ms(entry.expires_at) if entry.expires_at else None
    occurred = to_ms(min(entry.occurred_at or now, now))
    row: dict[str, Any] = {
        "id": made, "business": entry.business, "contact": entry.contact, "address": entry.address,
        "group": channel_group(entry.channel), "channel": entry.channel, "purpose": entry.purpose, "act": entry.act,
        "method": entry.method, "evidence": entry.evidence, "actor": entry.actor, "at": to_ms(now),
        "occurred_at": occurred, "expires_at": expires, "jurisdiction": entry.jurisdiction, "disclosure": shown,
        "source": dict(entry.source or {}), "detector": dict(entry.detector or {}),
    }  # fmt: skip
    tx.execute(schema.consent.insert(), row)
    body = {
        "consent": made, "contact": entry.contact, "group": row["group"], "purpose": entry.purpose,
        "method": entry.method, "message": entry.evidence, "by": entry.actor, "occurred_at": occurred,
        "expires_at": expires, "jurisdiction": entry.jurisdiction, "disclosure": shown,
        "version": entry.disclosure.version if entry.disclosure else None, "detector": row["detector"] or None,
    }  # fmt: skip
    told = ledger.Entry(f"consent.{entry.act}", {name: value for name, value in body.items() if value is not None})
    ledger.append(tx, entry.business, told, at=now)
    return made


def _same(tx: Tx, entry: Entry) -> str | None:
    where = (_C.business == entry.business, _C.address == entry.address, _C.channel == entry.channel,
             _C.act == entry.act, _C.purpose == entry.purpose, _C.evidence == entry.evidence)  # fmt: skip
    found: str | None = tx.execute(sa.select(_C.id).where(*where).limit(1)).scalar_one_or_none()
    return found


def of_address(tx: Tx, business: str, address: str) -> list[Any]:
    """All entries of an address, the oldest first."""
    query = sa.select(schema.consent).where(_C.business == business, _C.address == address)
    return list(tx.execute(query.order_by(_C.at, _C.n)))


def of_business(tx: Tx, business: str) -> list[Any]:
    """All entries of a business, the oldest first."""
    return list(tx.execute(sa.select(schema.consent).where(_C.business == business).order_by(_C.n)))


def standing(
    tx: Tx, business: str, address: str | None, *, channel: str | None, whose: tuple[str | None, datetime] | None = None
) -> Standing:
    """Fold the entries of an address; `whose` is the person and the time that grants are asked for, else all count."""
    if not address or not channel:
        return Standing()
    group = channel_group(channel)
    hashed = suppressions.kept_under(tx, business, address)
    given = {"business": business, "address": address, "group": group, "hashed": hashed}
    return fold(tx.execute(_OF_ADDRESS, given).all(), whose)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A revocation of somebody who was forgotten, as the fold reads it."""

    id: str
    purpose: str
    at: int
    act: str = "revoke"
    method: str = "forgotten"
    occurred_at: int | None = None


def kept_revocations(tx: Tx, business: str, address: str, *, group: str) -> list[Any]:
    """The revocations that outlived a forgotten person, as rows for `fold`."""
    kept = suppressions.of_address(tx, business, address, group=group)
    return [_Kept(one.entry, one.purpose, one.at) for one in kept]


def fold(rows: Sequence[Any], whose: tuple[str | None, datetime] | None = None) -> Standing:
    """What entries come to. A revocation beats a grant of the same time.

    Revocations count from when we learned of them, those of an imported history from when they happened.
    """
    lifted = max((_since(r) for r in rows if r.act in GRANTS and r.purpose == "all"), default=-1)
    stops = [r for r in rows if r.act == "revoke" and r.purpose == "all"]
    newest = max(stops, key=_since, default=None)
    if newest is not None and _since(newest) >= lifted:
        return Standing(revoked=newest.id, since=_since(newest), pending=_pending(rows))
    cut = _since(newest) if newest is not None else -1
    ended = {r.purpose: r for r in sorted(rows, key=_since) if r.act == "revoke" and r.purpose != "all"}
    live = [
        _grant(r)
        for r in sorted(rows, key=_since, reverse=True)
        if r.act in GRANTS and _since(r) > max(cut, _since(ended[r.purpose]) if r.purpose in ended else -1)
        and _counts(r, whose)
    ]  # fmt: skip
    granted = {g.purpose for g in live}
    over = tuple((purpose, row.id) for purpose, row in ended.items() if purpose not in granted)
    return Standing(grants=tuple(live), ended=over, pending=_pending(rows))


def _since(row: Any) -> int:
    if row.act == "revoke" and row.method != IMPORTED:
        return int(row.at)
    return int(row.at if row.occurred_at is None else row.occurred_at)


def _counts(row: Any, whose: tuple[str | None, datetime] | None) -> bool:
    if whose is None:
        return True
    contact, now = whose
    return row.contact in (None, contact) and (row.expires_at is None or row.expires_at > to_ms(now))


def _grant(row: Any) -> Grant:
    purpose = "service" if row.purpose == "all" else row.purpose
    return Grant(purpose, row.id, row.method, _since(row), row.expires_at, row.disclosure, row.jurisdiction)


def _pending(rows: Sequence[Any]) -> tuple[str, ...]:
    return tuple(r.id for r in rows if r.act == "pending")


def own_address(tx: Tx, business: str, address: str | None) -> None:
    """Let nobody else revoke or claim at an address until this transaction ends: two contacts may have had it."""
    if tx.dialect.name == "postgresql" and address:
        tx.execute(_OWN, {"key": f"{business} {address}"})


def silenced(tx: Tx, message: Action) -> bool:
    """Whether a message may not leave: all is revoked and it is no answer to what was asked later, or it is an offer
    and offers are. Nobody revokes at its address from here to the end of the transaction.
    """
    own_address(tx, message.business, message.address)
    held = standing(tx, message.business, message.address, channel=message.channel)
    if message.purpose == "mandated":
        return False
    if held.revoked is None or held.since is None:
        return message.purpose == "marketing" and held.revocation("marketing") is not None
    answers = answers_after_stop(message.channel) and message.purpose == "reply"
    return not (answers and message.created_at > held.since)


def answers_after_stop(channel: str | None) -> bool:
    """Whether a new question of somebody who said STOP is answered: in a chat, on their call, to a mail of theirs."""
    return channel in ("web", "call", "email")


def revoked(tx: Tx, business: str, address: str | None, *, channel: str | None) -> bool:
    """Whether everything but mandated messages is revoked at an address."""
    return standing(tx, business, address, channel=channel).revoked is not None
