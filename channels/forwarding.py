"""The business's present number: which codes make its carrier pass calls on to us, and whether the seconds fit."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from channels.caller import ring_seconds
from domain.clock import from_ms, iso
from domain.settings import Business, Forwarding
from records import calls
from records.database import Database

_TABLE: dict[str, Any] = tomllib.loads(resources.files("channels").joinpath("data/forwarding.toml").read_text("utf-8"))
CARRIERS = tuple(name for name, told in _TABLE.items() if isinstance(told, dict))
GSM_STEP, GSM_MOST = 5, 30  # seconds that the code takes (3GPP TS 22.030)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it fits, what was seen, and the next step where it does not."""

    name: str
    ok: bool
    seen: str
    next_step: str = ""


def codes(way: Forwarding, number: str) -> dict[str, str]:
    """What to dial on the present telephone so that `number` gets the calls; empty for a carrier that is not listed."""
    told = _TABLE.get(way.carrier, {}) if way.carrier in CARRIERS else {}
    seconds = min(GSM_MOST, way.after_s - way.after_s % GSM_STEP)
    facts = {"number": number, "seconds": seconds}
    return {what: told[what].format_map(facts) for what in ("no_answer", "busy", "off") if what in told}


def examine(business: Business, database: Database) -> list[Finding]:
    """Whether calls to the present number reach us, in time and under their callers' numbers; nothing without one."""
    way = business.forwarding
    if way is None:
        return []
    if way.carrier not in CARRIERS:
        listed = f"write one of {', '.join(CARRIERS)} under forwarding: carrier:"
        return [Finding("forwarding", False, f"carrier {way.carrier!r} is not known", listed)]
    return [_own(business, way), _seconds(way), _ring(business, way), _arrived(business, way, database)]


def _own(business: Business, way: Forwarding) -> Finding:
    fix = "write the number that customers have under forwarding, and QotBot's own under phone"
    return Finding("forwarding", way.number != business.phone, f"{way.number} forwards to {business.phone}", fix)


def _seconds(way: Forwarding) -> Finding:
    """The carrier's voicemail must not be first: what it takes, nobody hears of."""
    voicemail = way.voicemail_s if way.voicemail_s is not None else int(_TABLE[way.carrier]["voicemail_s"])
    fix = f"forward after less than {voicemail} s, or have the carrier switch its voicemail off"
    seen = f"it rings {way.after_s} s before it forwards; the carrier's voicemail takes calls after {voicemail} s"
    return Finding("voicemail", way.after_s < voicemail, seen, fix)


def _ring(business: Business, way: Forwarding) -> Finding:
    """A ring at staff's own present number must end before that number forwards it back."""
    seconds = ring_seconds(business)
    own = business.transfer_to == way.number
    seen = f"staff are rung at {business.transfer_to or 'no number'} for {seconds} s"
    fix = "let the present number ring for at least 8 s, or write another number under transfer_to"
    return Finding("ring", not own or seconds < way.after_s, seen, fix)


def _arrived(business: Business, way: Forwarding, database: Database) -> Finding:
    last = database.read_now(lambda tx: calls.latest(tx, business.id, "forwarded"))
    dial = codes(way, business.phone)
    if last is None:
        fix = f"on {way.number} dial {dial['no_answer']}, then call it from another telephone and let it ring"
        return Finding("forwarded", False, "no forwarded call has arrived yet", fix)
    seen = f"the last one arrived {iso(from_ms(last.at))}"
    if last.body.get("hides"):
        fix = "ask the carrier to pass the caller's number on, not its own: nobody can be texted back until it does"
        return Finding("forwarded", False, f"{seen} under {way.number} instead of the caller's number", fix)
    return Finding("forwarded", True, seen)
