"""`qotbot campaign`: who would get it, its card, how it stands, and its end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from crowd import opt_in
from rehearsal import opened
from terminal import Qotbot

from domain.clock import SteppingClock, SystemClock

FILE = """name: autumn
text: "{business}: new autumn colors are in. Reply STOP to opt out."
ends: 2099-01-01T12:00
"""
OPTED_IN, OTHER = "+12125550143", "+12125550144"


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    """Return a home where one of two people opted in; the campaign's file stands beside it."""
    (tmp_path / "autumn.yaml").write_text(FILE, "utf-8")
    async with opened(tmp_path / "home", clock=SteppingClock(SystemClock().now())) as salon:
        opt_in(salon, OPTED_IN)
        await salon.hear("hi", address=OTHER)
    yield tmp_path / "home"


def test_who_would_get_it_is_told_person_by_person_without_a_number(qotbot: Qotbot, home: Path) -> None:
    ran = qotbot("campaign", "check", "autumn.yaml", "--home", home, "--json")
    told = json.loads(ran.out)
    assert ran.code == 0 and told["text"].startswith("Willow & Co Hair: new autumn")
    verdicts = {one["address"]: (one["verdict"], one["rule"]) for one in told["people"]}
    assert verdicts["+1•••0144"] == ("no", "consent") and verdicts["+1•••0143"][0] in ("now", "later")
    assert OPTED_IN not in ran.out
    plain = qotbot("campaign", "check", "autumn.yaml", "--home", home).out
    assert "1 do not get it: no consent to marketing is on record (consent)" in plain
    assert qotbot("campaign", "status", "--home", home).out == "There are no campaigns.\n"


def test_it_waits_for_a_person_and_can_be_stopped(qotbot: Qotbot, home: Path) -> None:
    sent = qotbot("campaign", "send", "autumn.yaml", "--home", home, "--by", "kim")
    assert sent.code == 0 and "waits for a person: 'qotbot inbox approve A" in sent.out
    ref = sent.out.split("approve ")[1].split("'")[0]
    [card] = json.loads(qotbot("inbox", "list", "--home", home, "--json").out)
    assert card["tool"] == "campaign" and card["args"]["text"] == card["will_send"]
    assert card["editable"] == ["name", "text"]
    assert qotbot("inbox", "approve", ref, "--home", home).code == 0
    [row] = json.loads(qotbot("campaign", "status", "--home", home, "--json").out)
    assert row["state"] == "running" and row["people"] == {"waiting": 1} and row["campaign"] in sent.out
    stopped = qotbot("campaign", "stop", row["campaign"], "--home", home)
    assert stopped.out == "Stopped: nothing more of it is sent.\n"
    assert qotbot("campaign", "stop", row["campaign"], "--home", home).out == "It had ended before.\n"
    assert "stopped  autumn" in qotbot("campaign", "status", row["campaign"], "--home", home).out


WRONG = [
    ("name: x\n", "text: this setting is needed"),
    ("name: x\ntext: hello\n", "does not say who sends it"),
    ('name: x\ntext: "{business}: hi. Reply STOP to opt out."\naudience: {numbers: ["12"]}\n', "wrong length"),
    ('name: x\ntext: "{business}: hi. Reply STOP to opt out."\naudience: {}\n', "either numbers: or away_days:"),
    ('name: x\ntext: "{business}: hi. Reply STOP to opt out."\nends: 2020-01-01T12:00\n', "has passed"),
    ("name: [\n", "not valid YAML"),
]


@pytest.mark.parametrize(("file", "told"), WRONG)
def test_what_is_wrong_is_named_and_nothing_planned(qotbot: Qotbot, home: Path, file: str, told: str) -> None:
    (home.parent / "autumn.yaml").write_text(file, "utf-8")
    ran = qotbot("campaign", "send", "autumn.yaml", "--home", home)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert qotbot("campaign", "status", "--home", home).out == "There are no campaigns.\n"


def test_an_unknown_campaign_or_file_is_an_error(qotbot: Qotbot, home: Path) -> None:
    assert qotbot("campaign", "status", "cmp_none", "--home", home).code == 2
    assert qotbot("campaign", "stop", "cmp_none", "--home", home).code == 2
    assert "is no file" in qotbot("campaign", "check", "none.yaml", "--home", home).err
