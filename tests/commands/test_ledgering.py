"""`qotbot ledger export` and `receipt` on a real home, checked by the script that knows nothing of us."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from terminal import Qotbot

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify.py"
NUMBER = "+12025550143"


def verified(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_real_ledger_is_verified_by_a_stranger(qotbot: Qotbot, home: Path, tmp_path: Path) -> None:
    plain, full = tmp_path / "plain.jsonl", tmp_path / "full.jsonl"
    assert qotbot("ledger", "export", plain, "--home", home).code == 0
    assert qotbot("ledger", "export", full, "--texts", "--home", home).code == 0
    head = tmp_path / "head.json"
    head.write_text(qotbot("ledger", "head", "--json", "--home", home).out, "utf-8")
    for file in (plain, full):
        done = verified(file, "--head", head)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "messages left, each with consent that held" in done.stdout
    assert "balayage" not in plain.read_text("utf-8") and "balayage" in full.read_text("utf-8")
    bent = full.read_text("utf-8").replace("balayage", "haircuts", 1)
    full.write_text(bent, "utf-8")
    assert verified(full).returncode == 1


def test_the_receipt_of_a_stop_names_its_leaf(qotbot: Qotbot, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "ledger.jsonl"
    said = qotbot("chat", "--channel", "sms", "--as", NUMBER, "--home", home, "--json", typed="STOP\n")
    replies = [e["text"] for e in map(json.loads, said.out.splitlines()) if e["event"] == "reply"]
    code = re.search(r"Receipt ([A-Z2-7]{8})", replies[0])
    assert code is not None and len(replies[0]) <= 160, replies
    found = json.loads(qotbot("ledger", "receipt", code[1].lower(), "--home", home, "--json").out)
    assert found["kind"] == "consent.revoke" and found["body"]["purpose"] == "all"
    qotbot("ledger", "export", file, "--home", home)
    done = verified(file, "--receipt", code[1])
    assert done.returncode == 0 and f"leaf {found['leaf']}, consent.revoke" in done.stdout
    assert verified(file, "--receipt", "AAAAAAAA").returncode == 1
    for wrong in ("AAAAAAAA", "AA", "1 or 1", ""):
        assert qotbot("ledger", "receipt", wrong, "--home", home).code == 2
