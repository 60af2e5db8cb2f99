"""Case files: what is wrong is named with file, line and fix, and the published schema is the model's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.errors import BadInput
from evals import suite
from evals.case import Case
from evals.suite import load, schema

CLOCK = "2026-11-24T10:00:00-05:00"
GOOD = f'id: one\nclock: "{CLOCK}"\nturns:\n  - user: hello\n    expect:\n      - says: hello\n'


def written(folder: Path, text: str, name: str = "a.case.yaml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(BadInput) as refused:
        load([file])
    return str(refused.value)


def test_the_published_schema_is_the_models_own() -> None:
    published = Path(suite.__file__).parent / "case.schema.json"
    assert json.loads(published.read_text("utf-8")) == schema(), "qotbot eval schema > evals/case.schema.json"


def test_one_file_holds_several_cases_and_says_where_each_stands(tmp_path: Path) -> None:
    file = written(tmp_path, "# what these are about\n" + GOOD + "---\n" + GOOD.replace("id: one", "id: two"))
    assert [(one.case.id, one.line) for one in load([file])] == [("one", 2), ("two", 9)]


def test_a_folder_s_defaults_are_where_its_cases_start(tmp_path: Path) -> None:
    written(tmp_path, f'name: own\ndefaults:\n  clock: "{CLOCK}"\n  channel: web\n', "suite.yaml")
    written(tmp_path, "id: one\nturns: [{user: hello}]\n")
    written(tmp_path, '{"id": "two", "channel": "sms", "turns": [{"user": ["a", "b"]}]}\n', "b.cases.jsonl")
    one, two = load([tmp_path])
    assert (one.suite, one.case.channel, two.case.channel) == ("own", "web", "sms")
    assert two.case.turns[0].user == ["a", "b"]


@pytest.mark.parametrize(
    ("bad", "line", "fix"),
    [
        ("clock: [", 3, "not valid YAML"),
        ("clock: x\nturns:\n  - user: hi\n    expect:\n      - sayz: hi", 6, "did you mean says"),
        ("clock: x\nturns:\n  - user: hi\n    expect:\n      - {says: a, not_says: b}", 6, "exactly one assertion"),
        ("clock: x\nturns:\n  - {user: hi, press: '1'}", 4, "exactly one of user, press"),
        ("clock: x\nturns:\n  - {user: hi, who: nobody}", 1, "there is no contact 'nobody'"),
        ("clock: x\nreader: teacher\nturns: [{user: hi}]", 3, "needs `cassette: file.jsonl`"),
        ("clock: x\nturns: []", 3, "at least 1 item"),
        ("clock: x\nbusiness: nowhere\nturns: [{user: hi}]", 3, "there is no business 'nowhere'; name a pack"),
        ("clock: x\nextensions: nowhere\nturns: [{user: hi}]", 3, "nowhere is missing"),
        ("clock: x\ncontacts: [{phone: '555'}]\nturns: [{user: hi}]", 3, "pattern"),
        ("clock: x\nturns:\n  - user: hi\n    expect: [{not_says: {matches: '(('}}]", 5, "'((' is not a pattern"),
        ("clock: x\nturns:\n  - user: hi\n    expect:\n      - not_calls_tool: bokk", 6, "did you mean book?"),
        ("clock: x\nturns:\n  - user: hi\nexpect:\n  - tool_order: [book, fly]", 6, "there is no tool 'fly'"),
        ("clock: x\nturns: [{staff: {decide: reject, tool: fly}}]", 3, "there is no tool 'fly'"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{not_guard: {rule: consnt}}]", 4, "did you mean consent?"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{not_ledger: action.doen}]", 4, "did you mean action.done?"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{not_followup: aproval}]", 4, "did you mean approval?"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{state: {bokings: {count: 0}}}]", 4, "did you mean bookings?"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{state: {bookings: {count: 0, where: {start: x}}}}]", 4, "start_at"),
        ("clock: x\nturns: [{user: hi}]\nexpect: [{not_sends: {to: jo}}]", 1, "there are customer"),
        ("clock: x\nturns:\n  - wait: soon", 4, "pattern"),
        ("clock: x\nalways: [every_write_gatedd]\nturns: [{user: hi}]", 3, "every_write_gated"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_fix(bad: str, line: int, fix: str, tmp_path: Path) -> None:
    told = refusal(written(tmp_path, f"id: bad\n{bad}\n"))
    assert told.splitlines()[0].startswith(f"{tmp_path}/a.case.yaml:{line}:")
    assert fix in told


def test_times_may_be_written_without_quotes(tmp_path: Path) -> None:
    file = written(tmp_path, "id: one\nclock: 2026-11-24T10:00:00-05:00\nturns: [{advance: 2026-11-25}]\n")
    case = load([file])[0].case
    assert (case.clock.now, case.turns[0].advance) == ("2026-11-24T10:00:00-05:00", "2026-11-25")


def test_every_broken_file_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, "id: [", "a.case.yaml")
    written(tmp_path, "{\n", "b.cases.jsonl")
    written(tmp_path, "- 1\n", "c.case.yaml")
    told = refusal(tmp_path).splitlines()
    assert [line.split(":")[0].rsplit("/")[-1] for line in told] == ["a.case.yaml", "c.case.yaml", "b.cases.jsonl"] or [
        line.split(":")[0].rsplit("/")[-1] for line in told
    ] == ["a.case.yaml", "b.cases.jsonl", "c.case.yaml"]


def test_a_suite_that_would_run_nothing_is_refused(tmp_path: Path) -> None:
    assert "there is no case to run" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "nowhere")
    file = written(tmp_path, GOOD)
    with pytest.raises(BadInput, match="1 were found, none with"):
        load([file], tags=["no such tag"])


def test_two_cases_with_one_id_are_refused(tmp_path: Path) -> None:
    assert "is taken by" in refusal(written(tmp_path, GOOD + "---\n" + GOOD))


def test_short_forms_stand_for_long_ones() -> None:
    one = Case.model_validate(
        {"id": "a", "clock": CLOCK, "reader": "scripted", "turns": [
            {"missed_call": "busy"}, {"staff": "approve"}, {"restart": True},
            {"user": "x", "expect": [{"calls_tool": "book"}, {"model_never_saw": {"matches": "x"}}]},
        ]}
    )  # fmt: skip
    assert one.turns[0].missed_call is not None and one.turns[0].missed_call.outcome == "busy"
    assert one.turns[1].staff is not None and one.turns[1].staff.decide == "approve"
    assert [turn.kind for turn in one.turns] == ["missed_call", "staff", "restart", "user"]
    asserted = [e.asserts for e in one.turns[3].expect]
    assert [(name, negative) for name, _, negative in asserted] == [("calls_tool", False), ("model_saw", True)]


def test_a_written_case_reads_back_as_itself(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD + "      - calls_tool: {name: book, args~: {service: cut}}\n        message: why\n")
    case = load([file])[0].case
    assert Case.model_validate(case.as_json()) == case
    assert Case.model_validate_json(json.dumps(case.as_json())) == case
