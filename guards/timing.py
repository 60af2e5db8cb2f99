"""How long a customer's own words count, from the dated table, and what is proactive."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from domain.action import Proposal
from guards.facts import Clearance, Facts

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/timing.toml").read_text("utf-8"))
INQUIRY = timedelta(days=_TABLE["inquiry"]["days"])
FRESH = timedelta(minutes=_TABLE["fresh"]["minutes"])
LATE = timedelta(minutes=_TABLE["late"]["minutes"])


def proactive(action: Proposal, facts: Facts) -> bool:
    """Whether we begin with this message; reads `last_heard`.

    Marketing always does. Service does unless the customer wrote or called just now, and a reply does when it is late.
    What the law mandates never does.
    """
    return _begins(action, facts.last_heard if action.tool == "message" else None, now=facts.now)


def begins_now(action: Proposal, clearance: Clearance) -> bool:
    """`proactive` while facts are loaded, for those that matter only then."""
    return _begins(action, clearance.heard.at if clearance.heard else None, now=clearance.now)


def _begins(action: Proposal, heard: datetime | None, *, now: datetime) -> bool:
    if action.tool != "message" or action.purpose == "mandated":
        return False
    if action.purpose == "marketing":
        return True
    limit = LATE if action.purpose == "reply" else FRESH
    return heard is None or now - heard > limit
