"""`qotbot chat`: what a customer types is answered from the records, as text or as one JSON object a line."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from terminal import Qotbot

NOW = "2026-11-23T09:00:00-05:00"
KEYS = {
    "reply": {"event", "text", "channel", "to", "message", "options"},
    "action": {"event", "action", "ref", "tool", "state", "findings", "receipt"},
    "held": {"event", "action", "ref", "tool", "until"},
    "booking": {"event", "booking", "status", "service", "staff", "start", "code"},
}


def test_every_event_has_its_shape(qotbot: Qotbot, tmp_path: Path) -> None:
    typed = "balayage with Ana on Friday at 10am\nyes\nI'd like my deposit back please\nyes\n"
    ran = qotbot("chat", "--json", "--home", tmp_path / "h", "--now", NOW, typed=typed)
    assert (ran.code, ran.err) == (0, "")
    events = [json.loads(line) for line in ran.out.splitlines()]
    for event in events:
        assert KEYS[event["event"]] <= set(event)
    [booking] = [e for e in events if e["event"] == "booking"]
    assert (booking["status"], booking["service"], booking["start"]) == (
        "confirmed",
        "balayage",
        "2026-11-27T15:00:00Z",
    )
    [held] = [e for e in events if e["event"] == "held"]
    assert (held["tool"], held["until"]) == ("refund_deposit", "2026-11-23T18:00:00Z")
    states = [(e["tool"], e["state"]) for e in events if e["event"] == "action"]
    assert states == [("book", "asked"), ("book", "done"), ("refund_deposit", "asked"), ("refund_deposit", "held")]
    done = next(e for e in events if e["event"] == "action" and e["state"] == "done")
    assert done["receipt"]["code"] == booking["code"]
    assert {f["rule"] for f in done["findings"]} == {"confirmed"}
    assert any(e["event"] == "reply" and booking["code"] in e["text"] for e in events)


def test_without_json_it_reads_like_a_conversation(qotbot: Qotbot, tmp_path: Path) -> None:
    typed = "haircut with Ana today at 10am\nyes\n"
    ran = qotbot(
        "chat", "--home", tmp_path / "h", "--now", NOW, "--channel", "sms", "--as", "(202) 555-0199", typed=typed
    )
    assert ran.code == 0
    assert "Shall I book it?" in ran.out
    assert "waits for staff: qotbot inbox approve A" in ran.out
    assert "notice: hold" in ran.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--now", "tomorrow"], "'tomorrow' is not a time; write it like 2026-11-23T09:00:00-05:00"),
        (["--channel", "fax"], "there is no channel 'fax': choose web, sms or call"),
        (["--channel", "sms", "--as", "bob"], "That is not a telephone number"),
        (["--channel", "call", "--as", "+1202"], "write it like +12025550143"),
        (["--business", "nowhere"], "nowhere is not a folder"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_made(
    qotbot: Qotbot, tmp_path: Path, arguments: list[str], why: str
) -> None:
    ran = qotbot("chat", *arguments, typed="hello\n")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("qotbot: ")
    assert why in ran.err
    assert not (tmp_path / ".qotbot" / "qotbot.db").exists()


def test_a_business_with_a_mistake_is_told_with_file_and_line(qotbot: Qotbot, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "policy.yaml").write_text("dial: balanced\n")
    assert "business.yaml is missing" in qotbot("chat", "--business", shop, typed="hi\n").err
    (shop / "business.yaml").write_text("id: shop\nname: Shop\nsectr: salon\n")
    ran = qotbot("chat", "--business", shop, typed="hi\n")
    assert ran.code == 2
    assert "business.yaml:3: sectr: unknown setting" in ran.err


def test_a_talk_at_another_time_leaves_nothing_behind(
    qotbot: Qotbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert qotbot("chat", "--now", NOW, typed="is there parking?\n").code == 0
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / ".qotbot").exists()


def test_an_unknown_model_is_refused(qotbot: Qotbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOTBOT_MODEL", "gpt")
    ran = qotbot("chat", "--home", tmp_path / "h", typed="hi\n")
    assert ran.code == 2
    assert "QOTBOT_MODEL" in ran.err
