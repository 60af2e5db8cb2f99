"""What the phrasebook must hold on recorded conversations; the full figures come from `qotbot eval corpus`."""

from __future__ import annotations

import gzip
from itertools import islice
from pathlib import Path

import pytest

from evals.corpus import figures, passed

EVERY = 6  # of the conversations, so that the test stays short


def _sampled(source: Path, target: Path) -> Path:
    if not source.is_file():
        pytest.skip(f"no {source.name} in the dialogue data")
    with gzip.open(source, "rt", encoding="utf-8") as rows:
        target.write_text("".join(islice(rows, 0, None, EVERY)), encoding="utf-8")
    return target


def test_bookings(shared_data: Path, tmp_path: Path) -> None:
    found = figures("sgd", _sampled(shared_data / "sgd_booking.jsonl.gz", tmp_path / "sgd.jsonl"))
    rates = found["all"]
    assert isinstance(rates, dict)
    assert rates["turns"] > 1_000 and rates["act_right"] >= 0.93
    assert rates["confirmations"] > 200 and rates["false_yes"] == 0 and rates["missed_yes_rate"] <= 0.06
    assert rates["replays"] > 100 and rates["replays_booked_wrong"] == 0
    assert rates["replays_handed_over_rate"] <= 0.05


def test_first_messages(shared_data: Path) -> None:
    source = shared_data / "clinc_intents.jsonl.gz"
    if not source.is_file():
        pytest.skip(f"no {source.name} in the dialogue data")
    found = figures("clinc", source)
    assert passed(found)
    held_back = found["val"]
    assert isinstance(held_back, dict)
    assert held_back["right_rate"] >= 0.78 and held_back["false_action_rate"] <= 0.01
