"""What is known of a call: its ledger events by the carrier's id, and what its caller really heard."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.clock import to_ms
from domain.message import Words
from records import actions, conversations, holds, ledger, schema
from records.database import Tx
from records.messages import Message, from_row

_M = schema.message.c


def note(tx: Tx, business: str, what: str, *, body: Mapping[str, str | int], now: datetime) -> bool:
    """Write down once that something happened on the body's call (`began`, `ended` …); False where it stands."""
    if what in known(tx, business, str(body["call"])):
        return False
    ledger.append(tx, business, ledger.Entry(f"call.{what}", body), at=now)
    return True


def known(tx: Tx, business: str, call: str) -> dict[str, dict[str, Any]]:
    """What happened on a call, each with its first event's body."""
    found: dict[str, dict[str, Any]] = {}
    for event in ledger.about(tx, business, call):
        found.setdefault(event.kind.removeprefix("call."), event.body)
    return found


def being_put_through(tx: Tx, business: str, caller: str, *, since: datetime) -> bool:
    """Whether staff are being rung for a caller right now: asked since an instant, and neither taken nor over."""
    mine = (_M.business == business, _M.address == caller, _M.channel == "call", _M.at >= to_ms(since))
    sessions = tx.execute(sa.select(_M.session).where(*mine, _M.session.is_not(None)).distinct()).scalars()
    return any(
        "transferring" in seen and not {"accepted", "ended"} & seen.keys()
        for seen in (known(tx, business, s) for s in sessions)
    )


def latest(tx: Tx, business: str, what: str) -> ledger.Event | None:
    """The newest event of a kind (`forwarded`, `began` …) over all calls."""
    return ledger.newest_of(tx, business, f"call.{what}")


def said_on(tx: Tx, business: str, call: str) -> list[Message]:
    """What the caller said on a call, in order."""
    mine = (_M.business == business, _M.session == call, _M.channel == "call", _M.direction == "in")
    spoken = _M.kind.in_(("speech", "keys"))
    return [from_row(r) for r in tx.execute(sa.select(schema.message).where(*mine, spoken).order_by(_M.n))]


def progress(tx: Tx, business: str, call: str) -> tuple[int, list[Message]]:
    """How many things the caller has said on a call, and those of them whose answer has not been handed out."""
    said = sa.select(sa.func.count()).where(*_from_caller(business, call))
    return int(tx.execute(said).scalar_one()), unanswered(tx, business, call)


def unanswered(tx: Tx, business: str, call: str) -> list[Message]:
    """What the caller said on a call and has not heard the answer to, in order."""
    t, w, a = schema.turn.c, schema.message.alias().c, schema.action.c
    ready = (w.direction == "out", w.state == "planned")
    waiting = sa.select(w.turn).where(*ready, w.turn == _M.turn)
    told = sa.select(w.id).where(*ready, w.action == a.id, a.cause == _M.id)  # what no turn took up
    working = sa.select(t.id).where(t.id == _M.turn, t.status == "open")
    owed = sa.or_(_M.state == "heard", working.exists(), waiting.exists(), told.exists())
    query = sa.select(schema.message).where(*_from_caller(business, call), owed)
    return [from_row(r) for r in tx.execute(query.order_by(_M.n))]


def first_words(tx: Tx, business: str, call: str) -> bool:
    """Whether the caller has said exactly one thing on a call, a refusal to be recorded included."""
    count = sa.select(sa.func.count()).where(*_from_caller(business, call))
    return int(tx.execute(count).scalar_one()) == 1


def _from_caller(business: str, call: str) -> tuple[sa.ColumnElement[bool], ...]:
    mine = (_M.business == business, _M.session == call, _M.channel == "call", _M.direction == "in")
    return (*mine, _M.kind.in_(("speech", "keys", "no_recording")))


def offered(tx: Tx, business: str, call: str) -> tuple[str, ...]:
    """The answers that our last words on a call offered, in order; nothing once the caller has said something since."""
    mine = (_M.business == business, _M.session == call, _M.channel == "call", _M.direction.in_(("in", "out")))
    rows = tx.execute(sa.select(schema.message).where(*mine).order_by(_M.n.desc()).limit(20)).all()
    since = itertools.takewhile(lambda row: row.direction == "out", rows)
    return next((tuple(row.options) for row in since if row.options and row.state == "sent"), ())


def keep_unsure(tx: Tx, business: str, body: Mapping[str, str | int], *, text: str, now: datetime) -> None:
    """Keep words that were hardly understood, the body's n-th on its call, until the caller agrees to them."""
    stored = text[:4000].encode("utf-8", "replace").decode().replace("\x00", "")
    ledger.append(tx, business, ledger.Entry("call.unsure", body, {"text": stored}), at=now)


def unsure(tx: Tx, business: str, call: str, *, n: int) -> str | None:
    """Words that were kept so; None where there are none, or where they were erased."""
    kept = [e for e in ledger.about(tx, business, call) if e.kind == "call.unsure" and e.body.get("n") == n]
    return kept[-1].texts.get("text") if kept else None


def asks_still(tx: Tx, message: Message) -> bool:
    """Whether a read-back waits for the yes of somebody who said this last."""
    asking = conversations.state_of(tx, message.contact).get("asking")
    row = actions.load(tx, asking["action"]) if asking else None
    return row is not None and row.state == "asked"


def held_on(tx: Tx, business: str, contact: str, *, call: str) -> str | None:
    """An action that was asked for on a call, waits for staff, and that the caller was not yet asked to wait for."""
    a, t = schema.action.c, schema.turn.c
    turns = sa.select(t.id).where(t.contact == contact, t.session == call)
    held = sa.select(a.id).where(a.contact == contact, a.state == "held", a.staff.is_(None), a.turn.in_(turns))
    offered = {e.body.get("action") for e in ledger.about(tx, business, call) if e.kind == holds.BEGUN}
    return next((str(found) for found in tx.execute(held).scalars() if found not in offered), None)


def unheard_news(tx: Tx, business: str, call: str) -> Message | None:
    """News for who waits on a call, of which the words stand ready and were not spoken yet."""
    mine = (_M.business == business, _M.session == call, _M.channel == "call")
    ready = sa.select(_M.turn).where(*mine, _M.direction == "out", _M.state == "planned")
    query = sa.select(schema.message).where(*mine, _M.direction == "internal", _M.turn.in_(ready))
    row = tx.execute(query.order_by(_M.n).limit(1)).one_or_none()
    return from_row(row) if row else None


def connects(tx: Tx, message: str) -> str | None:
    """The action by which the caller of this message is to be put through to a person."""
    turn = tx.execute(sa.select(_M.turn).where(_M.id == message)).scalar_one_or_none()
    done = actions.of_turn(tx, turn) if turn else []
    handed = (a.id for a in done if a.tool == "hand_over" and a.state == "done" and (a.receipt or {}).get("connects"))
    return next(handed, None)


def parts(tx: Tx, message: str) -> bool:
    """Whether a caller wished with this message, and nothing else, to be neither called nor texted any more."""
    c = schema.consent.c
    covered = sa.select(_M.id).where(_M.id == message, _M.state == "covered", _M.turn.is_(None))
    revoked = sa.select(c.group).where(c.evidence == message, c.act == "revoke", covered.exists())
    return {"call", "text"} <= set(tx.execute(revoked).scalars())


def cut(tx: Tx, business: str, words: Sequence[Words], *, heard: str, now: datetime) -> None:
    """Shorten in the thread what was spoken over: what the caller did not hear was not said.

    A read-back that was not heard to its end is marked, so that a yes does not confirm it.
    """
    left = _heard_to(" ".join(w.text for w in words), heard)
    for one in words:
        part, left = one.text[: max(0, left)].rstrip(), left - len(one.text) - 1
        if part == one.text:
            continue
        changed = {"text": part, "state": "sent" if part else "unheard"}
        tx.execute(schema.message.update().where(_M.id == one.message).values(**changed))
        body = {"message": one.message, "heard": len(part), "of": len(one.text)}
        ledger.append(tx, business, ledger.Entry("message.interrupted", body), at=now)
        if one.options:
            _not_asked(tx, one.message, now=now)


def _heard_to(spoken: str, heard: str) -> int:
    """How many characters were heard; what cannot be found again counts as nothing."""
    wanted = " ".join(heard.split()).casefold()
    start = " ".join(spoken.split()).casefold().find(wanted) if wanted else -1
    return start + len(wanted) if start >= 0 else 0


def _not_asked(tx: Tx, message: str, *, now: datetime) -> None:
    contact = tx.execute(sa.select(_M.contact).where(_M.id == message)).scalar_one_or_none()
    state = conversations.state_of(tx, contact) if contact else {}
    if contact and state.get("asking"):
        conversations.save_state(tx, contact, {**state, "asking": {**state["asking"], "unheard": True}}, now=now)
