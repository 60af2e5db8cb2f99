"""Hearing: what a channel calls; one transaction, and only then the channel acknowledges.

An opt-out is acknowledged even while the database cannot be written: it is kept in the home's spool and heard from
there before anything else. What else comes then is refused, so that the carrier asks again.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

import records.contacts
from domain.clock import to_ms
from domain.errors import Unavailable
from domain.message import Heard, Receipted
from graphs import contact_form, effects, missed_call, recording
from graphs.effects import Deps, Outgoing
from graphs.wording import worded
from records import ledger, messages, obligations, reachability
from records.database import Scope, Tx
from records.obligations import Owed
from workers import forgetting, wishes

log = structlog.get_logger()
MAX_TEXT = 4_000
PATIENCE_S = 8.0  # so long an opt-out waits for the database; carriers give up after 15 s
SETTLE = {"sms": timedelta(seconds=2.5)}  # a burst of texts is one turn; calls and chats are answered at once
SAME_BURST = timedelta(minutes=1)


async def hear(deps: Deps, heard: Heard) -> Receipted:
    """Keep what reached us: dedupe, opt-out, message, ledger, obligation and job together; return after the commit.

    An opt-out that the database does not take is in the spool when this returns; its contact is not known then ("").
    """
    writing = asyncio.create_task(_kept_in_order(deps, heard))
    await asyncio.wait({writing}, timeout=PATIENCE_S)
    problem = writing.exception() if writing.done() else TimeoutError()
    if problem is None or not wishes.may_revoke(deps, heard):
        return await writing
    writing.add_done_callback(_let_go)
    message = messages.heard_id(deps.pack.business.id, heard)
    await asyncio.to_thread(deps.spool.keep, message, heard, now=deps.clock.now())
    log.error("hearing.spooled", message=message, error=type(problem).__name__)
    return Receipted(message, "", new=True)


def _let_go(writing: asyncio.Task[Receipted]) -> None:
    """What went wrong with it was told before."""
    if not writing.cancelled():
        writing.exception()


async def drain(deps: Deps) -> None:
    """Hear what waits in the spool, in the order it came; what the database still does not take goes on waiting.

    A crash before the file is dropped is harmless: the same message is heard once.
    """
    for name in deps.spool.waiting():
        try:
            heard = deps.spool.read(name)
            if heard is not None:
                await _kept(deps, heard)
        except Unavailable:
            return
        except Exception as problem:  # noqa: BLE001  one that cannot be heard holds up sending, not the others
            log.error("hearing.spool_stuck", file=name, error=type(problem).__name__)
            continue
        deps.spool.drop(name)


async def _kept_in_order(deps: Deps, heard: Heard) -> Receipted:
    await drain(deps)
    return await _kept(deps, heard)


async def _kept(deps: Deps, heard: Heard) -> Receipted:
    scope = Scope(deps.pack.business.id, await _known(deps, heard), news=False)
    got = await deps.database.write(scope, lambda tx: _hear(tx, deps, heard), urgent=True)
    for waiting in {got.contact, heard.session or got.contact}:  # a visitor is not known before they said something
        deps.database.live.notify(waiting)
    return got


async def _known(deps: Deps, heard: Heard) -> str | None:
    """The contact whose writers must take turns with this one; where all do, nobody needs to be found."""
    if deps.database.one_writer:
        return None
    business, kind, value = deps.pack.business.id, heard.address_kind, heard.address
    return await deps.database.read(lambda tx: records.contacts.find(tx, business, kind=kind, value=value))


def _hear(tx: Tx, deps: Deps, heard: Heard) -> Receipted:
    business, now = deps.pack.business.id, deps.clock.now()
    contact = records.contacts.ensure(tx, business, kind=heard.address_kind, value=heard.address, now=now)
    cut = _storable(heard.text)
    message, new = messages.insert_heard(tx, business, contact, heard=replace(heard, text=cut), now=now)
    if not new:
        return Receipted(message, contact, new=False)
    got = Receipted(message, contact, new=True)
    _tell(tx, deps, heard, got=got, kept=cut)
    recording.went_on(tx, deps, heard, got=got)
    if heard.kind == "missed_call":
        messages.cover(tx, message)
        missed_call.settle(tx, deps, heard, got=got)
    elif heard.kind == "voicemail":
        messages.cover(tx, message)
        missed_call.voicemail(tx, deps, replace(heard, text=cut), got=got)
        wishes.obey_unanswered(tx, deps, replace(heard, text=cut), got=got)
    elif heard.kind == "no_recording":
        messages.cover(tx, message)
        recording.refused(tx, deps, heard, got=got)
    elif heard.kind == "form":
        messages.cover(tx, message)
        contact_form.settle(tx, deps, replace(heard, text=cut), got=got)
    elif heard.kind == "forget":
        messages.cover(tx, message)
        forgetting.asked(tx, deps, heard, got=got)
    elif _wished(tx, deps, replace(heard, text=cut), got=got):
        messages.cover(tx, message)
    elif heard.media and not cut.strip():
        messages.cover(tx, message)
        _pictures(tx, deps, heard, got=got)
        _thank(tx, deps, heard, got=got)
    else:
        if heard.media:
            _pictures(tx, deps, heard, got=got)
        due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
        obligations.open_one(tx, business, Owed(kind="answer", cause=message, contact=contact, due=due), now=now)
        effects.put_turn(tx, deps, contact, ready=now + SETTLE.get(heard.channel, timedelta(0)))
    return got


def _tell(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted, kept: str) -> None:
    """Tell the ledger what was heard and kept; `came_at` (milliseconds UTC) where it had to wait."""
    body = {
        "message": got.message, "contact": got.contact, "channel": heard.channel, "kind": heard.kind,
        "provider": heard.provider, "length": len(heard.text),
        **({"came_at": to_ms(heard.at)} if heard.at else {}),
    }  # fmt: skip
    texts = {"text": kept} if kept else {}
    ledger.append(tx, deps.pack.business.id, ledger.Entry("message.heard", body, texts), at=deps.clock.now())


def _wished(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> bool:
    """Obey what the message says about being contacted; whether it says nothing else."""
    if heard.channel in ("sms", "email"):
        reachability.heard_from(tx, deps.pack.business.id, heard.address, now=deps.clock.now())
    before = messages.before(tx, got.contact, heard.channel)
    wish = wishes.wish_in(tx, deps, heard, before=before)
    wishes.note_asked(tx, deps, heard, message=got.message, contact=got.contact)
    if before.paused:
        wishes.unpause(tx, deps, got.contact, evidence=got.message)
    return wishes.obey(tx, deps, wishes.Said(heard, got.message, got.contact, wish))


def _storable(text: str) -> str:
    """What a database can hold: no halves of characters and no zero bytes, cut to a length people write."""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode().replace("\x00", "")


def _pictures(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """What we cannot look at waits for a person; where it lies is personal, so it stands beside the ledger."""
    now = deps.clock.now()
    due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
    listed = _storable("; ".join(heard.media))
    cause = f"{got.message}:media"  # an answer to the words closes what the message itself caused
    owed = Owed(kind="media", cause=cause, contact=got.contact, due=due, detail=listed)
    obligations.open_one(tx, deps.pack.business.id, owed, now=now)


def _thank(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Say once a burst that a person will look at it."""
    now = deps.clock.now()
    if messages.told_since(tx, got.contact, "media", since=now - SAME_BURST):
        return
    outgoing = Outgoing(
        text=worded(deps.pack, "media.heard", {}, seed=got.message), purpose="reply", contact=got.contact,
        channel=heard.channel, address=heard.address, cause=got.message, proposed_by="media", session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)
