"""The gate fails closed, and one guard more never loosens anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import facts
from making import NOW, booking_of, salon

from domain.decision import Finding
from domain.guard import Guard
from guards.facts import Clearance, Facts
from guards.gate import ask, judge

FINDINGS = st.none() | st.builds(
    Finding, st.just("a rule"), st.sampled_from(["allow", "ask", "hold", "deny"]), st.just("a reason")
)
REFUSED_FIRST = ["refuse", "ask", "hold", "run"]
BOOK = booking_of()


def says(name: str, found: Any) -> Guard:
    """A guard that always answers the same, or raises what it is given."""

    def answer(_action: Any, _facts: Any) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    return Guard(name, reads=(), judge=answer)


def decided(*answers: Any) -> tuple[str, tuple[Finding, ...]]:
    guards = tuple(says(f"guard_{n}", answer) for n, answer in enumerate(answers))
    clearance = Clearance(guards, salon(), NOW)
    decision = judge(BOOK, {g.name: ask(g, BOOK, facts()) for g in guards}, clearance)
    return decision.outcome, decision.findings


@given(st.lists(FINDINGS, min_size=1, max_size=6), FINDINGS, st.data())
def test_one_guard_more_never_loosens(found: list[Finding | None], more: Finding | None, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(found)))
    before, after = decided(*found)[0], decided(*found[:place], more, *found[place:])[0]
    assert REFUSED_FIRST.index(after) <= REFUSED_FIRST.index(before)


@given(st.lists(FINDINGS, min_size=1, max_size=6), st.data())
def test_the_order_of_guards_does_not_matter(found: list[Finding | None], data: st.DataObject) -> None:
    assert decided(*found)[0] == decided(*data.draw(st.permutations(found)))[0]


@given(st.lists(FINDINGS, min_size=1, max_size=6))
def test_it_runs_only_where_nobody_minds(found: list[Finding | None]) -> None:
    minds = [f for f in found if f is not None and f.verdict != "allow"]
    assert (decided(*found)[0] == "run") is not minds


BROKEN = [
    ValueError("boom"), LookupError(), Finding("x", "block", "a typo"), True, "deny", 0,  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize("answer", BROKEN, ids=repr)
def test_a_broken_guard_denies_and_is_told_of(answer: Any) -> None:
    outcome, findings = decided(None, answer)
    assert outcome == "refuse"
    assert [(f.rule, f.verdict, f.evidence) for f in findings] == [("guard_1", "deny", ("guard_failed",))]


def test_a_guard_that_reads_what_it_did_not_declare_denies() -> None:
    def peek(_action: Any, known: Facts) -> None:
        assert known.standing

    found = ask(Guard("peeking", reads=("row",), judge=peek), BOOK, facts())
    assert found is not None and found.verdict == "deny"


def test_no_guards_refuse() -> None:
    assert decided() == ("refuse", (Finding("gate", "deny", "there are no guards", ("guard_missing",)),))


def test_a_guard_that_was_not_asked_refuses() -> None:
    asked, forgotten = says("asked", None), says("forgotten", None)
    decision = judge(BOOK, {"asked": None}, Clearance((asked, forgotten), salon(), NOW))
    assert decision.outcome == "refuse" and decision.rules == ("forgotten",)


def test_an_answer_of_a_stranger_still_counts() -> None:
    asked = says("asked", None)
    decision = judge(BOOK, {"asked": None, "stranger": Finding("s", "deny", "no")}, Clearance((asked,), salon(), NOW))
    assert decision.outcome == "refuse"
