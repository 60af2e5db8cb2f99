"""Codes texted to a number, by which a session proves that it holds the number."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.canonical import short_id
from domain.clock import to_ms
from records import contacts, schema
from records.database import Tx

LIFETIME = timedelta(minutes=10)
TRIES = 5
PER_DAY = 5
_C = schema.challenge.c


@dataclass(frozen=True, slots=True)
class Challenge:
    """An open challenge."""

    id: str
    address: str
    contact: str


def begin(tx: Tx, contact: str, *, session: str, address: str, now: datetime) -> tuple[str, str] | None:
    """Make a six-digit code for an address; its id and the code, None after too many for the address or session."""
    day = to_ms(now - timedelta(days=1))
    mine = sa.or_(_C.address == address, _C.session == session)
    count = sa.select(sa.func.count()).where(mine, _C.created_at > day)
    if (before := tx.execute(count).scalar_one()) >= PER_DAY:
        return None
    business = contacts.load(tx, contact).business
    code, made = f"{secrets.randbelow(1_000_000):06d}", short_id("chl", session, address, to_ms(now), before)
    row = {
        "id": made, "business": business, "contact": contact, "session": session, "address": address,
        "code_hash": _hash(made, code), "tries": 0, "expires_at": to_ms(now + LIFETIME), "created_at": to_ms(now),
    }  # fmt: skip
    tx.execute(schema.challenge.insert(), row)
    return made, code


def attempt(tx: Tx, session: str, code: str, *, now: datetime) -> Challenge | None:
    """Try a code on the session's newest challenge; the challenge if it is right. Five tries, ten minutes."""
    query = sa.select(schema.challenge).where(_C.session == session, _C.passed_at.is_(None))
    row = tx.execute(query.order_by(_C.created_at.desc()).limit(1)).one_or_none()
    if row is None or row.tries >= TRIES or row.expires_at <= to_ms(now):
        return None
    right = hmac.compare_digest(row.code_hash, _hash(row.id, code))
    values = {"tries": row.tries + 1, "passed_at": to_ms(now) if right else None}
    tx.execute(schema.challenge.update().where(_C.id == row.id).values(**values))
    return Challenge(row.id, row.address, row.contact) if right else None


def passed(tx: Tx, session: str | None) -> bool:
    """Whether a session has proved itself."""
    if not session:
        return False
    query = sa.select(_C.id).where(_C.session == session, _C.passed_at.is_not(None)).limit(1)
    return tx.execute(query).one_or_none() is not None


def _hash(salt: str, code: str) -> str:
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()
