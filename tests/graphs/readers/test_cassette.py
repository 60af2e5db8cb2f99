"""What a model read is played back without it, and never made up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.reading import Listening, Reading, Said
from graphs.readers.cassette import CassetteModel, NoRecording
from graphs.readers.prompt import VERSION
from graphs.readers.reader import read_turn
from graphs.readers.scripted import ScriptedModel

LISTENING = Listening(now=datetime(2026, 11, 18, 15, tzinfo=UTC))
HELLO, BYE = Reading(said=[Said(act="greet", quote="Hej")]), Reading(said=[Said(act="bye", quote="Hej")])


async def record(path: Path, *readings: Reading) -> None:
    model = CassetteModel(path=path, live=ScriptedModel(script=readings))
    for _ in readings:
        assert (await read_turn(model, "Hej  då\n", LISTENING)).by == "cassette"


async def test_a_recording_is_played_back_on_any_day_and_for_any_spacing(tmp_path: Path) -> None:
    path = tmp_path / "cassettes" / "hello.jsonl"
    await record(path, HELLO)
    later = replace(LISTENING, now=LISTENING.now + timedelta(days=300))
    read = await read_turn(CassetteModel(path=path), "Hej då", later)
    assert (read.reading, read.by, read.failed) == (HELLO, "cassette", None)


async def test_the_last_recording_counts(tmp_path: Path) -> None:
    await record(tmp_path / "c.jsonl", HELLO, BYE)
    assert (await read_turn(CassetteModel(path=tmp_path / "c.jsonl"), "Hej då", LISTENING)).reading == BYE


@pytest.mark.parametrize(
    ("text", "listening"), [("Hej hej", LISTENING), ("Hej då", replace(LISTENING, our_act="offered", offered=("a",)))]
)
async def test_what_was_not_recorded_is_an_error_naming_the_key(
    tmp_path: Path, text: str, listening: Listening
) -> None:
    path = tmp_path / "c.jsonl"
    await record(path, HELLO)
    with pytest.raises(NoRecording, match=r"c\.jsonl has no recording [0-9a-f]{16} for 'Hej"):
        await read_turn(CassetteModel(path=path), text, listening)


async def test_a_line_says_who_read_what_with_which_prompt(tmp_path: Path) -> None:
    await record(tmp_path / "c.jsonl", HELLO)
    [line] = map(json.loads, (tmp_path / "c.jsonl").read_text(encoding="utf-8").splitlines())
    assert (line["by"], line["prompt"], line["text"]) == ("scripted", VERSION, "Hej  då\n")
    assert line["known"]["our_act"] == "none"
    assert "now" not in line["known"]


async def test_recording_a_case_again_replaces_its_lines_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    for case, readings in (("a", (HELLO, BYE)), ("b", (HELLO,)), ("a", (BYE,))):
        model = CassetteModel(path=path, live=ScriptedModel(script=readings), case=case)
        for _ in readings:
            await read_turn(model, "Hej  då\n", LISTENING)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["case"] for line in lines] == ["b", "a"]
    taught = CassetteModel(path=path, case="a", teacher=True)
    assert (await read_turn(taught, "Hej då", LISTENING)).reading == BYE and not taught.drifted


@pytest.mark.parametrize("teacher", [True, False])
async def test_a_recording_of_another_prompt_serves_and_is_told(tmp_path: Path, teacher: bool) -> None:
    path = tmp_path / "c.jsonl"
    await record(path, HELLO)
    path.write_text(path.read_text(encoding="utf-8").replace(VERSION, "of another day"), encoding="utf-8")
    model = CassetteModel(path=path, teacher=teacher)
    assert (await read_turn(model, "Hej då", LISTENING)).reading == HELLO
    assert len(model.drifted) == 1


def test_a_recording_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"key": "k", "reading": {"intent": "book"}}\n')
    with pytest.raises(ValidationError):
        CassetteModel(path=path)
