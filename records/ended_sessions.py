"""Browser sessions that were ended before their time, so that their tokens and cookies are worth nothing any more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.clock import to_ms
from records import schema
from records.database import Tx, insert_new

_E = schema.ended_session.c
_ONE = sa.select(_E.at).where(_E.business == sa.bindparam("business"), _E.session == sa.bindparam("session"))


def end(tx: Tx, business: str, session: str, *, now: datetime) -> None:
    """End a session; again is harmless."""
    insert_new(tx, schema.ended_session, {"business": business, "session": session, "at": to_ms(now)})


def ended(tx: Tx, business: str, session: str) -> bool:
    """Whether a session was ended."""
    return tx.execute(_ONE, {"business": business, "session": session}).one_or_none() is not None
