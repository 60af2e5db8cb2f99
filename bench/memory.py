"""The memory that the replay of a whole corpus takes: the peak of a process of its own, and what is kept a dialogue."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CORPUS = "sgd_booking.jsonl.gz"
MIB = 1024  # ru_maxrss counts kibibytes on Linux


def measure() -> dict[str, Any]:
    """Replay the SGD extract of QOTBOT_DATA through the guards; nothing where there is none."""
    file = Path(os.environ.get("QOTBOT_DATA", "../shared/data")) / CORPUS
    if not file.exists():
        return {"corpus": str(file), "missing": True}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "qotbot", "eval", "corpus", "sgd", str(file), "--json"],
        capture_output=True, check=False,
    )  # fmt: skip
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "corpus": CORPUS, "exit": done.returncode, "peak_mib": round(used.ru_maxrss / MIB, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1), "wall_s": round(time.perf_counter() - began, 1),
    }  # fmt: skip


def shown(found: dict[str, Any]) -> str:
    """The figures as a line."""
    if found.get("missing"):
        return f"memory: {found['corpus']} is not there; set QOTBOT_DATA"
    return (
        f"the whole of {found['corpus']}: at most {found['peak_mib']:.0f} MiB, {found['cpu_s']:.0f} s of processor "
        f"time, {found['wall_s']:.0f} s by the clock; exit {found['exit']}"
    )
