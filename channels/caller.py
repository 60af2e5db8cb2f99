"""Who calls, how their call came, and what they say, in the words that hearing knows."""

from __future__ import annotations

from collections.abc import Mapping

from domain.message import Heard
from domain.phone import is_e164
from domain.settings import Business

# What Twilio writes as the number of callers who have none to show (its voice documentation, read 2026-11-22).
NOBODY = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
RING_S = 18
FAILED = "TN-Validation-Failed"  # Twilio's StirVerstat begins so where the signature on the caller's number is wrong


def caller_of(number: str, call: str, business: Business) -> str:
    """The caller's number; callers without one are kept apart by their call.

    Some carriers forward a call under the number that forwards it: the business's own numbers are nobody's.
    """
    known = is_e164(number) and number not in NOBODY | business.own_numbers
    return number if known else f"anonymous:{call}"


def forwarded(form: Mapping[str, str], business: Business) -> bool:
    """Whether a call came through the business's present number: Twilio's ForwardedFrom, where carriers say it."""
    own = business.forwarding.number if business.forwarding else None
    return own is not None and own in (form.get("ForwardedFrom"), form.get("From"))


def vouched(form: Mapping[str, str]) -> str:
    """What the caller's carrier says of their number: its attestation A, B or C, "failed", or "" where it is silent."""
    said = form.get("StirVerstat", "")
    if said.startswith(FAILED):
        return "failed"
    return said[-1] if said.startswith("TN-Validation-Passed-") and said[-1] in "ABC" else ""


def heard_on(call: str, n: str, *, caller: str, text: str, keys: bool = False) -> Heard:
    """What was said on a call; `n` tells it from everything else said there."""
    return Heard(
        channel="call", kind="keys" if keys else "speech", address_kind="phone", address=caller, text=text,
        provider="twilio", provider_id=f"{call}:{n}", session=call,
    )  # fmt: skip


def ring_seconds(business: Business) -> int:
    """How long staff's telephone rings: not so long that its own carrier passes the call back to us."""
    way = business.forwarding
    loops = way is not None and way.number == business.transfer_to
    return max(5, min(RING_S, way.after_s - 3)) if way and loops else RING_S
