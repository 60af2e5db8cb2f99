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
    texts = {p["number"]: [x for x in p["permissions"] if x["channel"] == "sms"] for p in told["people"]}
    allowed = {number: [x["purpose"] for x in each if x["allowed"]] for number, each in texts.items()}
    assert allowed["+12025550143"] == [], "they said STOP"
    assert allowed["+12025550144"] == ["service"], "opted in without proof: no offers"
    assert allowed["+12025550149"] == ["service", "marketing"]
    assert allowed["+12025550145"] == [], "never opted in, and wrote half a year ago"
    assert [x["evidence"] for x in texts["+12025550149"]] == [["contacts.csv:5"]] * 2, "the row it rests on"
    assert texts["+12025550143"][0]["evidence"] and "messages.csv" not in texts["+12025550143"][0]["why"]
    assert not any(x["allowed"] for p in told["people"] for x in p["permissions"] if x["channel"] == "call")
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
    assert "Dana &lt;b&gt;" in text and "Dana <b>" not in text
    assert "http" not in text
    assert "4 people on the list, 1 more in its history" in text and "2 of\n5 numbers" in text
    assert "5 numbers (1 not on the list)" in done.out


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


MESSY: dict[str, tuple[bytes, list[str], dict[int, str]]] = {
    "semicolons and a mark": (
        "\ufeffPhone;Name;Opted in\n(202) 555-0143;Mia M\u00fcller;yes\n202 555 0144;\"a; b\";no\n".encode(),
        ["+12025550143", "+12025550144"], {},
    ),
    "tabs": (b"phone\tname\n+12025550143\tMia\n", ["+12025550143"], {}),
    "a spreadsheet's unicode": ("phone,name\n+12025550143,M\u00fcller\n".encode("utf-16"), ["+12025550143"], {}),
    "old line ends": (b"phone,name\r+12025550143,Mia\r\r", ["+12025550143"], {}),
    "two columns of numbers": (b"phone,mobile\n+12025550143,\n,+12025550144\n", ["+12025550143", "+12025550144"], {}),
    "too many cells": (b"phone,name\n+12025550143,Mia,x\n+12025550144\n", ["+12025550144"], {2: "3 cells"}),
    "a zero byte": (b"phone,name\n+12025550143,M\x00\n", [], {2: "zero byte"}),
    "numbers that cannot be": (
        b"phone\n12345\n555-0143\nanonymous\n+266696687\nhello\n+99912345678\n", [],
        dict(zip(range(2, 8), ["wrong length"] * 2 + ["hid their number"] * 2 + ["not a telephone"] * 2, strict=True)),
    ),
    "one number twice": (b"phone\n2025550143\n+1 202 555 0143\n", ["+12025550143"], {3: "the same number as line 2"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSY)
def test_what_people_export_is_read_and_what_is_no_row_is_told_by_line(
    qotbot: Qotbot, tmp_path: Path, name: str
) -> None:
    raw, people, unread = MESSY[name]
    file = tmp_path / "list.csv"
    file.write_bytes(raw)
    done = qotbot("audit", file, "--now", NOW, "--json")
    told = json.loads(done.out)
    assert done.code == 0 and [p["number"] for p in told["people"]] == people
    assert {u["line"] for u in told["unread"]} == set(unread)
    assert all(unread[u["line"]] in u["why"] for u in told["unread"])


@pytest.mark.parametrize(
    ("raw", "why"),
    [(b'phone,name\n2025550143,"Mia\n2025550144,Jo\n', "not closed"), (b"phone,n\n1," + b"x" * 140_000, "limit"),
     (b"name,email\nMia,x\n", "it has 'name', 'email'")],
)  # fmt: skip
def test_a_file_that_is_broken_as_a_whole_is_not_half_read(
    qotbot: Qotbot, tmp_path: Path, raw: bytes, why: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(raw)
    done = qotbot("audit", file)
    assert done.code == 2 and why in done.err and "Traceback" not in done.err


def test_what_call_logs_say_is_missed_taken_or_told(qotbot: Qotbot, tmp_path: Path) -> None:
    people, calls = tmp_path / "people.csv", tmp_path / "calls.csv"
    people.write_text("phone\n")
    words = ("Missed Call", "no_answer", "answered", "mystery")
    rows = "".join(f"2026-05-01 1{n}:00,incoming,202555014{n},{word}\n" for n, word in enumerate(words))
    calls.write_text("date,type,phone,status\n" + rows + "2026-05-01 15:00,incoming,anonymous,missed\n")
    empty = tmp_path / "texts.csv"
    empty.write_text("date,direction,phone,text\n")
    told = json.loads(qotbot("audit", people, empty, calls, "--now", NOW, "--json").out)
    assert [u["number"] for u in told["unanswered"]] == ["+12025550140", "+12025550141"]
    assert [(u["line"], u["why"][:24]) for u in told["unread"]] == [
        (5, "status 'mystery' tells n"), (6, "the caller hid their num"),
    ]  # fmt: skip


def test_whoever_stands_for_others_has_the_same_said_of_them(qotbot: Qotbot, tmp_path: Path) -> None:
    """People whom the guards cannot tell apart are judged once; each still has what is theirs."""
    several, one = tmp_path / "several.csv", tmp_path / "one.csv"
    head = "phone,opted in,consent date,consent text,relationship\n"
    wish = "yes,2026-01-05,I agree to offers of Willow & Co Hair,"
    kinds = [wish, "yes,,,", "no,,,", "yes,2026-01-05,,", ",2026-10-01,,purchase"]
    people = [f"+1{area}555{n:04d},{kind}" for area in ("202", "416") for n, kind in enumerate(kinds * 2)]
    several.write_text(head + "\n".join(people))
    found = {p["number"]: p for p in json.loads(qotbot("audit", several, "--now", NOW, "--json").out)["people"]}
    for line, row in list(enumerate(people, 2))[5:10] + list(enumerate(people, 2))[-1:]:
        one.write_text(head + row)
        [alone] = json.loads(qotbot("audit", one, "--now", NOW, "--json").out)["people"]
        text = json.dumps(alone["permissions"]).replace("one.csv:2", f"several.csv:{line}")
        assert json.loads(text) == found[alone["number"]]["permissions"]


def test_a_page_without_a_folder_is_bad_input_before_anything_is_read(qotbot: Qotbot, files: list[Path]) -> None:
    done = qotbot("audit", *files, "--html", files[0].parent / "none" / "page.html")
    assert done.code == 2 and "there is no folder" in done.err
