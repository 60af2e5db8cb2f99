"""`qotbot hours check`: one answer a line, by law or by a policy too; a bad line does not stop the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from machine import ROOT
from quiet_cases import CASES, needs_cases
from terminal import Qotbot

MORNING = "2026-11-24T13:30:00Z"  # 08:30 in New York, a Tuesday


def lines(*questions: dict[str, Any]) -> str:
    return "\n".join(json.dumps(one) for one in questions)


def answered(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@needs_cases
def test_every_published_case_is_answered_as_published(qotbot: Qotbot) -> None:
    ran = qotbot("hours", "check", "--json", typed=lines(*CASES))
    assert (ran.code, ran.err) == (0, "")
    told = [(a["id"], a["decision"], a["next_allowed"]) for a in answered(ran.out)]
    assert told == [(c["id"], c["expect"], c["next_allowed"] if c["expect"] == "DEFER" else None) for c in CASES]
    assert all((a["rule"] is None) == (a["layer"] is None) == (a["decision"] == "ALLOW") for a in answered(ran.out))


BAD = [
    ("{", "this line is not JSON"), ("[" * 100_000, "this line is not JSON"), ("7", "this line is not a JSON object"),
    (lines({"zones": []}), "utc: Field required"), (lines({"utc": "soon"}), "utc: write it like"),
    (lines({"utc": "2026-11-24T13:30"}), "utc: write it with Z"), (lines({"utc": 5}), "utc: write it"),
    (lines({"utc": "9999-12-31T23:00Z"}), "utc: write it"),
    (lines({"utc": MORNING, "zones": ["Mars/Olympus"]}), "zones.0: 'Mars/Olympus' is no time zone"),
    (lines({"utc": MORNING, "zones": "America/New_York"}), "zones: Input should be a valid list"),
    (lines({"utc": MORNING, "states": ["TX", "XX"]}), "states: 'XX' is no state or province"),
    (lines({"utc": MORNING, "number": "+1202555"}), "number: That telephone number has the wrong length"),
    (lines({"utc": MORNING, "number": "Dana"}), "number: That is not a telephone number"),
    (lines({"utc": MORNING, "purpose": "spam"}), "purpose: Input should be"),
    (lines({"utc": MORNING, "purpose": "internal"}), "purpose: Input should be"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "error"), BAD, ids=[error for _, error in BAD])
def test_a_bad_line_is_named_and_the_others_are_answered(qotbot: Qotbot, line: str, error: str) -> None:
    good = lines({"id": "before", "utc": MORNING}), lines({"id": ["after"], "utc": MORNING, "purpose": "mandated"})
    ran = qotbot("hours", "check", "--json", typed="\n".join([good[0], line, "", good[1]]))
    first, bad, last = answered(ran.out)
    assert ran.code == 2 and ran.err == ""
    assert (first["id"], first["decision"], last["id"], last["decision"]) == ("before", "DEFER", ["after"], "ALLOW")
    assert list(bad) == ["error"] and bad["error"].startswith(error)


def test_an_error_names_its_line(qotbot: Qotbot) -> None:
    ran = qotbot("hours", "check", "--json", typed=lines({"id": 4, "utc": MORNING, "states": ["XX"]}))
    assert [list(one) for one in answered(ran.out)] == [["id", "error"]]


PLACES: list[tuple[dict[str, Any], str, str | None]] = [
    ({"number": "+12025550143"}, "ALLOW", None), ({"number": "(850) 555-0143"}, "FCC", "2026-11-24T14:00Z"),
    ({"number": "+14165550143"}, "CRTC", "2026-11-24T14:00Z"),
    ({"number": "+12035550143"}, "US-CT", "2026-11-24T14:00Z"),
    ({"number": "+18005550143"}, "FCC", "2026-11-24T20:00Z"), ({}, "FCC", "2026-11-24T20:00Z"),
    ({"number": "+18005550143", "zones": ["America/New_York"]}, "US-CT", "2026-11-24T15:00Z"),
    ({"zones": ["America/New_York"]}, "ALLOW", None), ({"states": ["TX"]}, "FCC", "2026-11-24T16:00Z"),
    ({"number": "+12025550143", "states": ["KY"], "zones": ["America/New_York"]}, "US-KY", "2026-11-24T15:00Z"),
    ({"number": "+12025550143", "zones": ["America/Los_Angeles"]}, "FCC", "2026-11-24T16:00Z"),
    ({"zones": [], "states": None, "number": None}, "FCC", "2026-11-24T20:00Z"),
    ({"zones": ["Asia/Karachi", "Pacific/Honolulu"], "states": ["KY", "RI"]}, "US-RI", None),
]  # fmt: skip


@pytest.mark.parametrize(("place", "rule", "opens"), PLACES)
def test_all_that_a_line_names_binds(qotbot: Qotbot, place: dict[str, Any], rule: str, opens: str | None) -> None:
    (told,) = answered(qotbot("hours", "check", "--json", typed=lines({"utc": MORNING, **place})).out)
    assert (told["rule"] or told["decision"], told["next_allowed"]) == (rule, opens)


def test_a_misspelt_key_is_seen(qotbot: Qotbot) -> None:
    ran = qotbot("hours", "check", "--json", typed=lines({"utc": MORNING, "zone": "America/New_York", "note": "n"}))
    assert ran.code == 0 and answered(ran.out)[0]["ignored"] == ["zone"]


def test_a_policy_binds_where_it_is_named_and_may_widen_service(qotbot: Qotbot, tmp_path: Path) -> None:
    asked = lines(*({"utc": MORNING, "number": "+12035550143", "purpose": p} for p in ("marketing", "service")))
    salon = Path(shutil.copytree(ROOT / "packs" / "salon", tmp_path / "salon"))
    told = answered(qotbot("hours", "check", "--json", "--business", salon, typed=asked).out)
    assert [(a["rule"], a["layer"]) for a in told] == [("US-CT", "state"), ("US-CT", "state")]
    with (salon / "policy.yaml").open("a") as policy:
        policy.write('service_hours: "07:00-22:00"\n')
    told = answered(qotbot("hours", "check", "--json", "--business", salon, typed=asked).out)
    assert [a["decision"] for a in told] == ["DEFER", "ALLOW"]
    late = lines({"utc": "2026-11-25T02:00Z", "number": "+12035550143", "purpose": "service"})
    (told,) = answered(qotbot("hours", "check", "--json", "--business", salon, typed=late).out)
    assert (told["rule"], told["next_allowed"]) == ("FCC", "2026-11-25T13:00Z")
    quiet = lines(
        {"utc": "2026-11-25T00:30Z", "number": "+12025550143"}, {"utc": "2026-11-25T01:30Z", "number": "+12025550143"}
    )
    told = answered(qotbot("hours", "check", "--json", "--business", salon, typed=quiet).out)
    assert [(a["decision"], a["layer"]) for a in told] == [("ALLOW", None), ("DEFER", "business")]


def test_a_business_that_cannot_be_read_is_a_usage_error(qotbot: Qotbot, tmp_path: Path) -> None:
    ran = qotbot("hours", "check", "--json", "--business", tmp_path, typed=lines({"utc": MORNING}))
    assert ran.code == 2 and ran.out == "" and "business.yaml" in ran.err


def test_people_read_it_too(qotbot: Qotbot) -> None:
    asked = lines({"id": "a", "utc": MORNING, "states": ["CT"]}, {"utc": MORNING, "purpose": "reply"}, {"id": "c"})
    ran = qotbot("hours", "check", typed=asked)
    assert ran.out.splitlines() == [
        "a DEFER until 2026-11-24T14:00Z: US-CT (state)", "ALLOW", "c error: utc: Field required",
    ]  # fmt: skip


def test_nothing_asked_is_nothing_answered(qotbot: Qotbot) -> None:
    ran = qotbot("hours", "check", "--json", typed="")
    assert (ran.code, ran.out) == (2, "") and "standard input" in ran.err
