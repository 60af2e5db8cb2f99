"""The figures of a corpus file, and the errors that name what cannot be used."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput
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
    assert isinstance(rates, dict)
    assert found["test"] == rates
    assert (rates["in_domain"], rates["right_rate"], rates["out_of_scope"]) == (3, 0.6667, 1)
    assert (rates["false_action_rate"], rates["other_domain"]) == (1.0, 1)
    assert not passed(found)
    assert passed(figures("clinc", _written(tmp_path / name, *_clinc(("yes", "yep"), ("oos", "why is the sky blue")))))


def _dialogue(reply: str, label: str) -> dict[str, Any]:
    confirm = [
        {"act": "CONFIRM", "slot": "appointment_date", "v": ["march 2nd"], "c": ["2019-03-02"]},
        {"act": "CONFIRM", "slot": "appointment_time", "v": ["11 am"], "c": ["11:00"]},
    ]
    act = "AFFIRM" if label == "affirm" else "NEGATE"
    return {
        "id": "one",
        "split": "test",
        "services": ["Services_1"],
        "gold": {"confirm_replies": [{"ask": 1, "reply": 2, "label": label}]},
        "turns": [
            {
                "role": "user",
                "text": "Book me an appointment on March 2nd at 11 am",
                "acts": [{"act": "INFORM_INTENT", "slot": "intent", "v": ["BookAppointment"]}],
            },
            {"role": "assistant", "text": "An appointment on March 2nd at 11 am?", "acts": confirm},
            {"role": "user", "text": reply, "acts": [{"act": act}]},
        ],
    }


def test_a_replay_books_what_the_customer_confirmed(tmp_path: Path) -> None:
    found = figures("sgd", _written(tmp_path / "rows.jsonl", _dialogue("Yes, please.", "affirm")))
    rates = found["all"]
    assert isinstance(rates, dict)
    assert (rates["turns"], rates["act_right"], rates["replays"], rates["replays_booked_right"]) == (2, 1.0, 1, 1)
    assert passed(found)


def test_a_no_taken_for_a_yes_fails(tmp_path: Path) -> None:
    found = figures("sgd", _written(tmp_path / "rows.jsonl", _dialogue("Sure.", "negate")))
    rates = found["all"]
    assert isinstance(rates, dict)
    assert rates["false_yes"] == 1
    assert not passed(found)


@pytest.mark.parametrize(
    ("kind", "rows", "says"),
    [
        ("poems", [], "no corpus 'poems'; choose one of sgd, clinc"),
        ("clinc", [], "no message"),
        ("clinc", [{"text": "hi", "intent": "greeting"}, {"text": "hi"}], "row 2: intent: Field required"),
        ("clinc", [[1]], "row 1: expected an object"),
        ("sgd", [{"id": "x", "services": ["Services_1"]}], r"row 1 \(x\): turns: Field required"),
        ("sgd", [{"id": "x", "services": ["Hotels_1"], "turns": []}], "no conversation with a Services_"),
        ("sgd", [{"intent": "yes", "text": "yes"}], "row 1"),
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, kind: str, rows: list[object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        figures(kind, _written(tmp_path / "rows.jsonl", *rows))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "rows.jsonl.gz"
    broken.write_bytes(b"not gzip")
    with pytest.raises(BadInput, match="cannot be read"):
        figures("clinc", broken)
    with pytest.raises(BadInput, match="cannot be read"):
        figures("clinc", tmp_path / "none.jsonl")
    (tmp_path / "rows.jsonl").write_text("{oops", encoding="utf-8")
    with pytest.raises(BadInput, match="row 1: not JSON"):
        figures("clinc", tmp_path / "rows.jsonl")


def test_figures_of_nothing_known_are_refused() -> None:
    with pytest.raises(BadInput):
        passed({"corpus": "poems"})
