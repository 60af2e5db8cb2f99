"""What follows a filled-in form: a lead for staff, the consent that was given beside the number, and a word of thanks.

The number is what somebody typed and nobody has proved: the consent is theirs alone until a code joins them to it.
"""

from __future__ import annotations

from datetime import timedelta

from domain.action import Proposal
from domain.message import Form, Heard, Receipted
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.wording import worded
from guards.basis import jurisdiction_of
from guards.door import submit
from records import consents, obligations
from records.consents import Entry
from records.database import Tx
from records.disclosures import Disclosure
from records.obligations import Owed

METHOD = "web form"


def settle(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Take a form up in the transaction that heard of it; where no lead can be taken, a follow-up keeps it."""
    form = heard.form
    if form is None:
        return
    now = deps.clock.now()
    if form.consent:
        consents.add(tx, _entry(deps, heard, got=got), now)
    if not _lead(tx, deps, heard, got=got):
        due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
        detail = f"{form.name}: {heard.text}. Reach: {_reach(form)}."
        owed = Owed(kind="lead", cause=got.message, contact=got.contact, due=due, detail=detail)
        obligations.open_one(tx, deps.pack.business.id, owed, now=now)
    facts = {"name": form.name, "number": form.phone}
    thanks = Outgoing(
        text=worded(deps.pack, "details.kept", facts, seed=got.message), purpose="reply", contact=got.contact,
        channel=heard.channel, address=heard.address, cause=got.message, proposed_by="form", session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, thanks)


def consent_version(text: str) -> str:
    """What names a wording beside the number: the first digits of its hash, as it is shown."""
    return Disclosure(text, "").sha256[:8]


def _entry(deps: Deps, heard: Heard, *, got: Receipted) -> Entry:
    form = heard.form or Form(name="", phone="")
    shown = Disclosure(form.consent, consent_version(form.consent), deps.pack.business.language)
    return Entry(
        business=deps.pack.business.id, contact=got.contact, address=form.phone, channel="sms", purpose="service",
        act="grant", method=METHOD, evidence=got.message, actor="customer", jurisdiction=jurisdiction_of(form.phone),
        disclosure=shown, source={"page": form.page} if form.page else None,
    )  # fmt: skip


def _lead(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> bool:
    """Ask the door for a lead; whether there is one now, or staff have it before them."""
    tool, form = deps.tools.get("capture_lead"), heard.form
    if tool is None or form is None:
        return False
    args = tool.args.model_validate({"name": form.name, "need": heard.text, "reach": _reach(form)})
    proposal = Proposal(
        tool=tool.name, args=args.model_dump(mode="json"), tier=tool.tier, purpose=tool.purpose,
        assurance=tool.assurance, business=deps.pack.business.id, contact=got.contact, cause=got.message,
        proposed_by="form", channel=heard.channel, address=heard.address, snapshot=deps.pack.snapshot,
    )  # fmt: skip
    _, action = submit(tx, proposal, deps.clearance())
    if action.state == "cleared":
        action = effects.dispatch(tx, deps, action)
    return action.state in ("done", "held")


def _reach(form: Form) -> str:
    return f"{form.phone}, " + ("text or call" if form.consent else "call only: no consent to texts")
