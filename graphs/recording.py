"""Whether a caller lets us record them: who goes on after the notice does, who says no does not."""

from __future__ import annotations

from domain.message import Heard, Receipted
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.wording import as_written, worded
from records import calls, consents, obligations
from records.database import Tx
from records.disclosures import Disclosure
from records.obligations import Owed


def went_on(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Keep that a caller, told that the call is recorded, went on and spoke: once a call, with the words shown."""
    business, now = deps.pack.business, deps.clock.now()
    if heard.kind not in ("speech", "keys") or not business.record_calls or not heard.session:
        return
    if not calls.first_words(tx, business.id, heard.session):
        return
    said = as_written(deps.pack, "call.greeting")
    entry = consents.Entry(
        business=business.id, contact=got.contact, address=heard.address, channel=heard.channel, purpose="recording",
        act="grant", method="went on after the notice", evidence=got.message, actor="customer",
        disclosure=Disclosure(said, deps.pack.snapshot[:12], business.language),
    )  # fmt: skip
    consents.add(tx, entry, now)


def refused(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Keep the refusal; a recording that could not be stopped (`outcome` "failed") is for staff to delete."""
    business, now, failed = deps.pack.business.id, deps.clock.now(), heard.outcome == "failed"
    entry = consents.Entry(
        business=business, contact=got.contact, address=heard.address, channel=heard.channel, purpose="recording",
        act="revoke", method="said on a call", evidence=got.message, actor="customer",
    )  # fmt: skip
    consents.add(tx, entry, now)
    if failed:
        detail = "The caller refused to be recorded and the recording could not be stopped; please delete it."
        cause = f"{got.message}:recording"  # our answer closes what the message itself caused
        owed = Owed(kind="recording", cause=cause, contact=got.contact, due=now, detail=detail)
        obligations.open_one(tx, business, owed, now=now)
    key = "call.still_recorded" if failed else "call.not_recorded"
    outgoing = Outgoing(
        text=worded(deps.pack, key, {}, seed=got.message), purpose="reply", contact=got.contact, channel=heard.channel,
        address=heard.address, cause=got.message, proposed_by="recording", session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)
