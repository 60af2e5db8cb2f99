"""Changed decisions counted in words: "12 texts would not have been sent; 3 bookings would have waited for staff"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

NOUNS: Final = {
    "message": ("text", "texts"), "book": ("booking", "bookings"), "cancel": ("cancellation", "cancellations"),
    "reschedule": ("move", "moves"), "refund_deposit": ("refund", "refunds"), "capture_lead": ("lead", "leads"),
}  # fmt: skip
_MESSAGES: Final = {
    ("run", "later"): "would have been sent later",
    ("run", "refuse"): "would not have been sent",
    ("refuse", "run"): "would have been sent",
}
_ACTIONS: Final = {
    ("run", "hold"): "would have waited for staff",
    ("run", "ask"): "would have been read back first",
    ("ask", "run"): "would have been done without asking",
    ("ask", "hold"): "would have waited for staff without asking",
    ("hold", "run"): "would not have waited for staff",
    ("hold", "ask"): "would have been read back instead of waiting for staff",
}


def told(changed: Iterable[tuple[str, str, str, bool]]) -> list[str]:
    """One phrase for each kind of change (tool, was, would, tried again later), the most frequent first."""
    counts = Counter(_phrase(tool, was, would, later=later) for tool, was, would, later in changed)
    return [f"{n} {nouns[n != 1]} {verb}" for (nouns, verb), n in counts.most_common()]


def _phrase(tool: str, was: str, would: str, *, later: bool) -> tuple[tuple[str, str], str]:
    nouns = NOUNS.get(tool, (f"action of {tool}", f"actions of {tool}"))
    if tool == "message" and (verb := _MESSAGES.get((was, "later" if later else would))):
        return nouns, verb
    if would == "refuse":
        return nouns, "would have been refused"
    if was == "refuse":
        return nouns, "would not have been refused"
    return nouns, _ACTIONS[(was, would)]
