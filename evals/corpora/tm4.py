"""Coffee orders (Taskmaster-4): the order is finished only after it was read back and the customer said yes to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.action import Tier
from domain.errors import BadInput
from domain.reading import Listening
from evals.corpora.layer import Call, Layer, in_order, layer
from evals.corpora.rows import Loose, fit, share
from evals.corpora.sgd_dialogue import NOW
from graphs.readers.consent import is_yes
from graphs.readers.phrasebook import read

COMMITS: Final = "finish_order"
GENUINE: Final = ["judged ask", "confirmed", "judged run", "done"]
READS_BACK: Final = "get_order_details"
PRIVATE: Final = frozenset({"add_order_item", "update_order", "update_order_item", "remove_order_item"})


class ApiCall(Loose):
    """A call the recorded assistant made after a turn of the customer."""

    name: str
    args: dict[str, Any] = {}


class Turn(Loose):
    """What one side said, and the calls before the next answer."""

    role: str
    text: str
    calls_after: list[ApiCall] = []


class Order(Loose):
    """One conversation."""

    id: str
    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class Finish:
    """The call that commits, the question before it, the customer's answer, and whether the order was read back."""

    call: Call
    question: str
    answer: str
    read_back: bool
    later: bool  # no question stands before it


def figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many orders were finished on a read-back and a yes, and what the guards did without either."""
    counts = asyncio.run(_played(rows))
    if not counts["conversations"]:
        raise BadInput("there is no conversation in this file")
    problems = []
    if counts["ran_without_yes"]:
        problems.append("an order was finished without a yes")
    if counts["done"] != counts["yes"]:
        problems.append("an order with a read-back and a yes was blocked")
    return {
        "conversations": counts["conversations"],
        "orders_finished": counts["finished"],
        "read_back_before": counts["read_back"],
        "yes_in_the_customers_words": counts["yes"],
        "yes_rate": share(counts["yes"], counts["finished"]),
        "passed_with_yes": counts["done"],
        "asked_once_more": counts["finished"] - counts["yes"],
        "without_a_yes": {"tried": counts["finished"], "stopped": counts["finished"] - counts["ran_without_yes"]},
        "gate_coverage": share(counts["covered"], counts["done"]),
        "missed": problems,
    }


async def _played(rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    async with layer() as real:
        real.offer(COMMITS, Tier.COMMITS)
        for row in rows:
            one = fit(Order, row, "a row has id and turns [{role, text, calls_after}]")
            counts["conversations"] += 1
            for finish in _finishes(one):
                await _play(real, finish, counts)
                real.effects.clear()
    return counts


def _finishes(one: Order) -> Iterator[Finish]:
    read_back, question = False, ""
    for at, turn in enumerate(one.turns):
        if turn.role == "assistant":
            question = turn.text
        for call in turn.calls_after:
            read_back = (read_back or call.name == READS_BACK) and call.name not in PRIVATE
            if call.name == COMMITS:
                made = Call(tool=COMMITS, args=call.args, cause=f"{one.id}:{at}")
                yield Finish(made, question, turn.text, read_back, not question)


async def _play(real: Layer, finish: Finish, counts: Counter[str]) -> None:
    """Ask, answer and finish; and once more without the answer."""
    listening = Listening(now=NOW, our_act="read_back", confirming=finish.question, tasks=("order", "cancel", "human"))
    yes = finish.read_back and not finish.later and is_yes(read(finish.answer, listening))
    who = await real.caller(finish.answer)
    asked = real.propose(who, finish.call)
    row = real.propose(who, finish.call, continues=asked, yes=yes)
    unasked = real.propose(who, replace(finish.call, cause=f"{finish.call.cause}:unasked"))
    counts["finished"] += 1
    counts["read_back"] += finish.read_back
    counts["yes"] += yes
    counts["done"] += row.state == "done" and yes
    counts["covered"] += row.state == "done" and in_order(GENUINE, real.story(row.id))
    counts["ran_without_yes"] += unasked.state == "done" or (row.state == "done" and not yes)
