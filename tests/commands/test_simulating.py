"""`qotbot simulate missed-call`: cases are played over signed webhooks and must end as they should."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from terminal import Qotbot

from commands import missed_calls


def test_cases_end_as_they_should_and_say_what_happened(qotbot: Qotbot) -> None:
    ran = qotbot("simulate", "missed-call", "--case", "after-hours", "--case", "opted-out", "--json")
    assert ran.code == 0
    closed, stopped = (json.loads(line) for line in ran.out.splitlines())
    assert (closed["case"], closed["end"], closed["basis"]) == ("after-hours", "texted", "inquiry: the call itself")
    [text] = closed["texts"]
    assert text["text"].startswith("Sorry we missed your call, we are closed until Tuesday 24 November")
    assert (text["to"], text["after_s"] <= 15) == (missed_calls.CALLER, True)
    assert closed["open"] == []
    assert (stopped["end"], stopped["why"]) == ("callback", "consent")
    assert [o["kind"] for o in stopped["open"]] == ["missed_call"]


@pytest.mark.parametrize("case", ["left-open", "forwarded", "forged", "voicemail"])
def test_what_only_the_call_itself_tells_is_played_whole(qotbot: Qotbot, case: str) -> None:
    ran = qotbot("simulate", "missed-call", "--case", case)
    assert ran.code == 0
    assert ran.out.startswith(f"{case}: {missed_calls.CASES[case].end}")


def test_another_end_is_a_failure(qotbot: Qotbot, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(missed_calls.CASES["busy"], end="callback")
    monkeypatch.setitem(missed_calls.CASES, "busy", wrong)
    ran = qotbot("simulate", "missed-call", "--case", "busy")
    assert ran.code == 1
    assert "NOT AS IT SHOULD" in ran.out


def test_cases_are_listed_and_typos_are_told(qotbot: Qotbot) -> None:
    listed = qotbot("simulate", "missed-call", "--list")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(missed_calls.CASES)
    assert qotbot("simulate", "missed-call").code == 2
    unknown = qotbot("simulate", "missed-call", "--case", "bussy")
    assert (unknown.code, "there is no case 'bussy'" in unknown.err) == (2, True)
