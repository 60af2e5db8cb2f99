"""Figures, comparisons, perturbations and result files, over results made by hand."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from domain.errors import BadInput
from evals import junit, report, results
from evals.case import Case
from evals.compare import compare
from evals.figures import figures, pass_k
from evals.finding import Failure, Line, Result, Violation
from evals.judges import vetoes
from evals.perturbing import PERTURBATIONS, perturbed
from evals.results import Run

CASE = Case.model_validate(
    {
        "id": "c",
        "clock": "2026-11-24T10:00:00-05:00",
        "turns": [{"user": "a haircut with Ana on friday at three"}, {"user": "yes"}, {"staff": "approve"}],
    }
)
FAILURE = Failure(turn=1, after="user: hi", assertion="says", wanted="contains: <b>", why="nothing matched")
VIOLATION = Violation(invariant="no_false_claim", what="a claim", turn=1, evidence=("10:00 sent",))


def result(case: str, status: str = "passed", seed: int = 0) -> Result:
    return Result(
        case=case, status=status, seed=seed, perturbation="typos" if seed else "", sends=2, writes=1, turns=2,
        failures=(FAILURE,) if status == "failed" else (), violations=(VIOLATION,) if status == "violated" else (),
        transcript=(Line(turn=1, at="2026-11-24 10:00:00", kind="hears", text="<script>alert(1)</script>"),),
    )  # fmt: skip


def run(*found: Result) -> Run:
    made = results.as_json(found, seconds=1.0)
    return Run(about=made["about"], figures=made["figures"], results=found)


def test_pass_k_is_the_chance_that_k_runs_all_pass() -> None:
    assert pass_k([(4, 4), (4, 2)], 1) == 0.75
    assert pass_k([(4, 4), (4, 2)], 2) == pytest.approx((1 + 1 / 6) / 2)
    assert pass_k([(4, 3)], 4) == 0
    assert isnan(pass_k([(1, 1)], 2)), "a case with fewer runs than k says nothing"


def test_figures_count_runs_cases_and_broken_invariants() -> None:
    found = figures([result("a"), result("a", "failed", 1), result("b"), result("b", "violated", 1)])
    assert (found["runs"], found["cases"], found["passed"], found["failed"], found["violated"]) == (4, 2, 2, 1, 1)
    assert found["pass_k"] == {"1": 0.5, "2": 0.0}
    assert found["violations"]["no_false_claim"] == found["false_claims"] == 1
    assert found["violations_per_1000_messages"] == 125.0 and found["gate_coverage"] == 1.0


def test_a_comparison_is_paired_and_names_what_changed() -> None:
    before = run(result("a"), result("b", "failed"), result("c"), result("d"), result("gone"))
    after = run(result("a"), result("b"), result("c", "failed"), result("d", "violated"), result("new"))
    found = compare(before, after)
    assert (found.pairs, found.newly_fixed, found.newly_failing) == (4, ("b",), ("c", "d"))
    assert found.newly_violated == ("d",) and found.regressed
    assert (found.only_a, found.only_b) == (("gone",), ("new",))
    assert found.low < -0.25 < found.high and found.p == 1.0


def test_better_is_no_regression_and_nothing_in_common_is_refused() -> None:
    better = compare(run(result("a", "failed")), run(result("a")))
    assert not better.regressed and better.rate_b == 1.0
    with pytest.raises(BadInput, match="nothing to compare"):
        compare(run(result("a")), run(result("b")))


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_perturbation_repeats_with_its_seed_and_keeps_what_is_expected(name: str) -> None:
    once, again = perturbed(CASE, name, 3), perturbed(CASE, name, 3)
    assert once == again and once != CASE
    assert [t.staff for t in once.turns if t.staff] == [t.staff for t in CASE.turns if t.staff]
    assert once.turns[-2 if name == "doubled" else -1].kind == "staff" or name == "doubled"


def test_short_answers_are_never_misspelled() -> None:
    for seed in range(20):
        said = [t.user for t in perturbed(CASE, "typos", seed).turns if t.user]
        assert said[1] == ["yes"]
    assert PERTURBATIONS["typos"](CASE, Random(1)).turns[0].user != CASE.turns[0].user
    with pytest.raises(BadInput, match="there are typos, split"):
        perturbed(CASE, "earthquake", 1)


def test_results_read_back_as_they_were_written(tmp_path: Path) -> None:
    found = (result("a"), result("b", "failed"), result("c", "violated"))
    results.write(tmp_path / "r.json", results.as_json(found, seconds=2.0))
    assert results.read(tmp_path / "r.json").results == found
    for bad in ("", "[]", '{"format": "other"}', '{"format": "qotbot-eval-1", "about": {}, "figures": {}}'):
        (tmp_path / "bad.json").write_text(bad)
        with pytest.raises(BadInput, match="bad.json"):
            results.read(tmp_path / "bad.json")


def test_the_report_shows_violations_first_and_runs_no_customer_s_markup() -> None:
    page = report.html(run(result("case-good"), result("case-bad", "failed"), result("case-worse", "violated")))
    assert page.index("case-worse") < page.index("case-bad") < page.index("case-good")
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "http://" not in page and "https://" not in page, "it needs nothing else"
    assert "a claim" in page and "10:00 sent" in page and "nothing matched" in page


def test_junit_has_a_case_a_run(tmp_path: Path) -> None:
    junit.write(tmp_path / "j.xml", [result("a"), result("b", "failed"), result("c", "error")])
    suite = ElementTree.parse(tmp_path / "j.xml").getroot()  # noqa: S314  our own file
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [case.find("failure") is not None for case in suite] == [False, True, False]


class Stern:
    """A judge who is never content."""

    name = "stern"
    asked = 0

    async def veto(self, wish: str, transcript: object) -> str | None:
        self.asked += 1
        return f"not enough {wish}"


async def test_a_judge_may_veto_and_never_rescues() -> None:
    stern = Stern()
    assert await vetoes([stern], ["courtesy"], result("a")) == ("stern: courtesy: not enough courtesy",)
    assert await vetoes([stern], ["courtesy"], result("a", "failed")) == () and stern.asked == 1


def test_a_result_is_json() -> None:
    assert json.loads(json.dumps(result("a", "failed").as_json()))["failures"][0]["assertion"] == "says"
