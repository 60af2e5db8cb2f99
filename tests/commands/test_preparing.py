"""`qotbot audit`: a present list and its history before the real guards, without importing any of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Qotbot

NOW = "2026-11-24T15:00:00+00:00"
PEOPLE = """Phone,Name,Opted in,Consent date,Consent text
(202) 555-0143,Dana <b>,yes,2026-01-05,"Yes, text me offers of Willow & Co Hair"
202-555-0144,Eve,yes,,
+12025550145,Finn,no,,
+12025550149,Gil,yes,2026-01-05,"Yes, text me offers"
12,Bad,yes,,
"""
TEXTS = """date,direction,phone,text
2026-03-01 14:00,outbound,2025550143,Willow & Co Hair: 20% off colour this week. Reply STOP to opt out.
2026-03-02 15:00,inbound,2025550143,STOP
2026-03-03 15:00,outbound,2025550143,Willow & Co Hair: 20% off again! Reply STOP to opt out.
2026-04-01 23:30,outbound,2025550144,Willow & Co Hair: see you tomorrow at 9.
2026-04-02 10:00,inbound,2025550145,are you open today?
2026-04-02 10:05,outbound,2025550145,"Yes,
until six."
2026-04-09 10:05,outbound,2025550145,Half price today only!
sometime,outbound,2025550145,Hello
"""
CALLS = """date,direction,phone,status
2026-05-01 10:00,inbound,2025550146,missed
2026-05-01 11:00,inbound,2025550145,no-answer
2026-05-01 11:30,outbound,2025550145,completed
2026-05-02 11:00,inbound,2025550144,completed
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The three files of a business."""
    named = {"contacts.csv": PEOPLE, "messages.csv": TEXTS, "calls.csv": CALLS}
    for name, text in named.items():
        (tmp_path / name).write_text(text, "utf-8")
    return [tmp_path / name for name in named]


def test_who_may_be_contacted_and_what_went_wrong(qotbot: Qotbot, files: list[Path]) -> None:
    done = qotbot("audit", *files, "--now", NOW, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    allowed = {p["number"]: [x["purpose"] for x in p["permissions"] if x["allowed"]] for p in told["people"]}
    assert allowed["+12025550143"] == [], "they said STOP"
    assert allowed["+12025550144"] == ["service"], "opted in without proof: no offers"
    assert allowed["+12025550149"] == ["service", "marketing"]
    assert allowed["+12025550145"] == [], "never opted in, and wrote half a year ago"
    proofs = {p["number"]: p["proof"] for p in told["people"]}
    assert proofs["+12025550144"] == "opted in, but no proof: no date and no wording shown"
    assert [(b["line"], b["rule"]) for b in told["breaches"] if b["rule"] in ("consent", "quiet_hours")] == [
        (4, "consent"), (5, "quiet_hours"), (9, "consent"),
    ]  # fmt: skip
    assert [(u["number"], u["at"]) for u in told["unanswered"]] == [("+12025550146", "2026-05-01T14:00:00Z")]
    assert [(u["file"], u["line"]) for u in told["unread"]] == [("contacts.csv", 6), ("messages.csv", 10)]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(
    qotbot: Qotbot, files: list[Path], tmp_path: Path
) -> None:
    page = tmp_path / "audit.html"
    done = qotbot("audit", *files, "--now", NOW, "--html", page)
    assert done.code == 0 and "missed calls without an answer: 1" in done.out
    text = page.read_text("utf-8")
    assert "Dana &lt;b&gt;" in text and "<b>" not in text.replace("<b>about", "").replace("<b>offers", "")
    assert "http" not in text


def test_nothing_is_kept(qotbot: Qotbot, files: list[Path], tmp_path: Path) -> None:
    qotbot("audit", *files)
    assert not (tmp_path / ".qotbot").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [("name\nDana\n", "no column for phone"), ("", "no column for phone"), ("\xff", "not UTF-8")],
)
def test_a_file_that_is_no_list_is_bad_input(qotbot: Qotbot, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(text.encode("latin-1"))
    done = qotbot("audit", file)
    assert done.code == 2 and told in done.err


def test_a_missing_file_and_a_bad_time_are_bad_input(qotbot: Qotbot, files: list[Path], tmp_path: Path) -> None:
    assert qotbot("audit", tmp_path / "none.csv").code == 2
    assert qotbot("audit", files[0], "--now", "soon").code == 2
