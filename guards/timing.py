"""How long a customer's own words count, from the dated table, and what is proactive."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib import resources
from typing import Any

from domain.action import Proposal
from guards.facts import Facts

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/timing.toml").read_text("utf-8"))
INQUIRY = timedelta(days=_TABLE["inquiry"]["days"])
FRESH = timedelta(minutes=_TABLE["fresh"]["minutes"])
LATE = timedelta(minutes=_TABLE["late"]["minutes"])


def proactive(action: Proposal, facts: Facts) -> bool:
    """Whether we begin with this message; reads `last_heard`.

    Marketing always does. Service does unless the customer wrote or called just now, and a reply does when it is late.
    What the law mandates never does.
    """
    if action.tool != "message" or action.purpose == "mandated":
        return False
    if action.purpose == "marketing":
        return True
    heard = facts.last_heard
    limit = LATE if action.purpose == "reply" else FRESH
    return heard is None or facts.now - heard > limit
