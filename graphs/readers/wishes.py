"""Clear wishes about being contacted, as a reading names them; the rules are those of hearing."""

from __future__ import annotations

from typing import Final

from domain.reading import ContactWish
from guards.optout import classify

_STOPS: Final[dict[str | None, ContactWish]] = {
    "all": "stop_all",
    "texts": "stop_all",
    "calls": "stop_calls",
    "marketing": "stop_marketing",
}


def contact_wish(plain: str) -> ContactWish | None:
    """Return the wish said clearly in the plain words of one part, else None."""
    wish = classify(plain, channel="call")  # keywords alone are ordinary words inside a turn
    if wish.decision == "OPT_OUT":
        return _STOPS[wish.scope]
    return "start" if wish.decision == "OPT_IN" else None
