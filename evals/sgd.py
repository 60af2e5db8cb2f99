"""Acts and confirmations on Schema-Guided Dialogue bookings: the Services_* turns (salon, dentist, doctor, therapist).

Gold acts come from the corpus's user acts; ours from a `Reading` by `eight_acts`. A turn is right when our first act
is among the gold acts. Our own last act, the options and the read-back come from the assistant turn before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.errors import BadInput
from domain.reading import Named, Reading, Said
from evals.sgd_dialogue import Act, Dialogue, dialogue, listening
from evals.sgd_replay import replays
from graphs.readers.consent import is_plain_yes, is_yes
from graphs.readers.phrasebook import read

FLOOR: Final = 0.92
MOST_MISSED: Final = 0.05
MOST_HANDED_OVER: Final = 0.05
GOLD: Final[Mapping[str, str]] = {
    "INFORM": "inform",
    "AFFIRM": "accept",
    "AFFIRM_INTENT": "accept",
    "SELECT": "accept",
    "NEGATE": "reject",
    "NEGATE_INTENT": "reject",
    "REQUEST": "ask",
    "REQUEST_ALTS": "alternatives",
    "THANK_YOU": "bye",
    "GOODBYE": "bye",
}
OURS: Final[Mapping[str, str]] = {
    "inform": "inform",
    "affirm": "accept",
    "choose": "accept",
    "negate": "reject",
    "ask": "ask",
    "alternatives": "alternatives",
    "thanks": "bye",
    "bye": "bye",
}


def figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Return acts, confirmations and replays by split and for all; `BadInput` names a row of another shape."""
    dialogues = [d for d in map(dialogue, rows) if any(s.startswith("Services_") for s in d.services)]
    if not dialogues:
        raise BadInput("no conversation with a Services_* service in this file")
    kinds = tuple(Named(name) for name in sorted(_values(dialogues, "type")))
    by_split: dict[str, Counter[str]] = defaultdict(Counter)
    for one in dialogues:
        counted = count(one, kinds)
        by_split[one.part].update(counted)
        by_split["all"].update(counted)
    return {name: _rates(counts) for name, counts in sorted(by_split.items())}


def passed(found: Mapping[str, object]) -> bool:
    """Whether every split holds: acts right, no false yes, few missed; no wrong booking in replays, few handed over."""
    splits = [rates for rates in found.values() if isinstance(rates, dict)]
    return bool(splits) and all(
        rates["act_right"] >= FLOOR
        and rates["false_yes"] == 0
        and rates["missed_yes_rate"] <= MOST_MISSED
        and rates["replays_booked_wrong"] == 0
        and rates["replays_handed_over_rate"] <= MOST_HANDED_OVER
        for rates in splits
    )


def eight_acts(reading: Reading) -> list[str]:
    """Return a reading as the corpus's acts: book find inform accept reject ask alternatives bye, or other."""
    return [_act(said) for said in reading.said]


def _act(said: Said) -> str:
    if said.act == "request" and said.task in ("book", "find"):
        return said.task
    return OURS.get(said.act, "other")


def count(one: Dialogue, kinds: tuple[Named, ...]) -> Counter[str]:
    """Return the counts of one conversation."""
    counts: Counter[str] = Counter()
    replies = {reply.reply: reply for reply in one.gold.confirm_replies}
    for at, turn in enumerate(one.turns):
        mine = [act for act in turn.acts if one.ours(act)]
        if turn.role != "user" or not mine:
            continue
        reading = read(turn.text, listening(one.turns[at - 1] if at else None, kinds))
        gold = {_gold(act) for act in mine}
        counts["turns"] += 1
        counts["right"] += (eight_acts(reading) or ["none"])[0] in gold
        if at in replies:
            counts.update(_confirmation(reading, replies[at].label))
    counts.update(replays(one))
    return counts


def _confirmation(reading: Reading, label: str) -> Counter[str]:
    acts = {said.act for said in reading.said}
    return Counter(
        confirmations=1,
        yes=label == "affirm",
        false_yes=is_yes(reading) and label != "affirm",
        missed_yes=label == "affirm" and "affirm" not in acts,
        yes_with_more=label == "affirm" and "affirm" in acts and not is_plain_yes(reading),
        false_no=label == "affirm" and "negate" in acts,
    )


def _gold(act: Act) -> str:
    if act.act == "INFORM_INTENT":
        return "book" if act.v and act.v[0].startswith("Book") else "find"
    return GOLD.get(act.act, act.act)


def _values(dialogues: Iterable[Dialogue], slot: str) -> set[str]:
    acts = (act for one in dialogues for turn in one.turns for act in turn.acts if act.slot == slot and one.ours(act))
    return {value for act in acts for value in (act.c or act.v)}


def _rates(counts: Counter[str]) -> dict[str, float | int]:
    return {
        "turns": counts["turns"],
        "act_right": _share(counts["right"], counts["turns"]),
        "confirmations": counts["confirmations"],
        "false_yes": counts["false_yes"],
        "false_no": counts["false_no"],
        "missed_yes": counts["missed_yes"],
        "missed_yes_rate": _share(counts["missed_yes"], counts["yes"]),
        "yes_with_more": counts["yes_with_more"],
        "replays": counts["replays"],
        "replays_booked_right": counts["booked right"],
        "replays_booked_wrong": counts["booked wrong"],
        "replays_handed_over": counts["handed over"],
        "replays_handed_over_rate": _share(counts["handed over"], counts["replays"]),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
