"""Recorded runs of a real model (tau-bench): what the guards would have stopped, and how often it succeeds."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any, Final

from domain.action import Tier
from domain.errors import BadInput
from domain.reading import Listening
from evals.corpora.layer import Call, Layer, layer
from evals.corpora.rows import Loose, fit, place, share
from evals.corpora.sgd_dialogue import NOW
from graphs.readers.consent import is_yes
from graphs.readers.phrasebook import read

# A tool whose name begins so changes something for the customer or the business.
COMMITS: Final = ("book", "cancel", "modify", "update", "exchange", "return", "send", "refund", "create", "delete",
                  "add", "remove", "pay", "transfer_money")  # fmt: skip
TASKS: Final = ("book", "move", "cancel", "check", "refund", "human")


class Function(Loose):
    """The name and the arguments, as a JSON text."""

    name: str
    arguments: str = "{}"


class ToolCall(Loose):
    """A call the model made."""

    function: Function


class Message(Loose):
    """One message in OpenAI's shape."""

    role: str
    content: str | None = None
    tool_calls: list[ToolCall] | None = None


class Run(Loose):
    """One run of one task."""

    id: str
    task_id: int | str
    reward: float
    messages: list[Message]
    gold_actions: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class Write:
    """A consequential call with what was said before it."""

    call: Call
    said: str
    answered: str
    gold: bool


def figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return pass^k over the tasks, and how often the guards stop something in failing and in passing runs."""
    counts: Counter[str] = Counter()
    rewards: dict[str, list[bool]] = defaultdict(list)
    asyncio.run(_played(rows, counts, rewards))
    if not rewards:
        raise BadInput("there is no run in this file")
    most = min(len(runs) for runs in rewards.values())
    failing, passing = counts["failing"], counts["passing"]
    flagged = counts["failing flagged"] + counts["passing flagged"]
    return {
        "tasks": len(rewards),
        "runs": failing + passing,
        "pass_hat_k": {str(k): round(pass_hat_k(list(rewards.values()), k), 3) for k in range(1, most + 1)},
        "guards": {
            "rule": "a consequential call needs a yes in the customer's words before it, read by the phrasebook",
            "consequential_calls": counts["writes"],
            "stopped": counts["stopped"],
            "gold_calls": counts["gold"],
            "gold_calls_stopped": counts["gold stopped"],
            "failing_runs": {"runs": failing, "with_a_stop": counts["failing flagged"]},
            "passing_runs": {"runs": passing, "with_a_stop": counts["passing flagged"]},
            "precision": share(counts["failing flagged"], flagged),
            "recall": share(counts["failing flagged"], failing),
            "ran_without_a_yes": counts["unasked ran"],
        },
        "missed": ["a call ran without a yes"] if counts["unasked ran"] else [],
    }


def pass_hat_k(runs: list[list[bool]], k: int) -> float:
    """The chance that k runs of one task all succeed: the mean over tasks of C(passed, k) / C(runs, k)."""
    return sum(comb(sum(one), k) / comb(len(one), k) for one in runs) / len(runs)


async def _played(rows: Iterable[Mapping[str, Any]], counts: Counter[str], rewards: dict[str, list[bool]]) -> None:
    async with layer() as real:
        for row in rows:
            run = fit(Run, row, "a row has id, task_id, reward and messages in OpenAI's shape")
            good = run.reward >= 1.0
            rewards[str(run.task_id)].append(good)
            stops = 0
            for write in _writes(run, place(row)):
                stops += await _play(real, write, counts)
            name = "passing" if good else "failing"
            counts[name] += 1
            counts[f"{name} flagged"] += stops > 0
            real.effects.clear()


def _writes(run: Run, where: str) -> Iterator[Write]:
    said = answered = ""
    gold = [(one.get("name"), one.get("kwargs", one.get("arguments"))) for one in run.gold_actions]
    for at, message in enumerate(run.messages):
        if message.role == "user":
            answered = message.content or ""
        for n, called in enumerate(message.tool_calls or []):
            name = called.function.name
            if name.startswith(COMMITS):
                args = _arguments(called.function, f"{where}: message {at}")
                yield Write(
                    Call(tool=name, args=args, cause=f"{run.id}:{at}:{n}"), said, answered, (name, args) in gold
                )
        if message.role == "assistant" and message.content:
            said = message.content


def _arguments(function: Function, where: str) -> dict[str, Any]:
    try:
        args = json.loads(function.arguments)
    except ValueError as problem:
        raise BadInput(f"{where}: the arguments of {function.name} are not JSON: {problem}") from problem
    if not isinstance(args, dict):
        raise BadInput(f"{where}: the arguments of {function.name} must be a JSON object")
    return args


async def _play(real: Layer, write: Write, counts: Counter[str]) -> bool:
    """Whether the guards stop a call; what the model had said counts as the question."""
    real.offer(write.call.tool, Tier.COMMITS)
    listening = Listening(now=NOW, our_act="read_back", confirming=write.said, tasks=TASKS)
    yes = bool(write.said) and is_yes(read(write.answered, listening))
    who = await real.caller(write.answered)
    asked = real.propose(who, write.call)
    row = real.propose(who, write.call, continues=asked, yes=yes)
    stopped = row.state != "done"
    counts["writes"] += 1
    counts["stopped"] += stopped
    counts["unasked ran"] += asked.state == "done" or (not yes and not stopped)
    counts["gold"] += write.gold
    counts["gold stopped"] += write.gold and stopped
    return stopped
