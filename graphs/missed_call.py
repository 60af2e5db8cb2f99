"""What follows a call that nobody took: whatever the carrier says, it ends in exactly one of three ways.

    the call ended as …            may be texted?   told just before?   the door says     the end
    no_answer busy failed          no               -                   -                 callback
    canceled abandoned voicemail   yes              yes                 -                 texted_before
                                   yes              no                  go                texted
                                   yes              no                  no, or later      callback
    left_open, unverified, other   -                -                   -                 callback

A callback is a follow-up that staff must close. The text is informational, at most one per caller and window, and
leaves at once or, where the door names a time, then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from domain.clock import to_ms
from domain.message import Heard, Receipted
from domain.phone import is_e164, textable
from domain.settings import Business
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.wording import worded
from records import ledger, messages, obligations
from records.database import Tx
from records.obligations import Ending, Owed
from tools.wording import long_time

End = Literal["texted", "texted_before", "callback"]
ENDS: Final[tuple[End, ...]] = ("texted", "texted_before", "callback")
CASES: Final = {
    "": "Nobody answered",
    "no_answer": "Nobody answered",
    "busy": "The line was busy",
    "failed": "The call could not be put through",
    "canceled": "The caller hung up while it rang",
    "abandoned": "The caller hung up without a word",
    "voicemail": "Only a voicemail or machine picked up",
}
NOT_TEXTED: Final = {
    "left_open": "The caller hung up before answering our last question",
    "unverified": "The call came under a number that its carrier calls forged: its owner may not have called",
}


def settle(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> End:
    """Bring a missed call to its end, in the transaction that heard of it; the ledger says which and on what basis."""
    business, now = deps.pack.business, deps.clock.now()
    due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
    detail = CASES.get(heard.outcome) or NOT_TEXTED.get(heard.outcome, NOT_TEXTED["left_open"])
    owed = Owed(kind="missed_call", cause=got.message, contact=got.contact, due=due, detail=detail)
    obligations.open_one(tx, business.id, owed, now=now)
    why = _untextable(deps, heard)
    end: End = "callback" if why else "texted"
    window = timedelta(minutes=deps.pack.policy.missed_calls.window_minutes)
    if not why and messages.told_since(tx, got.contact, "missed_call", since=now - window):
        end, ending = "texted_before", Ending("texted back just before", "missed_call")
        obligations.close(tx, business.id, [got.message], ending=ending, now=now)
    elif not why and (why := _text_back(tx, deps, heard, got=got)):
        end = "callback"
    body = {
        "message": got.message, "contact": got.contact, "case": heard.outcome or "no_answer", "end": end,
        "why": why or "", "basis": "inquiry: the call itself", "open": int(business.open_at(now)),
    }  # fmt: skip
    ledger.append(tx, business.id, ledger.Entry("missed.settled", body), at=now)
    return end


def voicemail(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """A message after the tone is one follow-up, from its recording on; its words are added when they come."""
    business, now = deps.pack.business.id, deps.clock.now()
    due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
    detail = "; ".join(filter(None, (heard.text.strip(), *heard.media))) or "no words and no recording"
    recorded = messages.heard_id(business, replace(heard, event="recorded"))
    if heard.event != "recorded" and obligations.tell_more(tx, "voicemail", recorded, detail=detail, now=now):
        return
    owed = Owed(kind="voicemail", cause=got.message, contact=got.contact, due=due, detail=detail)
    obligations.open_one(tx, business, owed, now=now)


def _untextable(deps: Deps, heard: Heard) -> str | None:
    """Why this caller is not texted at all."""
    policy, number = deps.pack.policy.missed_calls, heard.address
    if heard.outcome not in CASES:
        return heard.outcome if heard.outcome in NOT_TEXTED else "left_open"
    if not policy.text_back:
        return "switched_off"
    if not is_e164(number):
        return "no_number"
    if not textable(number):
        return "no_mobile"
    return "excluded" if number in policy.exclude else None


def _text_back(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> str | None:
    """Ask the door for the one text; why it may not leave, if so (after STOP, over a cap, at night)."""
    key, facts = wording(deps.pack.business, deps.clock.now())
    outgoing = Outgoing(
        text=worded(deps.pack, key, facts, seed=got.message), purpose="service", contact=got.contact, channel="sms",
        address=heard.address, cause=got.message, proposed_by="missed_call",
    )  # fmt: skip
    action = effects.send(tx, deps, outgoing)
    if action.state == "cleared":
        return None
    return next((f["rule"] for f in action.findings if f["verdict"] != "allow"), action.state)


def wording(business: Business, now: datetime) -> tuple[str, dict[str, str]]:
    """Which wording fits the hour, with its facts; a business that never opens again soon says nothing of hours."""
    opens = None if business.open_at(now) else business.opens_after(now)
    if opens is None:
        return "missed_call.text_back", {}
    facts = {"opens": long_time(business, to_ms(opens))}
    if business.emergency_phone:
        return "missed_call.emergency", {**facts, "emergency": business.emergency_phone}
    return "missed_call.after_hours", facts
