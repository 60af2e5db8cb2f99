"""`python -m bench`: measure, print a table, keep the figures in bench/out/."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import cases, crowd, memory, talking, turn, webhooks

GUARDS_US = 200
OUT = Path(__file__).parent / "out"


def about() -> dict[str, Any]:
    """When and on what it is measured."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(), "machine": platform.machine(),
        "versions": {name: version(name) for name in ("langgraph", "langgraph-checkpoint-sqlite", "sqlalchemy")},
    }  # fmt: skip


async def measure() -> dict[str, Any]:
    """All figures of turns with what they were measured on."""
    return {
        **about(),
        "cpu": await turn.cpu(),
        "sizes": await turn.sizes(),
        "guards": await turn.guard_pass(),
    }


def shown(found: dict[str, Any]) -> str:
    """The figures as a table."""
    cpu, sizes = found["cpu"], found["sizes"]
    lines = [f"{'':34}{'CPU ms/turn':>12}{'ours is':>9}{'B/turn @10':>12}{'B/turn @100':>12}"]
    for key, one in cpu.items():
        name, _, fsync = one["about"].partition(" (")
        at10, at100 = (sizes[key]["bytes_per_turn_at"][str(step)] for step in turn.STEPS)
        ratio = cpu["ours"]["median_ms"] / one["median_ms"]
        lines.append(
            f"{name:34}{one['median_ms']:>12.1f}{ratio:>8.2f}x{at10:>12.0f}{at100:>12.0f}   {fsync.rstrip(')')}"
        )
    guards = found["guards"]
    most = max(guards["guards_us"], guards["offer_us"])
    return "\n".join([
        *lines,
        f"all guards of one action, its facts loaded: {guards['guards_us']:.0f} us CPU for a booking, "
        f"{guards['offer_us']:.0f} us for an offer by text ({'within' if most <= GUARDS_US else 'ABOVE'} {GUARDS_US}); "
        f"{guards['facts_and_guards_us']:.0f} us with the loading of a booking's facts",
    ])  # fmt: skip


def main() -> None:
    """Measure the parts that are named, else all that take a few minutes at most, and tell."""
    named = sys.argv[1:] or USUAL
    if unknown := sorted(set(named) - set(PARTS)):
        sys.exit(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    OUT.mkdir(exist_ok=True)
    for name in named:
        found, told = PARTS[name]()
        (OUT / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        sys.stdout.write(told + "\n")


def _turn() -> tuple[dict[str, Any], str]:
    found = asyncio.run(measure())
    return found, shown(found)


def _cases() -> tuple[dict[str, Any], str]:
    found = {**about(), **cases.measure()}
    return found, cases.shown(found)


def _memory() -> tuple[dict[str, Any], str]:
    found = {**about(), **memory.measure()}
    return found, memory.shown(found)


def _load(what: Callable[[], Awaitable[dict[str, Any]]]) -> Callable[[], tuple[dict[str, Any], str]]:
    """Figures under load, with how busy the machine was before; they are told as they are kept."""

    async def run() -> dict[str, Any]:
        return await what()  # a coroutine, as asyncio.run wants it

    def part() -> tuple[dict[str, Any], str]:
        load = {"processors": os.cpu_count(), "load_before": os.getloadavg()[0]}
        found = {**about(), **load, **asyncio.run(run())}
        return found, json.dumps(found, indent=2)

    return part


PARTS: dict[str, Callable[[], tuple[dict[str, Any], str]]] = {
    "turn": _turn, "cases": _cases, "memory": _memory, "webhooks": _load(webhooks.measure),
    "talking": _load(talking.measure), "crowd": _load(crowd.measure),
    "soak": _load(lambda: webhooks.measure(seconds=60)),
}  # fmt: skip
USUAL = ["turn", "cases", "webhooks", "talking", "crowd"]


if __name__ == "__main__":
    main()
