"""The last look at every line before it leaves: no false claims, no foreign links or numbers, no markup."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from domain.segments import folded
from domain.settings import Pack
from guards.promotion import promotional, unpromoted

_TAG = re.compile(r"<[^>]{0,400}>|[<>]")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|co|info|biz|ru|link|xyz)\b(?:/\S*)?", re.I
)
_PHONE = re.compile(r"\+?\d[\d ().-]{8,}\d")
_DONE = r"(?:booked(?! (?:out|up|solid))|confirmed|moved|cancelled|canceled|refunded|rescheduled|scheduled|submitted)"
_HOW = r"(?:(?:now|all|just|already|successfully|officially|also)\s+)*"
_CLAIM = re.compile(
    rf"\b(?:is|are|was|has been|have been|'s|you're|you are|i have|i've|we have|we've|got you)\s+{_HOW}{_DONE}\b"
    r"|\b(?:booking|reservation|appointment|order|request|refund|payment|cancellation)\s+(?:is|was|has been)\s+"
    r"(?:now\s+)?(?:successful|complete|completed|placed|made)\b"
    rf"|\b(?:is|are|was|has been|have been)\s+{_HOW}reserved\b|\bsuccessfully\s+(?:completed|made|placed|reserved)\b"
    rf"|\b{_DONE}\s+successfully\b|\bsuccessfully\s+{_DONE}\b"
    r"|\bchanges?\s+(?:is |are |all |have been )*(?:done|made)\s+for\s+you\b"
    r"|\bset:?\s+receipt\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?:])\s+")
LONGEST = 1400
UNBACKED = "I have not changed anything yet."


@dataclass(frozen=True, slots=True)
class Checked:
    """The line as it may be said, and what had to be changed."""

    text: str
    changed: tuple[str, ...] = ()


def checked(text: str, pack: Pack, *, backed: bool, offers: bool = False) -> Checked:
    """Check one line; `backed`: the action it speaks of left a receipt; `offers`: the customer asked for offers.

    Whole sentences of the business's knowledge are its own general words and claim nothing about this customer.
    """
    changed: list[str] = []
    plain = _plain(text)
    if (without := _TAG.sub("", plain)) != plain:
        changed.append("markup")
    allowed = (*pack.business.links, pack.business.phone)
    without, links = _only_allowed(_LINK, without, allowed)
    without, numbers = _only_allowed(_PHONE, without, allowed)
    changed += ["link"] * links + ["number"] * numbers
    if not backed and _CLAIM.search(without) and _CLAIM.search(_ours(without, pack)):
        changed.append("claim")
        without = UNBACKED
    if not offers and (kept := unpromoted(without)) != without and promotional(without):
        changed.append("promotion")
        without = kept
    said = " ".join(without.split()) or "Sorry, I cannot say that here."
    if len(said) > LONGEST:
        changed.append("length")
        said = said[:LONGEST].rsplit(" ", 1)[0] + "..."
    return Checked(said, tuple(changed))


def _ours(text: str, pack: Pack) -> str:
    """What is left of a text without the sentences that stand in the knowledge files, word for word."""
    known = {sentence for section in pack.knowledge for sentence in _sentences(_plain(section.text))}
    return " ".join(sentence for sentence in _sentences(text) if sentence not in known)


def _sentences(text: str) -> list[str]:
    return [" ".join(sentence.split()) for sentence in _SENTENCE.split(text.strip()) if sentence.strip()]


def _plain(text: str) -> str:
    """Typographic signs as GSM-7 has them; no control or direction characters."""
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") else " " for c in folded(text))


def _only_allowed(pattern: re.Pattern[str], text: str, allowed: tuple[str, ...]) -> tuple[str, int]:
    removed = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal removed
        found = match.group()
        if any(_same(found, a) for a in allowed):
            return found
        removed += 1
        return ""

    return pattern.sub(keep, text), removed


def _same(found: str, allowed: str) -> bool:
    digits = re.sub(r"\D", "", found)
    if len(digits) >= 9 and digits.endswith(re.sub(r"\D", "", allowed)[-10:]):
        return True
    return found.rstrip(".,!?").casefold().startswith(allowed.casefold())
