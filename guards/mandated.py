"""Mandated: what the law lets us say to somebody who opted out is one confirmation, at once, and nothing else."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from domain.action import Proposal
from domain.clock import from_ms
from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from records import messages
from records.database import Tx

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/timing.toml").read_text("utf-8"))
CONFIRM_WITHIN = timedelta(minutes=_TABLE["confirmation"]["minutes"])


@dataclass(frozen=True, slots=True)
class Asked:
    """When the message came that this confirms, and whether another confirmation of it is on its way or out."""

    at: datetime | None
    confirmed: bool


def load(tx: Tx, action: Proposal, _: Clearance) -> Asked | None:
    """Look up what is confirmed; None where nothing is mandated."""
    if action.tool != "message" or action.purpose != "mandated":
        return None
    cause = action.cause.partition(":")[0]
    heard = messages.load(tx, cause)
    return Asked(from_ms(heard.at) if heard else None, messages.mandated_for(tx, cause, but=action.id))


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Deny a second confirmation and a late one (47 CFR 64.1200(a)(12)); hours and consent do not matter to it."""
    asked: Asked | None = facts.own("mandated")
    if asked is None or asked.at is None:
        return None
    if asked.confirmed:
        return Finding("mandated", "deny", "this was confirmed before; one confirmation is all that is allowed")
    if facts.now - asked.at > CONFIRM_WITHIN:
        return Finding("mandated", "deny", "it is too late to confirm; the wish itself holds")
    return None


GUARD = Guard("mandated", reads=(), judge=judge, load=load)
