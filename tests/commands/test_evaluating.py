"""`qotbot eval` as it is typed: what it prints, what it keeps, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from commands.evaluating import BROKEN, FAILED, _tell
from domain.errors import BadInput
from evals import results
from evals.finding import Result, Violation

CASES = """\
id: parking
clock: "2026-11-24T10:00:00-05:00"
turns:
  - user: is there parking?
    expect: [{says: parking}]
---
id: hello
clock: "2026-11-24T10:00:00-05:00"
turns:
  - user: hello
    expect: [{says: WORD}]
"""


def cases(folder: Path, word: str) -> str:
    (folder / "two.case.yaml").write_text(CASES.replace("WORD", word))
    return str(folder)


def typed(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["eval", *words], catch_exceptions=True)
    if isinstance(done.exception, BadInput):
        raise done.exception
    return done.exit_code, done.output


def test_a_run_is_told_kept_reported_and_compared(tmp_path: Path) -> None:
    kept = [str(tmp_path / name) for name in ("a.json", "b.json", "a.html", "a.xml", "b.html")]
    code, out = typed("run", cases(tmp_path, "Willow"), "--out", kept[0], "--html", kept[2], "--junit", kept[3])
    assert code == 0 and "2 of 2 runs passed" in out
    code, out = typed("run", cases(tmp_path, "elephants"), "--out", kept[1])
    assert code == FAILED and "turn 1 (user: hello): says: nothing matched" in out
    assert typed("report", kept[1], "--html", kept[4])[0] == 0 and "elephants" in Path(kept[4]).read_text()
    code, out = typed("compare", kept[0], kept[1])
    assert code == FAILED and "newly failing: 1\n  hello" in out
    assert typed("compare", kept[1], kept[0], "--json")[0] == 0
    assert "parking" in Path(kept[2]).read_text() and "<testcase" in Path(kept[3]).read_text()


def test_json_is_the_whole_run(tmp_path: Path) -> None:
    code, out = typed(
        "run", cases(tmp_path, "Willow"), "-k", "parking", "--perturb", "doubled", "--seeds", "2", "--json"
    )
    told = json.loads(out)
    assert code == 0 and told["format"] == "qotbot-eval-1" and told["figures"]["runs"] == 3
    assert set(told["figures"]["pass_k"]) == {"1", "2", "3"}


def test_what_cannot_be_run_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, why in (
        (("run", str(tmp_path / "empty")), "no case to run"),
        (("run", "no-such-suite"), "approvals, compliance"),
        (("run", cases(tmp_path, "x"), "--perturb", "earthquake"), "there is no perturbation"),
        (("record", cases(tmp_path, "x")), "no case here has a cassette"),
        (("check", str(tmp_path / "none.jsonl")), "cannot be read"),
        (("check", str(tmp_path / "none.jsonl"), "--zone", "Nowhere"), "there is no time zone 'Nowhere'"),
        (("run", cases(tmp_path, "x"), "--html", str(tmp_path)), "cannot be written"),
        (("scrub", str(tmp_path / "none.txt"), "--out", str(tmp_path / "out")), "none.txt: cannot be read"),
        (("export", "openai", "smoke", "--out", str(tmp_path)), "cannot be written"),
    ):
        with pytest.raises(BadInput, match=why):
            typed(*words)


def test_a_broken_invariant_ends_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    broken = Result(case="a", status="violated", violations=(Violation(invariant="no_false_claim", what="it lied"),))
    with pytest.raises(Exception) as ended:
        _tell([broken], results.as_json([broken]), as_json=False)
    assert getattr(ended.value, "exit_code", None) == BROKEN and "no_false_claim: it lied" in capsys.readouterr().out


def test_a_guard_that_is_taken_away_is_missed_by_the_cases_that_compare_names(tmp_path: Path) -> None:
    case = "id: strict\nclock: 2026-11-24T10:00:00-05:00\noverrides: {policy: {actions: {book: never}}}\n"
    case += "turns:\n  - user: haircut with Ana friday at 3pm\n"
    case += "    expect: [{not_calls_tool: {name: book, state: asked}}]\n"
    (tmp_path / "one.case.yaml").write_text(case)
    kept = [str(tmp_path / name) for name in ("with.json", "without.json")]
    assert typed("run", str(tmp_path), "--out", kept[0])[0] == 0
    code, out = typed("run", str(tmp_path), "--without", "tier", "--out", kept[1])
    assert code == FAILED and f"place    {tmp_path}/one.case.yaml:6" in out
    assert results.read(Path(kept[1])).about["without"] == "tier"
    code, out = typed("compare", *kept)
    assert code == FAILED and "newly failing: 1\n  strict" in out
