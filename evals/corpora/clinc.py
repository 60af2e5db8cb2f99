"""First messages of CLINC150: what a booking business must understand, and what must not become an action."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.errors import BadInput
from domain.reading import Listening, Reading
from evals.corpora.rows import Loose, fit, share
from graphs.readers.phrasebook import read

FLOOR: Final = 0.75
MOST_FALSE_ACTIONS: Final = 0.02
OUT_OF_SCOPE: Final = "oos"
NOW: Final = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("America/New_York"))
LISTENING: Final = Listening(now=NOW)

# What the first thing said may be for each intent: "act" or "request task"; unclear is the right reading of a maybe.
RIGHT: Final[Mapping[str, frozenset[str]]] = {
    "restaurant_reservation": frozenset({"book"}),
    "schedule_maintenance": frozenset({"book", "find"}),
    "schedule_meeting": frozenset({"book"}),
    "cancel_reservation": frozenset({"cancel"}),
    "cancel": frozenset({"cancel", "negate"}),
    "confirm_reservation": frozenset({"check"}),
    "meeting_schedule": frozenset({"check"}),
    "order_status": frozenset({"check"}),
    "accept_reservations": frozenset({"ask"}),
    "how_busy": frozenset({"ask"}),
    "restaurant_reviews": frozenset({"ask"}),
    "what_can_i_ask_you": frozenset({"ask"}),
    "are_you_a_bot": frozenset({"ask"}),
    "yes": frozenset({"affirm"}),
    "no": frozenset({"negate"}),
    "maybe": frozenset({"unclear"}),
    "repeat": frozenset({"repeat"}),
    "greeting": frozenset({"greet"}),
    "goodbye": frozenset({"bye"}),
    "thank_you": frozenset({"thanks"}),
}


class Row(Loose):
    """One labelled message."""

    row: int
    text: str
    intent: str
    split: str = "all"
    orig_split: str | None = None

    @property
    def part(self) -> str:
        """The split the corpus's makers put it in, without its out-of-scope prefix."""
        return (self.orig_split or self.split).removeprefix("oos_")


def figures(rows: Iterable[Mapping[str, Any]], *, each: Callable[[Row, str], None] | None = None) -> dict[str, object]:
    """Return rates by split and for all, and the share right by intent; `BadInput` names a row of another shape."""
    by_split: dict[str, Counter[str]] = defaultdict(Counter)
    intents: dict[str, Counter[str]] = defaultdict(Counter)
    for one in map(_row, rows):
        heard = first_act(read(one.text, LISTENING))
        counted = _count(one.intent, heard)
        by_split[one.part].update(counted)
        by_split["all"].update(counted)
        intents[one.intent].update(counted)
        if each is not None:
            each(one, heard)
    if not by_split:
        raise BadInput("there is no message in this file")
    right = {name: share(c["right"], c["in_domain"]) for name, c in sorted(intents.items()) if name in RIGHT}
    splits = {name: _rates(counts) for name, counts in sorted(by_split.items())}
    return {**splits, "right_by_intent": right, "missed": _missed(splits["all"])}


def _missed(rates: Mapping[str, float | int]) -> list[str]:
    """What the whole file must hold: in-domain messages right, and next to no message out of scope made an action."""
    problems = []
    if rates["in_domain"] and rates["right_rate"] < FLOOR:
        problems.append(f"fewer than {FLOOR:.0%} of the messages are read right")
    if rates["false_action_rate"] > MOST_FALSE_ACTIONS:
        problems.append(f"more than {MOST_FALSE_ACTIONS:.0%} of what is out of scope became an action")
    return problems


def first_act(reading: Reading) -> str:
    """Return the main act, a request by its task; a reading without acts is unclear."""
    if not reading.said:
        return "unclear" if reading.contact_wish is None else "contact wish"
    first = reading.said[0]
    return f"{first.task}" if first.act == "request" else first.act


def _count(intent: str, heard: str) -> Counter[str]:
    action = heard in LISTENING.tasks
    if intent == OUT_OF_SCOPE:
        return Counter(out_of_scope=1, false_action=action)
    if intent not in RIGHT:
        return Counter(other_domain=1, other_action=action)
    right = heard in RIGHT[intent]
    return Counter(
        in_domain=1, right=right, asks_again=not right and heard == "unclear", wrong_action=not right and action
    )


def _row(row: Mapping[str, Any]) -> Row:
    return fit(Row, row, "a row has text and intent")


def _rates(counts: Counter[str]) -> dict[str, float | int]:
    return {
        "in_domain": counts["in_domain"],
        "right_rate": share(counts["right"], counts["in_domain"]),
        "asks_again_rate": share(counts["asks_again"], counts["in_domain"]),
        "wrong_action_rate": share(counts["wrong_action"], counts["in_domain"]),
        "out_of_scope": counts["out_of_scope"],
        "false_action_rate": share(counts["false_action"], counts["out_of_scope"]),
        "other_domain": counts["other_domain"],
        "other_action_rate": share(counts["other_action"], counts["other_domain"]),
    }
