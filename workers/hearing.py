"""Hearing: what a channel calls; one transaction, and only then the channel acknowledges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import records.contacts
from domain.message import Heard, Receipted
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.wording import worded
from guards.optout import Wish, read_wish
from records import consents, ledger, messages, obligations
from records.database import Scope, Tx
from records.obligations import Ending, Owed

MAX_TEXT = 4_000
SETTLE = {"sms": timedelta(seconds=2.5)}  # a burst of texts is one turn; calls and chats are answered at once
TEXT_BACK_WINDOW = timedelta(minutes=30)


async def hear(deps: Deps, heard: Heard) -> Receipted:
    """Keep what reached us: dedupe, opt-out, message, ledger, obligation and job together; return after the commit."""
    business = deps.pack.business.id
    known = await deps.database.read(
        lambda tx: records.contacts.find(tx, business, kind=heard.address_kind, value=heard.address)
    )
    return await deps.database.write(Scope(business, known), lambda tx: _hear(tx, deps, heard))


def _hear(tx: Tx, deps: Deps, heard: Heard) -> Receipted:
    business, now = deps.pack.business.id, deps.clock.now()
    contact = records.contacts.ensure(tx, business, kind=heard.address_kind, value=heard.address, now=now)
    cut = _storable(heard.text)
    message, new = messages.insert_heard(tx, business, contact, heard=replace(heard, text=cut), now=now)
    if not new:
        return Receipted(message, contact, new=False)
    body = {
        "message": message, "contact": contact, "channel": heard.channel, "kind": heard.kind,
        "provider": heard.provider, "length": len(heard.text),
    }  # fmt: skip
    ledger.append(tx, business, ledger.Entry("message.heard", body, {"text": cut} if cut else {}), at=now)
    if heard.kind == "missed_call":
        messages.cover(tx, message)
        _missed_call(tx, deps, heard, contact, message)
    elif wish := read_wish(heard.text, heard.channel):
        messages.cover(tx, message)
        _obey(tx, deps, wish, heard, contact, message)
    else:
        due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
        obligations.open_one(tx, business, Owed(kind="answer", cause=message, contact=contact, due=due), now=now)
        effects.put_turn(tx, deps, contact, now + SETTLE.get(heard.channel, timedelta(0)))
    return Receipted(message, contact, new=True)


def _storable(text: str) -> str:
    """What a database can hold: no halves of characters and no zero bytes, cut to a length people write."""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode().replace("\x00", "")


def _obey(tx: Tx, deps: Deps, wish: Wish, heard: Heard, contact: str, message: str) -> None:
    """Obey an opt-out word in the transaction that heard it, and answer what the law mandates, once."""
    business, now = deps.pack.business.id, deps.clock.now()
    revoked = consents.revoked(tx, business, heard.address, channel=heard.channel)
    if wish in ("stop", "start"):
        entry = consents.Entry(
            business=business, contact=contact, address=heard.address, channel=heard.channel, purpose="all",
            act="revoke" if wish == "stop" else "grant", method="keyword", evidence=message, actor="customer",
        )  # fmt: skip
        consents.add(tx, entry, now)
    if wish == "stop" and revoked:
        return  # one confirmation only (47 CFR 64.1200(a)(12))
    key = {"stop": "consent.stopped", "start": "consent.started", "help": "consent.help"}[wish]
    _tell(tx, deps, heard, contact, cause=message, text=worded(deps.pack, key, {}, message), proposed_by="opt_out")


def _tell(tx: Tx, deps: Deps, heard: Heard, contact: str, *, cause: str, text: str, proposed_by: str) -> None:
    outgoing = Outgoing(
        text=text, purpose="mandated", contact=contact, channel=heard.channel, address=heard.address, cause=cause,
        proposed_by=proposed_by, session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)


def _missed_call(tx: Tx, deps: Deps, heard: Heard, contact: str, message: str) -> None:
    """One informational text back per caller and window; whatever comes of it, the call stays open until it is sent."""
    business, now = deps.pack.business.id, deps.clock.now()
    due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
    obligations.open_one(tx, business, Owed(kind="missed_call", cause=message, contact=contact, due=due), now=now)
    if messages.told_since(tx, contact, "missed_call", since=now - TEXT_BACK_WINDOW):
        ending = Ending("texted back just before", "missed_call")
        obligations.close(tx, business, [message], ending=ending, now=now)
        return
    outgoing = Outgoing(
        text=worded(deps.pack, "missed_call.text_back", {}, message), purpose="service", contact=contact,
        channel="sms", address=heard.address, cause=message, proposed_by="missed_call",
    )  # fmt: skip
    effects.send(tx, deps, outgoing)
