"""Judges are asked about what passed only, and their no is a veto; a model's customer proves nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from openai_stub import OpenAIStub, openai_stub
from typer.testing import CliRunner

from cli import app
from domain.errors import BadInput
from evals.customers.acting import ByModel, ByScript, act
from evals.customers.script import Reaction, Script, Scripted
from evals.finding import Line, Result
from evals.judges import ModelJudge, vetoes
from evals.readers import Lineup
from evals.run import Options, run
from evals.suite import load
from graphs.readers.free_words import Said, free_words

SALON = Path(__file__).resolve().parents[2] / "packs" / "salon"
CASE = 'id: one\nclock: "2026-11-24T10:00:00-05:00"\nturns:\n  - user: is there parking?\njudge: [Tone stays polite]\n'
MIA = Script(
    name="Mia", opening="Hi, can I get a haircut on Friday?", facts={"time": "3pm"},
    reactions=[Reaction(when="shall i book it", say="yes please")],
)  # fmt: skip


class Model:
    """A model that answers as it is told, and keeps what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, list[Said]]] = []

    async def words(self, instructions: str, said: Sequence[Said]) -> str:
        self.asked.append((instructions, list(said)))
        return self.answers.pop(0)


def judged(folder: Path, *answers: str) -> tuple[Result, Model]:
    (folder / "one.case.yaml").write_text(CASE, "utf-8")
    model = Model(*answers)
    lineup = Lineup(judges=(ModelJudge("fake", model.words),))
    return run(load([folder]), Options(workers=1), lineup=lineup)[0], model


def test_a_judge_sees_the_words_and_may_veto(tmp_path: Path) -> None:
    result, model = judged(tmp_path, "OK.")
    assert result.ok and "customer: is there parking?" in model.asked[0][1][0][1]
    result, _ = judged(tmp_path, "The second line is curt.")
    assert result.status == "failed" and result.vetoes == ("fake: Tone stays polite: The second line is curt.",)


async def test_a_judge_is_not_asked_about_what_failed() -> None:
    model = Model()
    failed = Result(case="a", status="failed", transcript=(Line(turn=1, at="", kind="says", text="no"),))
    assert await vetoes([ModelJudge("fake", model.words)], ["polite"], failed) == ()


def test_the_phrasebook_judges_nobody() -> None:
    with pytest.raises(BadInput, match="the phrasebook has no words of its own"):
        free_words(None)


def typed(stub: OpenAIStub | None, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    if stub is not None:
        monkeypatch.setenv("QOTBOT_MODEL", "openai:stub")
        monkeypatch.setenv("QOTBOT_MODEL_BASE_URL", stub.url)
    done = CliRunner().invoke(app, ["eval", *words])
    if isinstance(done.exception, BadInput):
        raise done.exception
    return done.exit_code, done.output


def test_the_configured_model_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.case.yaml").write_text(CASE, "utf-8")
    with openai_stub() as stub:
        stub.play("prose")
        code, out = typed(stub, monkeypatch, "run", str(tmp_path), "--judge")
    assert code == 1 and "judge: openai:stub: Tone stays polite: Sure!" in out
    assert "phrasebook" not in out and "Tone stays polite" in stub.asked[0].text


async def test_a_customer_by_script_books_before_a_real_venue() -> None:
    result = await act(ByScript(Scripted(MIA)), SALON, name="mia")
    assert result.ok and result.turns == 3
    assert any("booked" in line.text for line in result.transcript if line.kind == "says")


async def test_a_customer_by_model_is_told_the_person_and_ends_by_itself() -> None:
    model = Model("3pm on Friday please", "yes please", "GOODBYE")
    result = await act(ByModel(MIA, model.words), SALON, name="mia")
    assert result.ok and result.turns == 3 and result.writes == 1
    role, talk = model.asked[0]
    assert "You play Mia" in role and "time: 3pm" in role
    assert talk[0] == ("us", MIA.opening) and talk[1][0] == "them"


def test_simulate_plays_a_script_and_gates_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mia.yaml"
    file.write_text(json.dumps(MIA.model_dump()), "utf-8")
    code, out = typed(None, monkeypatch, "simulate", "--script", str(file))
    assert code == 0 and "3 turns, 0 broken invariants" in out
    with openai_stub() as stub:
        stub.play("prose")
        code, out = typed(stub, monkeypatch, "simulate", "--script", str(file), "--model", "--json")
    told = json.loads(out)
    assert code == 0 and 1 < told["turns"] < 20, "nobody is answered who says the same again and again"
    with pytest.raises(BadInput, match="either --bank"):
        typed(None, monkeypatch, "simulate")
