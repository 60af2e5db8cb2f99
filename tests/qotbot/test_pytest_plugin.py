"""Case files are tests: one item a case, found by id and tag, with the turn and the evidence in the failure."""

from __future__ import annotations

import pytest

CASES = """\
id: parking
tags: [reads]
clock: "2026-11-24T10:00:00-05:00"
turns:
  - user: is there parking?
    expect: [{says: parking}]
---
id: wrong
clock: "2026-11-24T10:00:00-05:00"
turns:
  - user: is there parking?
    expect: [{says: elephants}]
---
id: by-a-model
clock: "2026-11-24T10:00:00-05:00"
reader: live
turns: [{user: hello}]
"""
QUIET = ("-p", "no:langsmith_plugin", "-p", "no:valkey", "-p", "qotbot.pytest_plugin", "-W", "ignore")


def test_each_case_is_an_item(pytester: pytest.Pytester) -> None:
    pytester.makefile(".case.yaml", salon=CASES)
    found = pytester.runpytest_inprocess(*QUIET, "-rs", f"--junitxml={pytester.path}/j.xml")
    found.assert_outcomes(passed=1, failed=1, skipped=1)
    found.stdout.fnmatch_lines(["*turn 1 (user: is there parking?): says: nothing matched", "*evidence*parking*"])
    found.stdout.fnmatch_lines(["*needs --qotbot-live*"])
    assert 'name="parking"' in (pytester.path / "j.xml").read_text()


def test_items_are_chosen_by_id_and_tag_and_multiplied_by_seeds(pytester: pytest.Pytester) -> None:
    pytester.makefile(".case.yaml", salon=CASES)
    listed = pytester.runpytest_inprocess(*QUIET, "-k", "reads", "--collect-only", "-q")
    listed.stdout.fnmatch_lines(["salon.case.yaml::parking", "*1/3 tests collected*"])
    more = ("--qotbot-perturb", "typos", "--qotbot-seeds", "2", "--collect-only", "-q", "-k", "parking")
    pytester.runpytest_inprocess(*QUIET, *more).stdout.fnmatch_lines(["*::parking[[]typos-1]"])


def test_a_broken_file_is_a_collection_error_with_its_line(pytester: pytest.Pytester) -> None:
    pytester.makefile(".case.yaml", bad="id: x\nclock: y\nturnz: []\n")
    found = pytester.runpytest_inprocess(*QUIET)
    assert found.ret != 0
    found.stdout.fnmatch_lines(["*bad.case.yaml:3: turnz: unknown setting*did you mean turns*"])
