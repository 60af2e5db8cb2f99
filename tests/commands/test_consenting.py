"""`qotbot consent`: what people agreed to, what follows from it, and lists that are imported whole or not at all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from crowd import opt_in
from rehearsal import opened
from terminal import Qotbot

from commands import consent
from domain.clock import SteppingClock, SystemClock

OPTED_IN, WROTE, STOPPED = "+12125550143", "+12125550144", "+12125550145"
HEADER = "phone,name,opted in,opted out,consent date,consent text,relationship\n"
GOOD = "(212) 555-0150,Dana,yes,,2026-01-05,I agree to offers by text.,\n"


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    """Return a home where one opted in, one wrote, and one wrote STOP."""
    async with opened(tmp_path / "home", clock=SteppingClock(SystemClock().now())) as salon:
        opt_in(salon, OPTED_IN)
        await salon.hear("hi", address=WROTE)
        await salon.hear("STOP", address=STOPPED)
    yield tmp_path / "home"


class Noon:
    """A clock that shows noon."""

    def now(self) -> datetime:
        """Next week's Tuesday, about noon in New York."""
        day = SystemClock().now() + timedelta(days=2)
        while day.weekday() != 1:
            day += timedelta(days=1)
        return day.replace(hour=17, minute=0)


def test_explain_asks_the_guards_about_each_channel_and_purpose(
    qotbot: Qotbot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "SystemClock", Noon)

    def told(number: str) -> dict[tuple[str, str], tuple[bool, str]]:
        rows = json.loads(qotbot("consent", "explain", number, "--home", home, "--json").out)
        return {(r["channel"], r["purpose"]): (r["allowed"], r["rule"]) for r in rows}

    assert told(OPTED_IN)["sms", "marketing"] == (True, "consent")
    assert told(OPTED_IN)["call", "marketing"] == (False, "consent")
    assert told(WROTE)["sms", "service"][0] and told(WROTE)["sms", "marketing"] == (False, "consent")
    assert told(WROTE)["call", "service"] == (False, "artificial_voice")
    assert not any(allowed for allowed, _ in told(STOPPED).values())
    evidence = json.loads(qotbot("consent", "explain", STOPPED, "--home", home, "--json").out)[0]["evidence"]
    assert evidence and evidence[0].startswith("cst_")


def test_show_and_export_keep_the_wording(qotbot: Qotbot, home: Path) -> None:
    shown = qotbot("consent", "show", OPTED_IN, "--home", home).out
    assert "grant" in shown and "shown (version 1): I agree to get offers by text." in shown
    rows = [json.loads(line) for line in qotbot("consent", "export", "--home", home).out.splitlines()]
    assert [r["act"] for r in rows if r["address"] == STOPPED and r["group"] == "text"] == ["revoke"]
    assert "Nothing is on record" in qotbot("consent", "show", "+12125550199", "--home", home).out


@pytest.mark.parametrize("address", ["12", "anonymous", "not a number", "+999"])
def test_what_is_no_address_is_said_so(qotbot: Qotbot, home: Path, address: str) -> None:
    ran = qotbot("consent", "explain", address, "--home", home)
    assert ran.code == 2 and "number" in ran.err


BAD = [
    ("12,,yes,,,,\n", "wrong length"),
    (",,yes,,,,\n", "not a telephone number"),
    ("+12125550151,,maybe,,,,\n", "neither yes nor no"),
    ("+12125550151,,yes,,2026-13-01,,\n", "is not a time"),
    ("+12125550151,,yes,,2099-01-01,x,\n", "lies in the future"),
    ("+12125550151,,yes,yes,,,\n", "opted in and opted out"),
    ("+12125550151,,yes,,,,cousin\n", "relationship 'cousin'"),
    ("+12125550150,,yes,,,,\n", "the same number as line 2"),
]


@pytest.mark.parametrize(("row", "why"), BAD, ids=[why for _, why in BAD])
def test_a_list_with_a_wrong_row_is_not_imported_at_all(qotbot: Qotbot, home: Path, row: str, why: str) -> None:
    (home.parent / "people.csv").write_text(HEADER + GOOD + row, "utf-8")
    before = qotbot("consent", "export", "--home", home).out
    ran = qotbot("consent", "import", "people.csv", "--home", home, "--json")
    told = json.loads(ran.out)
    assert ran.code == 2 and told["new"] == 0
    assert [(one["file"], one["line"]) for one in told["wrong"]] == [("people.csv", 3)]
    assert why in told["wrong"][0]["why"]
    assert qotbot("consent", "export", "--home", home).out == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"name\nDana\n", HEADER.encode()])
def test_a_file_that_is_no_list_is_refused(qotbot: Qotbot, home: Path, content: bytes) -> None:
    (home.parent / "people.csv").write_bytes(content)
    assert qotbot("consent", "import", "people.csv", "--home", home).code == 2


def test_a_whole_list_is_imported_once_and_lifts_no_stop(qotbot: Qotbot, home: Path) -> None:
    (home.parent / "people.csv").write_text(HEADER + GOOD + f"{STOPPED},,yes,,2026-01-05,I agree.,\n", "utf-8")
    assert json.loads(qotbot("consent", "import", "people.csv", "--home", home, "--json").out)["new"] == 4
    assert json.loads(qotbot("consent", "import", "people.csv", "--home", home, "--json").out)["new"] == 0
    rows = json.loads(qotbot("consent", "explain", STOPPED, "--home", home, "--json").out)
    assert not any(r["allowed"] for r in rows)


def test_what_staff_were_told_holds_at_once(qotbot: Qotbot, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = qotbot("consent", "revoke", OPTED_IN, "--home", home, "--why", "the number changed hands", "--by", "kim")
    assert ran.code == 0 and ran.out.startswith("Revoked: 2 entries")
    monkeypatch.setattr(consent, "SystemClock", Noon)
    rows = json.loads(qotbot("consent", "explain", OPTED_IN, "--home", home, "--json").out)
    assert not any(r["allowed"] for r in rows)
    shown = json.loads(qotbot("consent", "show", OPTED_IN, "--home", home, "--json").out)
    assert shown[-1]["source"] == {"by": "kim", "why": "the number changed hands"}
    assert qotbot("consent", "revoke", OPTED_IN, "--scope", "some", "--home", home).code == 2


def test_what_staff_write_down_as_a_wish_is_honoured(
    qotbot: Qotbot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = qotbot("consent", "prefer", WROTE, "--channel", "call", "--not-before", "15:00", "--home", home)
    assert ran.code == 0 and ran.out == "2 wishes were written down.\n"
    monkeypatch.setattr(consent, "SystemClock", Noon)
    rows = json.loads(qotbot("consent", "explain", WROTE, "--home", home, "--json").out)
    told = next(r for r in rows if (r["channel"], r["purpose"]) == ("sms", "service"))
    assert not told["allowed"] and "asked for call instead of sms" in told["why"] and "preference" in told["why"]
    for wrong in (("--not-before", "25:00"), ("--zone", "Mars/Base"), ("--channel", "fax")):
        assert qotbot("consent", "prefer", WROTE, *wrong, "--home", home).code == 2
    assert qotbot("consent", "prefer", "+12125550190", "--channel", "call", "--home", home).code == 2


@pytest.mark.parametrize("command", [("consent", "classify"), ("hours", "check")])
def test_nothing_on_standard_input_is_bad_input(qotbot: Qotbot, command: tuple[str, str]) -> None:
    for given in ("", "\n \n"):
        done = qotbot(*command, "--json", typed=given)
        assert (done.code, done.out) == (2, "") and "standard input" in done.err


@pytest.mark.parametrize(
    ("line", "why"),
    [('{"text": 5}', "text: "), ("{bad", "no JSON"), ('{"text": "STOP", "channel": "pigeon"}', "no channel"),
     ('{"nope": 1}', "text: "), ('{"text":' * 2000, "no JSON")],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_told_and_the_others_are_answered(qotbot: Qotbot, line: str, why: str) -> None:
    done = qotbot("consent", "classify", "--json", typed=f"{line}\nSTOP\n")
    wrong, right = map(json.loads, done.out.splitlines())
    assert done.code == 2 and why in wrong["error"] and right["decision"] == "OPT_OUT" and done.err == ""


@pytest.mark.parametrize("address", ["555-0143", "12345", "anonymous", "+266696687", "", "+15550143"])
@pytest.mark.parametrize("command", ["show", "explain", "revoke"])
def test_what_is_nobodys_number_is_bad_input(home: Path, qotbot: Qotbot, address: str, command: str) -> None:
    done = qotbot("consent", command, address, "--home", home)
    assert done.code == 2 and "telephone number" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(("address", "channel"), [("mia@example.com", "email"), ("web:1", "web")])
def test_other_addresses_are_explained_on_their_own_channel(
    home: Path, qotbot: Qotbot, address: str, channel: str
) -> None:
    done = qotbot("consent", "explain", address, "--home", home, "--json")
    told = json.loads(done.out)
    assert done.code == 0 and {row["channel"] for row in told} == {channel}
    assert not any("failed" in row["why"] for row in told)
