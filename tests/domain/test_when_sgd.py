"""Floors on recorded customers: dates and times of the Schema-Guided Dialogue corpus, reference Friday 2019-03-01."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.when import When, read_when

DATA = Path(os.environ.get("QOTBOT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "sgd_booking.jsonl.gz"
NOW = dt.datetime(2019, 3, 1, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
SLOTS = {"appointment_date": "date", "appointment_time": "time"}
FEWEST_RIGHT = 0.985
MOST_SECONDS = 0.0005

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no recorded dialogues at {DATA}; set QOTBOT_DATA")


def turns(split: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            dialogue = json.loads(line)
            if dialogue["orig_split"] == split and any(name.startswith("Services_") for name in dialogue["services"]):
                yield from (turn for turn in dialogue["turns"] if turn["role"] == "user")


def gold(turn: dict[str, Any]) -> dict[str, str]:
    informed = (act for act in turn["acts"] if act["act"] == "INFORM" and act.get("slot") in SLOTS)
    return {SLOTS[act["slot"]]: (act.get("c") or act["v"])[0] for act in informed}


def named(when: When, kind: str) -> set[str]:
    """The corpus names the one time of "after 3" and the last day of "by friday", so bounds count as named."""
    if kind == "date":
        return {str(day) for day in (when.date_to or when.date,) if day}
    return {f"{clock:%H:%M}" for clock in (when.time, when.time_from, when.time_to) if clock}


@pytest.mark.parametrize("split", ["dev", "train"])
def test_dates_and_times_of_recorded_customers(split: str) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    silently_wrong = []
    for turn in turns(split):
        when = read_when(turn["text"], NOW)
        for kind, expected in gold(turn).items():
            found = named(when, kind)
            counts[kind, "right" if expected in found else "wrong" if found else "missed"] += 1
            if found and expected not in found and not when.ambiguous:
                silently_wrong.append((expected, found, turn["text"]))
    for kind in ("date", "time"):
        total = sum(count for (what, _), count in counts.items() if what == kind)
        assert total > 100
        assert counts[kind, "right"] / total >= FEWEST_RIGHT, counts
    assert not silently_wrong


def test_reading_is_fast_enough_for_every_turn() -> None:
    texts = [turn["text"] for turn in turns("dev")]
    assert min(_seconds(texts) for _ in range(3)) / len(texts) <= MOST_SECONDS


def _seconds(texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        read_when(text, NOW)
    return time.process_time() - start
