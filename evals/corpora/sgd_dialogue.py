"""Rows of the Schema-Guided Dialogue bookings, and what a reader would know at each of their turns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.reading import Listening, Named, OurAct
from evals.corpora.rows import Loose, fit

NOW: Final = datetime(2019, 3, 1, 9, tzinfo=ZoneInfo("America/Los_Angeles"))
TASKS: Final = ("book", "find", "move", "cancel", "check", "human")
# The first assistant act that stands in a turn decides what the customer answers.
_OUR_ACTS: Final[tuple[tuple[str, OurAct], ...]] = (
    ("CONFIRM", "read_back"),
    ("OFFER_INTENT", "proposed_task"),
    ("OFFER", "offered"),
    ("REQUEST", "asked_detail"),
    ("NOTIFY_FAILURE", "told_failed"),
    ("REQ_MORE", "asked_anything_else"),
    ("NOTIFY_SUCCESS", "told_done"),
    ("INFORM", "answered"),
)


class Act(Loose):
    """One act of a turn; `svc` is left out where the conversation has one service."""

    act: str
    slot: str | None = None
    v: list[str] = []
    c: list[str] | None = None
    svc: str | None = None


class Turn(Loose):
    """What one side said."""

    role: str
    text: str
    acts: list[Act] = []


class Reply(Loose):
    """A read-back and the reply to it, as turn numbers from 0."""

    ask: int
    reply: int
    label: str


class GoldWrite(Loose):
    """A consequential call: where it was made, with what, and which turn of the customer agreed to it."""

    turn: int
    name: str
    args: dict[str, Any]
    affirmed_by_turn: int | None = None
    outcome: str | None = None


class Gold(Loose):
    """What the corpus says about a conversation."""

    confirm_replies: list[Reply] = []
    writes: list[GoldWrite] = []


class Dialogue(Loose):
    """One conversation of the corpus."""

    row: int
    id: str
    services: list[str]
    turns: list[Turn]
    gold: Gold = Gold()
    split: str = "all"
    orig_split: str | None = None

    @property
    def part(self) -> str:
        """The split the corpus's makers put it in."""
        return self.orig_split or self.split

    def ours(self, act: Act) -> bool:
        """Whether an act belongs to a Services_* service."""
        return (act.svc or self.services[0]).startswith("Services_")


def dialogue(row: Mapping[str, Any]) -> Dialogue:
    """Return a row as a conversation; `BadInput` names the file, the row and the field."""
    return fit(Dialogue, row, "a row has id, services and turns [{role, text, acts}]")


def listening(before: Turn | None, kinds: tuple[Named, ...]) -> Listening:
    """Return what the reader would know after an assistant turn."""
    our_act = _our_act(before)
    return Listening(
        now=NOW,
        our_act=our_act,
        offered=(before.text,) if before and our_act == "offered" else (),
        confirming=before.text if before and our_act == "read_back" else None,
        services=kinds,
        tasks=TASKS,
    )


def _our_act(before: Turn | None) -> OurAct:
    acts = {act.act: act.slot or "" for act in before.acts} if before else {}
    for theirs, ours in _OUR_ACTS:
        if theirs in acts:
            when = ours == "asked_detail" and acts[theirs].endswith(("_date", "_time"))
            return "asked_when" if when else ours
    return "none"
