"""Schema-Guided Dialogue bookings: what the reader makes of the turns, and the guards of the calls.

Acts and replays are of the Services_* turns (salon, dentist, doctor, therapist); confirmations and calls of all. Gold
acts come from the corpus's user acts; ours from a `Reading` by `eight_acts`. A turn is right when our first act is
among the gold acts. Our own last act, the options and the read-back come from the assistant turn before.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.errors import BadInput
from domain.reading import Named, Reading, Said
from evals.corpora.rows import share
from evals.corpora.sgd_dialogue import Act, Dialogue, dialogue, listening
from evals.corpora.sgd_guards import guarded_replays, missed, says_yes
from evals.corpora.sgd_replay import replays
from graphs.readers.consent import is_plain_yes, is_yes
from graphs.readers.phrasebook import read

FLOOR: Final = 0.92
ENOUGH: Final = 100  # turns of a split below which a share says nothing
MOST_UNSAFE: Final = 0.005
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
    """Return acts and replays by split, confirmations by the customers' words, and what the guards did to each call.

    `rows` is read four times. `BadInput` names a row of another shape.
    """
    kinds = tuple(Named(name) for name in sorted(_kinds(rows)))
    by_split: dict[str, Counter[str]] = defaultdict(Counter)
    replies: Counter[str] = Counter()
    conversations = 0
    for one in map(dialogue, rows):
        conversations += 1
        replies.update(confirmations(one))
        if any(service.startswith("Services_") for service in one.services):
            counted = count(one, kinds)
            by_split[one.part].update(counted)
            by_split["all"].update(counted)
    if not conversations:
        raise BadInput("there is no conversation in this file")
    guards = asyncio.run(guarded_replays(rows))
    found: dict[str, Any] = {
        "conversations": conversations,
        "acts": {name: _rates(counts) for name, counts in sorted(by_split.items())},
        "confirmations": _confirmed(replies),
        "guards": guards,
    }
    return {**found, "missed": [*_missed(found), *missed(guards)]}


def confirmations(one: Dialogue) -> Counter[str]:
    """How the phrasebook reads the replies to all read-backs of a conversation, whatever the service."""
    counts: Counter[str] = Counter()
    for reply in one.gold.confirm_replies:
        if max(reply.ask, reply.reply) >= len(one.turns):
            continue
        yes = says_yes(one.turns[reply.ask].text, one.turns[reply.reply].text)
        affirmed = reply.label == "affirm"
        counts.update(
            replies=1,
            yes=affirmed,
            no=reply.label == "negate",
            missed=affirmed and not yes,
            unsafe=yes and not affirmed,
        )
    return counts


def _confirmed(counts: Counter[str]) -> dict[str, Any]:
    return {
        "read_by": "the phrasebook, from the customers' words",
        "replies": counts["replies"],
        "unsafe_yes": counts["unsafe"],
        "unsafe_yes_rate": share(counts["unsafe"], counts["replies"] - counts["yes"]),
        "missed_yes": counts["missed"],
        "missed_yes_rate": share(counts["missed"], counts["yes"]),
    }


def _missed(found: Mapping[str, Any]) -> list[str]:
    """The hard figures of the reader that are missed: they are about what customers say yes and no to."""
    said = found["confirmations"]
    problems = []
    if said["unsafe_yes_rate"] > MOST_UNSAFE:
        problems.append(f"more than {MOST_UNSAFE:.1%} of the refusals are read as a yes")
    if said["missed_yes_rate"] > MOST_MISSED:
        problems.append(f"more than {MOST_MISSED:.0%} of the yeses are missed")
    for split, rates in found["acts"].items():
        if rates["turns"] >= ENOUGH and rates["act_right"] < FLOOR:
            problems.append(f"{split}: fewer than {FLOOR:.0%} of the acts are read right")
        if rates["replays_booked_wrong"] > rates["replays"] * MOST_UNSAFE:
            problems.append(f"{split}: replays booked a wrong time")
        if rates["replays_handed_over_rate"] > MOST_HANDED_OVER:
            problems.append(f"{split}: too many replays were handed over")
    return problems


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


def _kinds(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The kinds of service that customers name; one row at a time."""
    found: set[str] = set()
    for one in map(dialogue, rows):
        acts = (act for turn in one.turns for act in turn.acts if act.slot == "type" and one.ours(act))
        found.update(value for act in acts for value in (act.c or act.v))
    return found


def _rates(counts: Counter[str]) -> dict[str, float | int]:
    return {
        "turns": counts["turns"],
        "act_right": share(counts["right"], counts["turns"]),
        "confirmations": counts["confirmations"],
        "false_yes": counts["false_yes"],
        "false_no": counts["false_no"],
        "missed_yes": counts["missed_yes"],
        "missed_yes_rate": share(counts["missed_yes"], counts["yes"]),
        "yes_with_more": counts["yes_with_more"],
        "replays": counts["replays"],
        "replays_booked_right": counts["booked right"],
        "replays_booked_wrong": counts["booked wrong"],
        "replays_handed_over": counts["handed over"],
        "replays_handed_over_rate": share(counts["handed over"], counts["replays"]),
    }
