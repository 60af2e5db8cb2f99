"""Gold tasks of tau2-bench through the guarded tools: every write waits for the customer and for staff.

A write's recorded changes are applied to the task's entities by the tool, so only by an action that was claimed. With
everybody approving, the end state is the recorded one; with staff rejecting, nothing changes.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from domain.action import Action, Receipt, Tier
from domain.errors import BadInput, ToolRefused
from evals.corpora.layer import Call, Caller, Layer, in_order, layer
from evals.corpora.rows import Loose, fit, share

GENUINE: Final = ["judged ask", "confirmed", "judged hold", "decided", "judged run", "done"]
Entities = dict[str, Any]


class Step(Loose):
    """One gold call, with what it answered and, for a write, the entities as it left them."""

    name: str
    args: dict[str, Any] = {}
    type: Literal["read", "write", "generic"] = "read"
    changes: Entities = {}
    error: str | None = None


class Task(Loose):
    """One task."""

    id: str
    gold_steps: list[Step] = []
    initial_entities: Entities = {}
    end_entities: Entities = {}
    end_sha256: str


class World:
    """The entities of one task; only tools that were claimed change them."""

    def __init__(self) -> None:
        self.entities: Entities = {}
        self.before: Entities = {}
        self.step = Step(name="none")

    def begin(self, task: Task) -> None:
        """Set the entities as the task finds them."""
        self.entities, self.before = copy.deepcopy(task.initial_entities), task.initial_entities

    def does(self, _tool: str, _args: dict[str, Any], action: str) -> Receipt:
        """What the current step does: the recorded changes, or the recorded error."""
        if self.step.type == "write" and self.step.error is not None and not self.step.changes:
            raise ToolRefused("recorded_error")  # a few recorded errors came after the change was made
        for collection, changed in self.step.changes.items():
            self.entities.setdefault(collection, {}).update(copy.deepcopy(changed))
        return {"code": action[-6:]}

    @property
    def changed(self) -> Entities:
        """The entities that are not as the task found them."""
        found = {
            collection: {key: one for key, one in held.items() if one != self.before.get(collection, {}).get(key)}
            for collection, held in self.entities.items()
        }
        return {collection: held for collection, held in found.items() if held}

    def digest(self) -> str:
        """The corpus's digest of what is not as it was."""
        return hashlib.sha256(json.dumps(self.changed, sort_keys=True).encode()).hexdigest()


def figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how the tasks ended with everybody approving and with staff rejecting, and what was gated."""
    counts = asyncio.run(_played(rows))
    tasks = counts["tasks"]
    if not tasks:
        raise BadInput("there is no task in this file")
    problems = [
        text
        for text, holds in (
            ("with everybody approving, a task did not reach its end state", counts["reached"] == tasks),
            ("with staff rejecting, a task changed something", counts["unchanged"] == tasks),
            ("a write ran that was not asked, confirmed, held and approved first", counts["gated"] == counts["ran"]),
            ("a write ran without an approval", not counts["ran_rejected"]),
        )
        if not holds
    ]
    return {
        "tasks": tasks,
        "reads": counts["reads"],
        "writes": counts["writes"],
        "approve_all": {"end_states_reached": counts["reached"], "writes_run": counts["ran"],
                        "recorded_errors": counts["errors"]},
        "deny_all": {"states_unchanged": counts["unchanged"], "writes_run": counts["ran_rejected"]},
        "gate_coverage": share(counts["gated"], counts["ran"]),
        "missed": problems,
    }  # fmt: skip


async def _played(rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    world = World()
    async with layer(world.does) as real:
        for row in rows:
            task = fit(Task, row, "a row has id, gold_steps, initial_entities, end_entities and end_sha256")
            counts["tasks"] += 1
            world.begin(task)
            await _steps(real, world, task, approve=True, counts=counts)
            counts["reached"] += world.digest() == task.end_sha256
            world.begin(task)
            await _steps(real, world, task, approve=False, counts=counts)
            counts["unchanged"] += not world.changed
    return counts


async def _steps(real: Layer, world: World, task: Task, *, approve: bool, counts: Counter[str]) -> None:
    who = await real.caller("Hello, I need help with my order")
    for at, step in enumerate(task.gold_steps):
        world.step = step
        call = Call(tool=step.name, args=step.args, cause=f"{task.id}:{at}:{approve}")
        if step.type != "write":
            real.offer(step.name, Tier.READ)
            await real.through_graph(who, call)
            counts["reads"] += approve
            continue
        real.offer(step.name, Tier.MONEY)
        row = await _write(real, who, call, approve=approve)
        counts["writes"] += approve
        counts["errors"] += approve and row.state == "failed"
        ran = row.id in real.effects
        counts["ran" if approve else "ran_rejected"] += ran
        counts["gated"] += approve and ran and in_order(GENUINE, real.story(row.id))


async def _write(real: Layer, who: Caller, call: Call, *, approve: bool) -> Action:
    """The customer is asked and says yes, the action waits in its interrupt, staff decide."""
    asked = real.propose(who, call)
    held = real.propose(who, call, continues=asked, yes=True)
    return await real.decided(held, "approve" if approve else "reject") if held.state == "held" else held
