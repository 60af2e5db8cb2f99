"""What customers wish: a channel, hours, a language, and the zone they told us; the newest word of a kind holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import available_timezones

import sqlalchemy as sa

from domain.clock import to_ms
from domain.errors import BadInput
from records import ledger, schema
from records.database import Tx

Kind = Literal["channel", "not_before", "not_after", "language", "zone", "paused"]
CHANNELS = ("sms", "call", "web", "email")
_P = schema.preference.c
_OLDEST_FIRST = sa.select(_P.kind, _P.value, _P.evidence).where(_P.contact == sa.bindparam("contact")).order_by(_P.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One wish as it is recorded; `value` None takes it back. `evidence` is the id of the message that says so."""

    business: str
    contact: str
    kind: Kind
    value: str | time | None
    actor: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one contact. The times are local to the contact; `not_after` itself is already too late."""

    channel: str | None = None
    not_before: time | None = None
    not_after: time | None = None
    language: str | None = None
    zone: str | None = None
    paused: str | None = None  # "yes" while we wait to hear whether they want to be written to


def set_preference(tx: Tx, wish: Preference, *, now: datetime) -> bool:
    """Append a wish and tell the ledger that there is one, not what was said.

    False where the same message set the same before. A value that nobody can follow is `BadInput`.
    """
    value = _stored(wish.kind, wish.value)
    before = [
        (r.value, r.evidence) for r in tx.execute(_OLDEST_FIRST, {"contact": wish.contact}) if r.kind == wish.kind
    ]
    if (value, wish.evidence) in before:
        return False
    row = {
        "business": wish.business, "contact": wish.contact, "kind": wish.kind, "value": value, "actor": wish.actor,
        "evidence": wish.evidence, "at": to_ms(now),
    }  # fmt: skip
    tx.execute(schema.preference.insert(), row)
    body = {"contact": wish.contact, "preference": wish.kind, "message": wish.evidence, "by": wish.actor}
    ledger.append(tx, wish.business, ledger.Entry("preference.set", body), at=now)
    return True


def of(tx: Tx, contact: str) -> Preferences:
    """What a contact wishes now."""
    found: dict[str, Any] = {row.kind: row.value for row in tx.execute(_OLDEST_FIRST, {"contact": contact})}
    for kind in ("not_before", "not_after"):
        if found.get(kind):
            found[kind] = time.fromisoformat(found[kind])
    return Preferences(**found)


def _stored(kind: Kind, value: str | time | None) -> str | None:
    if value is None:
        return None
    text = value.isoformat("minutes") if isinstance(value, time) else value
    accepts, example = _KINDS[kind]
    if not accepts(text):
        raise BadInput(f"{text!r} cannot be kept as a customer's {kind}; write it like {example}.")
    return text


_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_KINDS: dict[Kind, tuple[Callable[[str], object], str]] = {
    "channel": (CHANNELS.__contains__, "sms"),
    "not_before": (_CLOCK.fullmatch, "09:00"),
    "not_after": (_CLOCK.fullmatch, "20:00"),
    "language": (re.compile(r"[a-z]{2,3}").fullmatch, "es"),
    "paused": ("yes".__eq__, "yes"),
    "zone": (lambda name: name in available_timezones(), "America/Denver"),
}
