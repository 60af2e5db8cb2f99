"""Brake: nothing that we begin leaves while sending is paused, too much went out, carriers filter us or money is spent.

Answers go on, but for two cases: twice the budget is spent, or a phone answers us by itself. What trips stays until a
person lifts it: the door records it in the same transaction (`latch`), so the next claim reads the row.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from domain.action import Action, Proposal
from domain.clock import to_ms
from domain.decision import Decision, Finding
from domain.guard import Guard
from domain.settings import Pack
from guards import spending
from guards.facts import Clearance, Facts
from guards.timing import begins_now, proactive
from records import brakes, obligations
from records.brakes import Brake, Parts, Said, Traffic, Windows
from records.database import Tx
from records.obligations import Owed

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/brake.toml").read_text("utf-8"))
_LOOP, _FILTERED, _CEILING = _TABLE["loop"], _TABLE["filtered"], _TABLE["ceiling"]
DAY, MONTH = timedelta(days=1), timedelta(days=30)
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Pressure:
    """What holds now, what went out lately and what it cost; `None` and nothing where it cannot matter."""

    held: tuple[Brake, ...] = ()
    traffic: Traffic | None = None
    parts: tuple[Parts, ...] = ()
    said: tuple[Said, ...] = ()


def load(tx: Tx, action: Proposal, clearance: Clearance) -> Pressure:
    """Read brakes and counts in the transaction that decides; counts begin anew when a person lifted a brake.

    Workers that claim at the same instant do not see each other's claims, so a limit may be passed by their number.
    """
    if action.tool != "message" or action.purpose == "mandated":
        return Pressure()
    past = brakes.history(tx, action.business)
    held = tuple(one for one in past if one.lifted_at is None)
    now, begun = clearance.now, begins_now(action, clearance)
    traffic = None
    if begun and action.purpose in ("marketing", "service"):
        traffic = brakes.traffic(tx, action.business, _windows(past, now))
    parts: list[Parts] = []
    if action.channel == "sms":
        parts = list(brakes.parts_sent(tx, action.business, day=now - DAY, since=now - MONTH))
    said: tuple[Said, ...] = ()
    if (
        not begun
        and action.purpose == "reply"
        and action.contact
        and action.channel
        and action.channel in _LOOP["channels"]
    ):
        said = brakes.lately(tx, action.contact, action.channel)
    return Pressure(held, traffic, tuple(parts), said)


def _windows(past: tuple[Brake, ...], now: datetime) -> Windows:
    lifted = {one.kind: one.lifted_at for one in past if one.lifted_at is not None}
    volume = to_ms(now - timedelta(minutes=_TABLE["volume"]["minutes"]))
    filtered = to_ms(now - timedelta(hours=_FILTERED["hours"]))
    return Windows(
        lately=max(volume, lifted.get("volume", 0)),
        filtered_since=max(filtered, lifted.get("filtered", 0)),
        unregistered_since=max(filtered, lifted.get("unregistered", 0)),
        filtered=_FILTERED["codes"],
        unregistered=_TABLE["unregistered"]["codes"],
    )


def room(tx: Tx, pack: Pack, now: datetime) -> int:
    """How many messages a campaign may begin now; it leaves a part of what the breaker allows to others."""
    past = brakes.history(tx, pack.business.id)
    lately = brakes.traffic(tx, pack.business.id, _windows(past, now)).lately
    share: int = pack.policy.brakes.proactive_per_hour * _TABLE["volume"]["campaign_percent"] // 100
    return max(0, max(1, share) - lately)


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse while a brake holds or a limit is reached; what only the budget stops is tried again later."""
    if action.tool != "message" or action.purpose == "mandated":
        return None
    now: Pressure = facts.own("brake")
    begins = proactive(action, facts)
    for held in now.held:
        about = brakes.contact_of(held.kind)
        if (begins and about is None) or (about == action.contact and not _by_staff(action)):
            return Finding("brake", "deny", f"sending is stopped: {held.reason}", (held.id,))
    tripped = _tripped(now.traffic, facts.pack) if begins else _looping(action, now.said, facts.now)
    if tripped is not None:
        kind, why = tripped
        return Finding("brake", "deny", why, (f"trip:{kind}",))
    return _over_budget(action, now, facts, begins=begins)


def _by_staff(action: Proposal) -> bool:
    return action.args.get("author") == STAFF


def _tripped(traffic: Traffic | None, pack: Pack) -> tuple[str, str] | None:
    """The breaker that opens, and why."""
    if traffic is None:
        return None
    if traffic.lately >= pack.policy.brakes.proactive_per_hour:
        return "volume", f"{traffic.lately} messages were begun within {_TABLE['volume']['minutes']} minutes"
    filtered, tried = traffic.filtered, traffic.tried
    if filtered >= _FILTERED["at_least"] and filtered * 100 > tried * _FILTERED["above_percent"]:
        return "filtered", f"carriers filtered {filtered} of {tried} messages"
    if traffic.unregistered:
        return "unregistered", "the carrier says that our number is not registered for texts"
    return None


def _looping(action: Proposal, said: tuple[Said, ...], now: datetime) -> tuple[str, str] | None:
    """Whether a machine seems to answer us: too many answers at once, or the same words again and again."""
    if not said or _by_staff(action):
        return None
    since = to_ms(now - timedelta(minutes=_LOOP["minutes"]))
    if sum(one.ours and one.at > since for one in said) >= _LOOP["replies"]:
        return f"loop:{action.contact}", f"{_LOOP['replies']} answers to one phone within {_LOOP['minutes']} minutes"
    since = to_ms(now - timedelta(minutes=_LOOP["identical_minutes"]))
    theirs = [" ".join(one.text.casefold().split()) for one in said if not one.ours and one.at > since]
    numberless = [re.sub(r"\d+", "#", words) for words in theirs]
    for texts, most in ((theirs, _LOOP["identical"]), (numberless, _LOOP["alike"])):
        same = texts[: most + 1]
        if len(same) > most and len(set(same)) == 1 and len(same[0]) >= _LOOP["identical_from_characters"]:
            return f"loop:{action.contact}", f"the same words came {len(same)} times: a phone seems to answer by itself"
    return None


def _over_budget(action: Proposal, now: Pressure, facts: Facts, *, begins: bool) -> Finding | None:
    if action.channel != "sms" or (not begins and not now.parts):
        return None
    currency, budget = facts.pack.business.currency, facts.pack.policy.brakes
    price = spending.cost(str(action.args.get("text", "")), action.address or "", currency)
    day, month = spending.spent(now.parts, currency)
    factor = spending.PER_CENT * (1 if begins else _CEILING["hard_factor"])
    limits = (("day", day, budget.spend_per_day_cents), ("month", month, budget.spend_per_30_days_cents))
    for window, spent, cents in limits:
        if spent + price > cents * factor:
            why = f"the budget for texts of this {window} is spent"
            again = to_ms(facts.now + timedelta(minutes=_CEILING["try_again_minutes"])) if begins else None
            return Finding("brake", "deny", why, (f"ceiling:{window}",), not_before=again)
    return None


def latch(tx: Tx, action: Action, decision: Decision, *, now: datetime) -> None:
    """Record what a decision tripped, once, and tell staff."""
    for mark, reason in ((f.evidence[0], f.reason) for f in decision.findings if f.rule == "brake" and f.evidence):
        what, _, kind = mark.partition(":")
        if what == "trip":
            made = brakes.brake(kind, reason=reason, actor="guard", now=now)
            cause, _ = brakes.put_on(tx, action.business, made, now=now)
        elif what == "ceiling":
            cause = f"budget:{kind}:{now:%Y-%m-%d}"
        else:
            continue
        detail = f"Sending is stopped: {reason}. See 'qotbot doctor'."
        owed = Owed(kind="brake", cause=cause, contact=brakes.contact_of(kind), due=now, detail=detail)
        obligations.open_one(tx, action.business, owed, now=now)


GUARD = Guard("brake", reads=("last_heard",), judge=judge, load=load)
