"""Artificial voice: we call of ourselves only people who agreed to calls, and sell only to who agreed to such a voice.

Consent to texts, or an inquiry, does not cover a call that a machine speaks (FCC 24-17, 2024-02-08). A person of the
staff who calls is none.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

from domain.action import Proposal
from domain.decision import Finding
from domain.guard import Guard
from guards.basis import basis
from guards.facts import Clearance, Facts
from guards.timing import proactive
from records import consents, disclosures
from records.database import Tx

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/disclosures.toml").read_text("utf-8"))
_NAMED = re.compile(_TABLE["artificial_voice"]["named"], re.IGNORECASE)
_SPEAKS = re.compile(_TABLE["assistant"]["says"], re.IGNORECASE)


def load(tx: Tx, action: Proposal, clearance: Clearance) -> str | None:
    """The wording of the grant that would carry a sales call; None where there is none."""
    if action.tool != "message" or action.channel != "call" or action.purpose != "marketing":
        return None
    whose = (action.contact, clearance.now)
    standing = consents.standing(tx, action.business, action.address, channel=action.channel, whose=whose)
    grant = basis(standing, "marketing")
    shown = disclosures.of(tx, action.business, grant.disclosure) if grant else None
    return shown.text if shown else None


def judge(action: Proposal, facts: Facts) -> Finding | None:
    """Refuse calls that we begin without consent to calls, sales calls without consent that names the voice."""
    if action.channel != "call" or action.args.get("author") == "staff" or not proactive(action, facts):
        return None
    if not _SPEAKS.search(str(action.args.get("text", ""))):
        return _no("a call that we begin must say first that an automated assistant speaks")
    if action.purpose == "marketing":
        shown: str | None = facts.own("artificial_voice")
        if shown is None or not _NAMED.search(shown):
            return _no("no consent on record names calls with an artificial or prerecorded voice")
    elif basis(facts.standing, "service") is None:
        return _no("consent to texts and an inquiry do not cover a call by an artificial voice")
    return None


def _no(reason: str) -> Finding:
    return Finding("artificial_voice", "deny", reason)


GUARD = Guard("artificial_voice", reads=("standing", "last_heard"), judge=judge, load=load)
