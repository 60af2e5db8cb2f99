"""Messages, heard and sent, of all channels in one thread per contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.action import Action
from domain.canonical import short_id
from domain.clock import to_ms
from domain.message import Heard
from records import holds, schema
from records.database import Tx, among, insert_new

_M = schema.message.c
_ONE = sa.select(schema.message).where(_M.id == sa.bindparam("id"))
_LEFT = (_M.contact == sa.bindparam("contact"), _M.channel == sa.bindparam("channel"), _M.direction == "out")
_LAST_PURPOSE = (
    sa.select(schema.action.c.purpose)
    .join(schema.message, _M.action == schema.action.c.id)
    .where(*_LEFT)
    .order_by(_M.n.desc())
    .limit(1)
    .scalar_subquery()
)
_P = schema.preference.c
_PAUSED = (
    sa.select(_P.value)
    .where(_P.contact == sa.bindparam("contact"), _P.kind == "paused")
    .order_by(_P.n.desc())
    .limit(1)
    .scalar_subquery()
)
_BEFORE = sa.select(schema.contact.c.language, _LAST_PURPOSE.label("purpose"), _PAUSED.label("paused")).where(
    schema.contact.c.id == sa.bindparam("contact")
)
_TEXTED_SINCE = (
    sa.select(_M.n).where(*_LEFT, _M.at >= sa.bindparam("since"), among(_M.state, "sent", "delivered")).limit(1)
)
_LAST = (
    sa.select(schema.message)
    .where(_M.contact == sa.bindparam("contact"), _M.direction == "in")
    .order_by(_M.n.desc())
    .limit(1)
)
_OF_TURN = (
    sa.select(schema.message)
    .where(_M.turn == sa.bindparam("turn"), _M.direction.in_(sa.bindparam("directions", expanding=True)))
    .order_by(_M.n)
)
_OF_ACTION = sa.select(schema.message).where(_M.action == sa.bindparam("action"))
_MOVE = (
    schema.message.update()
    .where(_M.action == sa.bindparam("of_action"))
    .values(state=sa.bindparam("new_state"), at=sa.bindparam("new_at"))
)
_ID_OF_ACTION = sa.select(_M.id).where(_M.action == sa.bindparam("action"))


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the thread; `n` grows and is the cursor of pages that follow it."""

    n: int
    id: str
    contact: str
    direction: str
    channel: str
    address: str
    kind: str
    text: str
    options: tuple[str, ...]
    author: str
    turn: str | None
    action: str | None
    state: str
    at: int
    provider_id: str | None = None
    session: str | None = None


def heard_id(business: str, heard: Heard) -> str:
    """The id of what was heard: the provider's identity of it."""
    return short_id("msg", business, heard.provider, heard.provider_id, heard.event)


def insert_heard(tx: Tx, business: str, contact: str, *, heard: Heard, now: datetime) -> tuple[str, bool]:
    """Keep what was heard, once; its id and whether it was new."""
    message = heard_id(business, heard)
    new = insert_new(
        tx,
        schema.message,
        {"id": message, "business": business, "contact": contact, "direction": "in", "channel": heard.channel,
         "address_kind": heard.address_kind, "address": heard.address, "session": heard.session, "kind": heard.kind,
         "text": heard.text, "author": "customer", "provider": heard.provider, "provider_id": heard.provider_id,
         "event": heard.event, "state": "heard", "at": to_ms(heard.at or now)},
    )  # fmt: skip
    return message, new


def insert_internal(tx: Tx, action: Action, contact: str, *, kind: str, now: datetime) -> bool:
    """Put an action's news into a contact's thread, where they were last heard, once per version and state.

    Who still waits on the line hears it there; else a call is over by then, and its number gets a text.
    """
    last = last_heard(tx, contact)
    ref = f"{action.id}:{action.version}:{action.state}"
    channel = last.channel if last else action.channel or "sms"
    waits = channel == "call" and _on_the_line(tx, action.business, last, now=now)
    row = {
        "id": short_id("msg", action.business, "internal", kind, ref),
        "business": action.business,
        "contact": contact,
        "direction": "internal",
        "channel": "sms" if channel == "call" and not waits else channel,
        "address_kind": last.address_kind if last else "phone",
        "address": last.address if last else action.address or "",
        "session": last.session if last and (channel != "call" or waits) else None,
        "kind": kind,
        "text": ref,
        "author": "system",
        "provider": "internal",
        "provider_id": ref,
        "event": kind,
        "state": "heard",
        "at": to_ms(now),
    }
    return insert_new(tx, schema.message, row)


def _on_the_line(tx: Tx, business: str, last: Any, *, now: datetime) -> bool:
    """Whether who said this waits on their call for the team's answer."""
    waits = holds.until(tx, business, last.session) if last is not None and last.session else None
    return waits is not None and waits > to_ms(now)


def insert_outgoing(tx: Tx, row: dict[str, Any]) -> str:
    """Keep words that an action will send; one row per action."""
    message = short_id("msg", row["business"], "out", row["action"])
    insert_new(tx, schema.message, {"id": message, "direction": "out", "kind": "text", "state": "planned", **row})
    return message


def set_state(tx: Tx, action: str, state: str, *, now: datetime) -> None:
    """Move an outgoing message; its time becomes the time it left."""
    tx.execute(_MOVE, {"of_action": action, "new_state": state, "new_at": to_ms(now)})


def last_heard(tx: Tx, contact: str) -> Any:
    """The row of the last thing a contact said."""
    return tx.execute(_LAST, {"contact": contact}).one_or_none()


def thread(tx: Tx, contact: str, *, after: int = 0, limit: int = 200, visible: bool = False) -> list[Message]:
    """The last messages of a contact's thread in order; `visible` leaves out what has not been sent."""
    query = sa.select(schema.message).where(_M.contact == contact, _M.n > after, _M.direction != "internal")
    if visible:
        query = query.where(sa.or_(_M.direction == "in", among(_M.state, "sent", "delivered")))
    rows = tx.execute(query.order_by(_M.n.desc()).limit(limit)).all()
    return [from_row(r) for r in reversed(rows)]


def first_planned(tx: Tx, contact: str, channel: str, *, since: datetime) -> int | None:
    """The number of the oldest message since an instant that is still on its way to a contact on a channel."""
    planned = (_M.contact == contact, _M.channel == channel, _M.state == "planned", _M.at >= to_ms(since))
    found: int | None = tx.execute(sa.select(sa.func.min(_M.n)).where(*planned)).scalar_one()
    return found


def of_turn(tx: Tx, turn: str, direction: str) -> list[Message]:
    """A turn's messages in one direction, in order; internal events count as heard."""
    directions = ["in", "internal"] if direction == "in" else [direction]
    return [from_row(r) for r in tx.execute(_OF_TURN, {"turn": turn, "directions": directions})]


def caused_by(tx: Tx, cause: str, channel: str) -> list[Message]:
    """What is said on a channel because of a message that no turn took up, in order."""
    actions = schema.action.c
    query = sa.select(schema.message).join(schema.action, actions.id == _M.action)
    where = (actions.cause == cause, _M.channel == channel, _M.direction == "out")
    return [from_row(r) for r in tx.execute(query.where(*where).order_by(_M.n))]


def load(tx: Tx, message: str) -> Message | None:
    """One message."""
    row = tx.execute(_ONE, {"id": message}).one_or_none()
    return from_row(row) if row else None


def of_action(tx: Tx, action: str) -> Message | None:
    """The message that an action sends."""
    row = tx.execute(_OF_ACTION, {"action": action}).one_or_none()
    return from_row(row) if row else None


def from_row(row: Any) -> Message:
    """The message of a whole row."""
    return Message(
        row.n, row.id, row.contact, row.direction, row.channel, row.address, row.kind, row.text,
        tuple(row.options or ()), row.author, row.turn, row.action, row.state, row.at,
        row.provider_id, row.session,
    )  # fmt: skip


def cover(tx: Tx, message: str) -> None:
    """Take a message out of the turns: it has been dealt with."""
    tx.execute(schema.message.update().where(_M.id == message).values(state="covered"))


def told_since(tx: Tx, contact: str, proposed_by: str, *, since: datetime) -> bool:
    """Whether somebody (a part of the runtime) had a message cleared for the contact since an instant."""
    a = schema.action.c
    query = sa.select(a.id).where(
        a.contact == contact, a.tool == "message", a.proposed_by == proposed_by, a.created_at >= to_ms(since),
        a.state != "refused",
    )  # fmt: skip
    return tx.execute(query.limit(1)).one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Before:
    """What a message is read against: the contact's language, what our last message was for, whether we pause."""

    language: str | None
    purpose: str | None
    paused: bool


def before(tx: Tx, contact: str, channel: str) -> Before:
    """What stood when a contact says something on a channel."""
    row = tx.execute(_BEFORE, {"contact": contact, "channel": channel}).one()
    return Before(row.language, row.purpose, row.paused is not None)


def mandated_for(tx: Tx, message: str, *, but: str) -> bool:
    """Whether another mandated message answers this one, and was not refused."""
    a = schema.action.c
    causes = (message, f"{message}:wish")
    query = sa.select(a.id).where(
        a.cause.in_(causes), a.tool == "message", a.purpose == "mandated", a.id != but,
        a.state.not_in(("refused", "superseded", "failed")),
    )  # fmt: skip
    return tx.execute(query.limit(1)).one_or_none() is not None


def texted_since(tx: Tx, contact: str, channel: str, *, since: datetime) -> bool:
    """Whether something of ours left for a contact on a channel since an instant."""
    where = {"contact": contact, "channel": channel, "since": to_ms(since)}
    return tx.execute(_TEXTED_SINCE, where).one_or_none() is not None


def awaits_answer(tx: Tx, contact: str, channel: str, *, since: datetime) -> bool:
    """Whether something a contact said on a channel since an instant is still being worked on."""
    said = (_M.contact == contact, _M.direction == "in", _M.channel == channel, _M.state == "heard")
    return tx.execute(sa.select(_M.n).where(*said, _M.at >= to_ms(since)).limit(1)).one_or_none() is not None


def planned_in_session(tx: Tx, contact: str, channel: str, *, session: str | None) -> list[Message]:
    """Words that wait to be fetched by a session."""
    reached = (_M.contact == contact, _M.channel == channel, _M.session == session)
    query = sa.select(schema.message).where(*reached, _M.direction == "out", _M.state == "planned")
    return [from_row(r) for r in tx.execute(query.order_by(_M.n))]


def unspoken(tx: Tx, contact: str, *, before: datetime) -> list[Message]:
    """Words for a contact on calls that nobody had fetched by an instant, in order."""
    planned = (_M.contact == contact, _M.channel == "call", _M.direction == "out", _M.state == "planned")
    query = sa.select(schema.message).where(*planned, _M.at <= to_ms(before)).order_by(_M.n)
    return [from_row(r) for r in tx.execute(query)]


def sent_after(tx: Tx, business: str, n: int) -> list[Message]:
    """The business's outgoing messages that left, after a row number."""
    query = sa.select(schema.message).where(
        _M.business == business, _M.n > n, _M.direction == "out", among(_M.state, "sent", "delivered")
    )
    return [from_row(r) for r in tx.execute(query.order_by(_M.n))]


def last_n(tx: Tx, business: str) -> int:
    """The number of the newest message."""
    return int(
        tx.execute(sa.select(sa.func.coalesce(sa.func.max(_M.n), 0)).where(_M.business == business)).scalar_one()
    )
