"""Who calls, and what they say or press, in the words that hearing knows."""

from __future__ import annotations

from domain.message import Heard
from domain.phone import is_e164

# What Twilio writes as the number of callers who have none to show (its voice documentation, read 2026-11-22).
NOBODY = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
KEYS = {"0": "I would like to speak with a person, please."}


def caller_of(number: str, call: str) -> str:
    """The caller's number; callers without one are kept apart by their call."""
    return number if is_e164(number) and number not in NOBODY else f"anonymous:{call}"


def meaning(keys: str) -> str:
    """What was pressed, in words where a key has a meaning of its own."""
    return KEYS.get(keys, keys)


def heard_on(call: str, n: str, *, caller: str, text: str, keys: bool = False) -> Heard:
    """What was said on a call; `n` tells it from everything else said there."""
    return Heard(
        channel="call", kind="keys" if keys else "speech", address_kind="phone", address=caller, text=text,
        provider="twilio", provider_id=f"{call}:{n}", session=call,
    )  # fmt: skip
