"""The figures of a corpus file, and the errors that name file, line and what to mend."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput
from evals.corpora.rows import LONGEST_ROW, Rows
from evals.corpus import figures, passed


def _written(path: Path, *rows: object) -> Path:
    lines = "\n".join(json.dumps(row) for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(lines.encode()))
    else:
        path.write_text(lines, encoding="utf-8")
    return path


def _clinc(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"intent": intent, "text": text, "split": "test"} for intent, text in pairs]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_first_messages_are_counted_by_split(tmp_path: Path, name: str) -> None:
    rows = _clinc(
        ("yes", "yep"),
        ("no", "nope"),
        ("cancel_reservation", "hello"),
        ("oos", "book a table for two"),
        ("weather", "is it raining"),
    )
    found = figures("clinc", _written(tmp_path / name, *rows))
    rates = found["all"]
    assert found["test"] == rates
    assert (rates["in_domain"], rates["right_rate"], rates["out_of_scope"]) == (3, 0.6667, 1)
    assert (rates["false_action_rate"], rates["other_domain"]) == (1.0, 1)
    assert not passed(found)
    assert passed(figures("clinc", _written(tmp_path / name, *_clinc(("yes", "yep"), ("oos", "why is the sky blue")))))


def test_private_texts_are_no_opt_outs(tmp_path: Path) -> None:
    ham = [{"label": "ham", "text": "ok see you at 5"}] * 9
    found = figures("sms", _written(tmp_path / "rows.jsonl", *ham, {"label": "spam", "text": "Reply STOP to end"}))
    assert (found["ham"], found["false_opt_outs"], found["spam"]) == (9, 0, 1)
    assert passed(found)
    found = figures("sms", _written(tmp_path / "rows.jsonl", *ham, {"label": "ham", "text": "STOP", "id": "x"}))
    assert found["taken_for_opt_outs"] == [{"row": "rows.jsonl:10 (x)", "rule": "keyword:stop", "layer": "exact"}]
    assert not passed(found)


@pytest.mark.parametrize(
    ("kind", "rows", "says"),
    [
        ("poems", [], "no corpus 'poems'; choose one of sgd, star, tm4, tau2, tau1, sms, clinc, hotel"),
        ("clinc", [], "no message"),
        (
            "clinc",
            [{"text": "hi", "intent": "greeting"}, {"text": "hi"}],
            r"rows.jsonl:2: intent: Field required; a row",
        ),
        ("clinc", [[1]], "rows.jsonl:1: expected an object; write one JSON object a line"),
        ("sgd", [{"id": "x", "services": ["Services_1"]}], r"rows.jsonl:1 \(x\): turns: Field required; a row has"),
        ("sgd", [], "there is no conversation in this file"),
        ("sgd", [{"intent": "yes", "text": "yes"}], "rows.jsonl:1"),
        ("star", [{"id": "s", "turns": [{"text": "hi"}]}], r"rows.jsonl:1 \(s\): turns.0.role: Field required; a row"),
        ("star", [], "no conversation"),
        ("tm4", [{"turns": []}], "rows.jsonl:1: id: Field required"),
        ("tm4", [], "no conversation"),
        ("tau2", [{"id": "t", "end_sha256": 5}], r"rows.jsonl:1 \(t\): end_sha256"),
        ("tau2", [], "no task"),
        ("tau1", [{"id": "t", "task_id": 1, "reward": "x", "messages": []}], r"rows.jsonl:1 \(t\): reward"),
        ("tau1", [], "no run"),
        ("sms", [{"label": "eggs", "text": "hi"}], "rows.jsonl:1: label: Input should be 'ham' or 'spam'; a row"),
        ("sms", [], "no text"),
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, kind: str, rows: list[object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        figures(kind, _written(tmp_path / "rows.jsonl", *rows))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "rows.jsonl.gz"
    broken.write_bytes(b"not gzip")
    for kind, file in (("clinc", broken), ("clinc", tmp_path / "none.jsonl"), ("hotel", tmp_path / "none.yaml")):
        with pytest.raises(BadInput, match="cannot be read"):
            figures(kind, file)
    (tmp_path / "rows.jsonl").write_text("{oops", encoding="utf-8")
    with pytest.raises(BadInput, match="rows.jsonl:1: not JSON"):
        figures("clinc", tmp_path / "rows.jsonl")
    (tmp_path / "some.yaml").write_text("scenarios:\n  - label: [", encoding="utf-8")
    with pytest.raises(BadInput, match="some.yaml:2: not YAML"):
        figures("hotel", tmp_path / "some.yaml")
    (tmp_path / "some.yaml").write_text("scenarios:\n  - label: a\n", encoding="utf-8")
    with pytest.raises(BadInput, match="some.yaml: scenario 1: instructions: Field required"):
        figures("hotel", tmp_path / "some.yaml")


def test_a_gzipped_file_is_known_by_its_first_bytes_and_a_line_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(gzip.compress(b'{"id": "x"}\n\n{"id": "y"}'))
    assert [(row["id"], row["row"]) for row in Rows(tmp_path / "rows")] == [("x", 1), ("y", 3)]
    (tmp_path / "long").write_text('{"id": "' + "x" * LONGEST_ROW, encoding="utf-8")
    with pytest.raises(BadInput, match="long:1: the line is longer than"):
        list(Rows(tmp_path / "long"))


def test_figures_of_nothing_known_are_refused() -> None:
    with pytest.raises(BadInput):
        passed({"poems": 1})


def _dialogue(reply: str, label: str, *, writes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    confirm = [
        {"act": "CONFIRM", "slot": "appointment_date", "v": ["march 2nd"], "c": ["2019-03-02"]},
        {"act": "CONFIRM", "slot": "appointment_time", "v": ["11 am"], "c": ["11:00"]},
    ]
    act = "AFFIRM" if label == "affirm" else "NEGATE"
    return {
        "id": "one",
        "split": "test",
        "services": ["Services_1"],
        "gold": {"confirm_replies": [{"ask": 1, "reply": 2, "label": label}], "writes": writes or []},
        "turns": [
            {
                "role": "user",
                "text": "Book me an appointment on March 2nd at 11 am",
                "acts": [{"act": "INFORM_INTENT", "slot": "intent", "v": ["BookAppointment"]}],
            },
            {"role": "assistant", "text": "An appointment on March 2nd at 11 am?", "acts": confirm},
            {"role": "user", "text": reply, "acts": [{"act": act}]},
            {"role": "assistant", "text": "It is done.", "acts": []},
        ],
    }


def test_a_replay_books_what_the_customer_confirmed(tmp_path: Path) -> None:
    args = {"appointment_date": "2019-03-02", "appointment_time": "11:00"}
    write = {"turn": 3, "name": "Services_1.BookAppointment", "args": args, "affirmed_by_turn": 2}
    found = figures("sgd", _written(tmp_path / "rows.jsonl", _dialogue("Yes, please.", "affirm", writes=[write])))
    rates = found["acts"]["all"]
    assert (rates["turns"], rates["act_right"], rates["replays"], rates["replays_booked_right"]) == (2, 1.0, 1, 1)
    labels = found["guards"]["labels"]
    assert (labels["consequential_calls"], labels["gate_coverage"], labels["originals_blocked"]) == (1, 1.0, 0)
    assert labels["mutated_blocked_rate"] == 1.0
    assert found["guards"]["words"]["pass_at_once"] == 1
    assert found["cost"]["most_memory_mb"] > 10
    assert passed(found)


def test_a_call_that_nobody_agreed_to_is_a_miss(tmp_path: Path) -> None:
    write = {"turn": 3, "name": "Services_1.BookAppointment", "args": {"appointment_time": "11:00"}}
    found = figures("sgd", _written(tmp_path / "rows.jsonl", _dialogue("No, wait.", "negate", writes=[write])))
    assert found["guards"]["labels"]["originals_blocked"] == 1
    assert not passed(found)


def test_a_no_taken_for_a_yes_fails(tmp_path: Path) -> None:
    found = figures("sgd", _written(tmp_path / "rows.jsonl", _dialogue("Sure.", "negate")))
    assert found["confirmations"]["unsafe_yes"] == 1
    assert not passed(found)
