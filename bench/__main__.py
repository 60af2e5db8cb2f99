"""`python -m bench`: measure, print a table, keep the figures in bench/out/."""

from __future__ import annotations

import asyncio
import json
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import turn

GUARDS_US = 200
OUT = Path(__file__).parent / "out"


async def measure() -> dict[str, Any]:
    """All figures with what they were measured on."""
    machine = {
        "python": platform.python_version(), "machine": platform.machine(),
        "versions": {name: version(name) for name in ("langgraph", "langgraph-checkpoint-sqlite", "sqlalchemy")},
    }  # fmt: skip
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "at": at,
        **machine,
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
    """Measure and tell."""
    found = asyncio.run(measure())
    OUT.mkdir(exist_ok=True)
    (OUT / "turn.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    sys.stdout.write(shown(found) + "\n")


if __name__ == "__main__":
    main()
