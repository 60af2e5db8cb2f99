"""What a stranger accepts as the consent behind a send, and where they read a kept head from."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
from making import NOW, later
from test_verify import Ledger, Line, honest, judged, leaf, run, signed, written

from domain.clock import to_ms

GIVEN = {"consent": "cst_1", "contact": "con_1", "group": "text", "purpose": "marketing"}
SAID = {"message": "msg_1", "contact": "con_1"}
RESTS = [
    ("the person's own", GIVEN, {}, ""),
    ("the person's before two were merged", {**GIVEN, "contact": "con_0"}, {}, ""),
    ("somebody else's", {**GIVEN, "contact": "con_2"}, {}, "somebody else's"),
    ("everybody's at that number", {**GIVEN, "contact": None}, {}, ""),
    ("another channel's", {**GIVEN, "group": "call"}, {}, "another channel"),
    ("service messages only", {**GIVEN, "purpose": "service"}, {}, "no marketing"),
    ("ended", {**GIVEN, "expires_at": to_ms(NOW)}, {}, "had ended"),
    ("not ended", {**GIVEN, "expires_at": to_ms(later(600))}, {}, ""),
    ("a message is no consent to offers", SAID, {}, "no consent"),
    ("a message carries service", SAID, {"purpose": "service"}, ""),
    ("somebody else's message", {**SAID, "contact": "con_2"}, {"purpose": "service"}, "somebody else's"),
    ("a confirmation of what was said", SAID, {"purpose": "mandated", "cause": "msg_1:wish", "findings": []}, ""),
    ("a confirmation of nothing", SAID, {"purpose": "mandated", "cause": "msg_9", "findings": []}, "confirms nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "body", "why"), [row[1:] for row in RESTS], ids=[row[0] for row in RESTS])
def test_what_a_send_may_rest_on(verify: ModuleType, given: Line, body: Line, why: str) -> None:
    entry = given.get("consent", "msg_1")
    said = {"action": "act_1", "tool": "message", "state": "cleared", "purpose": "marketing", "contact": "con_1",
            "channel": "sms", "cause": "act_0",
            "findings": [{"rule": "consent", "verdict": "allow", "evidence": [entry]}], **body}  # fmt: skip
    leaves = [
        leaf(1, "contact.merged", {"contact": "con_1", "source": "con_0"}),
        leaf(2, "consent.grant" if "consent" in given else "message.heard", given),
        leaf(3, "action.judged", said),
        leaf(4, "action.done", {"action": "act_1", "tool": "message"}),
    ]
    found = judged(verify, Ledger(leaves, signed(verify, leaves), []))
    assert why in found and bool(why) == bool(found)


def test_a_head_is_read_out_of_an_email_and_of_a_file_with_others(verify: ModuleType, tmp_path: Path) -> None:
    ledger = honest(verify)
    file, mail, strange = written(tmp_path / "ledger.jsonl", ledger), tmp_path / "mail.eml", tmp_path / "other.jsonl"
    other = {**ledger.heads[0], "business": "dentist", "root": "0" * 64}
    mail.write_text(f"Subject: a head\n\nKeep this.\n\n{json.dumps(ledger.heads[1])}\n{json.dumps(other)}\n", "utf-8")
    done = run(file, "--head", mail)
    assert done.returncode == 0 and "1 kept elsewhere" in done.stdout
    strange.write_text(json.dumps(other) + "\n", "utf-8")
    done = run(file, "--head", strange)
    assert done.returncode == 2 and "no head of salon" in done.stderr
