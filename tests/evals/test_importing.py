"""Other formats as cases and back: what the customer said and what was called comes through; mistakes are named."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from evals import importing
from evals.importers.building import LeftOut
from evals.importers.openai_messages import messages
from evals.suite import load

TALK: list[dict[str, Any]] = [
    {"role": "system", "content": "You are a salon."},
    {"role": "user", "content": "a cut tomorrow at 3"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"day": "tomorrow"}'}}]},
    {"role": "tool", "tool_call_id": "1", "content": "free"},
    {"role": "assistant", "content": "3 pm is free.\nShall I book it?"},
    {"role": "user", "content": [{"type": "text", "text": "yes please"}]},
    {"role": "assistant", "content": "", "tool_calls": [
        {"id": "2", "type": "function", "function": {"name": "BookAppointment", "arguments": '{"time": "15:00"}'}}]},
]  # fmt: skip


def _written(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def _said(all_: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Words and calls alone, in order: a case keeps no ids, no tool results and no system prompt."""
    found: list[tuple[str, Any]] = []
    for one in all_:
        text = "".join(p["text"] for p in one["content"]) if isinstance(one["content"], list) else one["content"]
        if one["role"] in ("user", "assistant") and text:
            found.append((one["role"], text))
        found += [(c["function"]["name"], json.loads(c["function"]["arguments"])) for c in one.get("tool_calls", ())]
    return found


def test_messages_come_back_as_they_were(tmp_path: Path) -> None:
    file = _written(tmp_path / "talks.jsonl", {"id": "a b", "messages": TALK})
    [case] = importing.cases("openai", file, {})
    assert case.id == "a-b" and [turn.user for turn in case.turns] == [["a cut tomorrow at 3"], ["yes please"]]
    assert _said(messages(case)) == _said(TALK)
    [line] = importing.export("langsmith", [case])
    [again] = importing.cases("langsmith", _written(tmp_path / "again.jsonl", json.loads(line)), {})
    assert _said(messages(again)) == _said(TALK)


def test_their_tool_may_be_one_of_ours_and_a_written_case_is_read_again(tmp_path: Path) -> None:
    file = _written(tmp_path / "talks.jsonl", {"id": "one", "messages": TALK})
    [case] = importing.cases("openai", file, importing.tools_of(["BookAppointment=book"]))
    wanted = case.turns[-1].expect[0].calls_tool
    assert wanted is not None and (wanted.name, wanted.args_like) == ("book", {"time": "15:00"})
    importing.write([case], tmp_path / "out")
    [loaded] = load([tmp_path / "out"])
    assert loaded.case == case
    with pytest.raises(BadInput, match="is there already"):
        importing.write([case], tmp_path / "out")


@pytest.mark.parametrize("kind", ["sgd", "star", "tm4"])
def test_recorded_dialogues_keep_their_words(shared_data: Path, kind: str) -> None:
    file = shared_data / "smoke" / (f"{kind}.jsonl" if kind == "tm4" else f"{kind}.jsonl.gz")
    found = list(importing.cases(kind, file, {}))
    assert len(found) >= 57 and len({case.id for case in found}) == len(found)
    from evals.corpora.rows import Rows

    first = next(iter(Rows(file)))
    words = [turn["text"].strip() or "…" for turn in first["turns"] if turn["role"] == "user"]
    assert [text for turn in found[0].turns for text in turn.user or ()] == words


def test_what_no_case_is_made_of_is_named_with_its_reason(tmp_path: Path) -> None:
    silent = {"id": "a", "turns": [{"role": "guide", "text": "welcome"}]}
    spoken = {"id": "b", "turns": [{"role": "user", "text": "hi"}]}
    left: list[LeftOut] = []
    [case] = importing.cases("star", _written(tmp_path / "s.jsonl", silent, spoken), {}, left=left)
    assert (case.id, left) == ("b", [LeftOut("s.jsonl:1 (a)", "no customer speaks in it")])
    assert not list(importing.cases("openai", _written(tmp_path / "o.jsonl", {"messages": []}), {}, left=left))
    assert left[1].where == "o.jsonl:1"


@pytest.mark.parametrize(
    ("kind", "name", "n"), [("tau1", "tau1_airline_gpt4o_runs", 120), ("tau2", "tau2_airline_gold", 30)]
)
def test_runs_and_tasks_of_tau(shared_data: Path, kind: str, name: str, n: int) -> None:
    found = list(importing.cases(kind, shared_data / f"{name}.jsonl.gz", {"cancel_reservation": "cancel"}))
    assert len(found) == n
    assert any(one.calls_tool and one.calls_tool.name == "cancel" for c in found for t in c.turns for one in t.expect)


def test_livekit_scenarios(shared_data: Path) -> None:
    found = list(importing.cases("livekit", shared_data / "scenarios" / "livekit_hotel_receptionist.yaml", {}))
    assert len(found) == 72
    first = found[0]
    assert first.turns[0].user == ["Hi, I'd like to book a room for next month."]
    assert "arriving July 14th, departing July 17th" in (first.note or "") and "breakfast question" in first.judge[0]


def test_pipecat_scenarios(shared_data: Path) -> None:
    folder = shared_data / "scenarios"
    [pizza] = importing.cases("pipecat", folder / "pipecat_food_ordering_pizza.yaml", {"select_pizza_order": "order"})
    wanted = pizza.turns[1].expect[0].calls_tool
    assert wanted is not None and wanted.args_like == {"size": "large", "pizza_type": "pepperoni"}
    assert pizza.judge[0].startswith("the bot greets")
    [keys] = importing.cases("pipecat", folder / "pipecat_dtmf_menu.yaml", {})
    assert [turn.press for turn in keys.turns] == ["1#", "2", "3", "5551234567#"]
    for file in folder.glob("pipecat_*.yaml"):
        assert list(importing.cases("pipecat", file, {}))


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("poems", "{}", "no importer 'poems'; choose one of openai"),
        ("openai", '{"id": 1}', r"file:1 \(1\): messages: Field required; a row has messages"),
        ("openai", '{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": '
         '[{"function": {"name": "f", "arguments": "{"}}]}]}', "file:1: message 1: the arguments of f are not JSON"),
        ("openai", '{"messages": [{"role": "user", "content": ["x"]}]}', "file:1: messages"),
        ("langsmith", '{"inputs": 5}', "file:1: inputs and outputs must be objects"),
        ("pipecat", "name: x\nturns: [", "file:2: not YAML"),
        ("pipecat", "name: x", "file: turns: Field required; a Pipecat scenario has"),
        ("livekit", "name: x", "file:1: expected a list `scenarios:`"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(tmp_path: Path, kind: str, text: str, says: str) -> None:
    (tmp_path / "file").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=says):
        list(importing.cases(kind, tmp_path / "file", {}))


def test_a_file_that_cannot_be_used_leaves_no_half_of_it(tmp_path: Path) -> None:
    file = _written(tmp_path / "two.jsonl", {"messages": [{"role": "user", "content": "hi"}]}, {"id": 1})
    with pytest.raises(BadInput, match="two.jsonl:2"):
        importing.write(importing.cases("openai", file, {}), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
    with pytest.raises(BadInput, match="name another folder"):
        importing.write([], file)


def test_a_mapping_must_name_both() -> None:
    with pytest.raises(BadInput, match="write theirs=ours"):
        importing.tools_of(["book"])
    with pytest.raises(BadInput, match="no export"):
        list(importing.export("csv", []))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60) | st.sampled_from(
    ["\\n" * 70, "a" * 97 + "\\\\n" * 9, "1. one\n2. two\u2028three\u0085", '"quoted" \\" ' * 20, "- x: y\n\n# z" * 9]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), WORDS), min_size=1, max_size=5))
def test_what_was_said_comes_back_word_for_word_from_the_file(said: list[tuple[str, str]]) -> None:
    told = [{"role": "user", "content": "hello"}, *({"role": role, "content": words} for role, words in said)]
    folder = Path(tempfile.mkdtemp())
    (folder / "in.jsonl").write_text(json.dumps({"id": "x", "messages": told}) + "\n", "utf-8")
    [case] = importing.cases("openai", folder / "in.jsonl", {})
    [file] = importing.write([case], folder / "out")
    [one] = load([file])
    read = one.case
    assert messages(read) == messages(case)
    kept = [m["content"] for m in messages(read) if m["role"] == "assistant"]
    assert kept == [words for role, words in said if role == "assistant" and words.strip()]
