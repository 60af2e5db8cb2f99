"""Brakes: rows that keep proactive messages from leaving until a person lifts them, and the counts they rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.canonical import short_id
from domain.clock import to_ms
from records import actions, ledger, obligations, schema
from records.database import Tx, among
from records.obligations import Ending

_B = schema.brake.c
_M = schema.message.c
_A = schema.action.c
_HISTORY = sa.select(schema.brake).where(_B.business == sa.bindparam("business")).order_by(_B.at)
_LIVE = _HISTORY.where(_B.lifted_at.is_(None))
_COUNTED = ("executing", "done", "unknown")
_AREA = sa.func.substr(_M.address, 1, 5)  # country and, in North America, area code


@dataclass(frozen=True, slots=True)
class Brake:
    """One brake; `lifted_at` (milliseconds UTC) is None while it holds."""

    id: str
    kind: str
    reason: str
    actor: str
    at: int
    lifted_at: int | None = None


def history(tx: Tx, business: str, *, live: bool = False) -> tuple[Brake, ...]:
    """All brakes ever, oldest first, or only those that hold."""
    rows = tx.execute(_LIVE if live else _HISTORY, {"business": business})
    return tuple(Brake(r.id, r.kind, r.reason, r.actor, r.at, r.lifted_at) for r in rows)


def put_on(tx: Tx, business: str, made: Brake, *, now: datetime) -> tuple[str, bool]:
    """Put a brake on, once while one of its kind holds; its id and whether it is new."""
    for held in history(tx, business, live=True):
        if held.kind == made.kind:
            return held.id, False
    row = {"id": made.id, "business": business, "kind": made.kind, "reason": made.reason, "actor": made.actor,
           "at": to_ms(now)}  # fmt: skip
    tx.execute(schema.brake.insert(), row)
    by = "staff" if made.kind == "pause" else "guard"
    body = {"brake": made.id, "kind": made.kind.partition(":")[0], "by": by, "contact": contact_of(made.kind)}
    texts = {"reason": made.reason, "actor": made.actor}
    ledger.append(tx, business, ledger.Entry("brake.on", body, texts), at=now)
    return made.id, True


def brake(kind: str, *, reason: str, actor: str, now: datetime) -> Brake:
    """A brake to put on."""
    return Brake(short_id("brk", kind, reason, actor, to_ms(now)), kind, reason, actor, to_ms(now))


def contact_of(kind: str) -> str | None:
    """The contact that a brake of this kind is about; None where it is everybody's."""
    return kind.partition(":")[2] or None


def lift(tx: Tx, business: str, *, by: str, now: datetime) -> tuple[Brake, ...]:
    """Lift every brake that holds; which they were."""
    held = history(tx, business, live=True)
    for one in held:
        values = {"lifted_at": to_ms(now), "lifted_by": by}
        tx.execute(schema.brake.update().where(_B.id == one.id).values(**values))
        body = {"brake": one.id, "kind": one.kind.partition(":")[0], "by": "staff", "contact": contact_of(one.kind)}
        ledger.append(tx, business, ledger.Entry("brake.off", body, {"actor": by}), at=now)
    ending = Ending("lifted", "staff", {"by": by, "note": "sending goes on"})
    obligations.close(tx, business, [one.id for one in held], ending=ending, now=now)
    return held


def stopped_by(tx: Tx, business: str, held: Collection[Brake], *, since: datetime) -> list[Action]:
    """Messages that nothing but these brakes refused, since an instant, the oldest first."""
    marks = {one.id for one in held} | {f"trip:{one.kind}" for one in held}
    query = sa.select(_A.id, _A.findings).where(
        _A.business == business, _A.tool == "message", _A.state == "refused", _A.updated_at >= to_ms(since)
    )
    ids = [r.id for r in tx.execute(query.order_by(_A.created_at)) if _only(marks, r.findings or [])]
    return [row for row in (actions.load(tx, one) for one in ids) if row is not None]


def _only(marks: Set[str], findings: Sequence[dict[str, Any]]) -> bool:
    denials = [f for f in findings if f["verdict"] == "deny"]
    return bool(denials) and all(f["rule"] == "brake" and marks & set(f["evidence"]) for f in denials)


_OF_CONTACT = (
    sa.select(_M.at, _M.channel, _A.purpose)
    .join(schema.action, _A.id == _M.action)
    .where(_M.contact == sa.bindparam("contact"), _M.direction == "out", _M.at > sa.bindparam("since"),
           _A.tool == "message", among(_A.purpose, "marketing", "service"), among(_A.state, *_COUNTED))
    .order_by(_M.at.desc())
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Begun:
    """A message that we began: when it left (milliseconds UTC), where and what for."""

    at: int
    channel: str
    purpose: str


def begun(tx: Tx, contact: str, *, since: datetime) -> tuple[Begun, ...]:
    """Marketing and service messages that left or are on their way to a contact, the newest first."""
    rows = tx.execute(_OF_CONTACT, {"contact": contact, "since": to_ms(since)})
    return tuple(Begun(r.at, r.channel, r.purpose) for r in rows)


def _among(codes: str) -> Any:
    """Refused at once, or reported later: with one of the carrier's codes."""
    listed: Any = sa.bindparam(codes, expanding=True)
    return sa.or_(sa.and_(_A.state == "failed", _A.receipt["why"].as_string().in_(listed)), _M.error.in_(listed))


def _how_many(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


_TRAFFIC = (
    sa.select(
        _how_many(sa.and_(_M.at > sa.bindparam("lately"), among(_A.state, *_COUNTED))).label("lately"),
        _how_many(_M.at > sa.bindparam("filtered_since")).label("tried"),
        _how_many(sa.and_(_M.at > sa.bindparam("filtered_since"), _among("filtered"))).label("filtered"),
        _how_many(sa.and_(_M.at > sa.bindparam("unregistered_since"), _among("unregistered"))).label("unregistered"),
    )
    .join(schema.action, _A.id == _M.action)
    .where(_M.business == sa.bindparam("business"), _M.direction == "out", _M.at > sa.bindparam("since"),
           among(_M.channel, "sms", "call"), among(_A.purpose, "marketing", "service"),
           among(_A.state, *_COUNTED, "failed"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Windows:
    """From when each thing is counted (milliseconds UTC), and the carrier's codes that count."""

    lately: int
    filtered_since: int
    unregistered_since: int
    filtered: Collection[str]
    unregistered: Collection[str]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the business began of itself: lately, in all, and what the carrier did not let through."""

    lately: int
    tried: int
    filtered: int
    unregistered: int


def traffic(tx: Tx, business: str, windows: Windows) -> Traffic:
    """Count what the business began of itself."""
    row = tx.execute(_TRAFFIC, {
        "business": business, "lately": windows.lately, "filtered_since": windows.filtered_since,
        "unregistered_since": windows.unregistered_since, "filtered": list(windows.filtered),
        "unregistered": list(windows.unregistered),
        "since": min(windows.lately, windows.filtered_since, windows.unregistered_since),
    }).one()  # fmt: skip
    return Traffic(int(row.lately), int(row.tried), int(row.filtered), int(row.unregistered))


_SPENT = (
    sa.select(
        _AREA.label("area"), sa.func.sum(_M.segments).label("long"),
        sa.func.sum(sa.case((_M.at > sa.bindparam("day"), _M.segments), else_=0)).label("day"),
    )
    .where(_M.business == sa.bindparam("business"), _M.direction == "out", _M.at > sa.bindparam("since"),
           _M.channel == "sms", _M.state != "failed", _M.segments > 0)
    .group_by(_AREA)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of texts to numbers that begin alike, in the last day and in the whole time asked for."""

    area: str
    day: int
    whole: int


def parts_sent(tx: Tx, business: str, *, day: datetime, since: datetime) -> Sequence[Parts]:
    """Parts of texts that left or are on their way, by the first characters of the number."""
    given = {"business": business, "day": to_ms(day), "since": to_ms(since)}
    return [Parts(r.area, int(r.day), int(r.long)) for r in tx.execute(_SPENT, given)]


_LATELY = (
    sa.select(_M.direction, _M.text, _M.at)
    .where(
        _M.contact == sa.bindparam("contact"), among(_M.direction, "in", "out"), _M.channel == sa.bindparam("channel")
    )
    .order_by(_M.n.desc())
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said in a thread: by whom, the words, when (milliseconds UTC)."""

    ours: bool
    text: str
    at: int


def lately(tx: Tx, contact: str, channel: str) -> tuple[Said, ...]:
    """The last things said on a channel with a contact, the newest first."""
    rows = tx.execute(_LATELY, {"contact": contact, "channel": channel})
    return tuple(Said(r.direction == "out", r.text, r.at) for r in rows)
