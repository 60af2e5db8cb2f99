"""The face of the command: help at once, pictures, figures, and codes that scripts can rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Qotbot

from qotbot import __version__

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("langgraph", "langchain_core", "sqlalchemy", "fastapi", "pydantic", "twilio", "uvicorn", "phonenumbers")
LOOK = f"""
import sys
sys.argv = ["qotbot", "--help"]
import qotbot
try:
    qotbot.main()
except SystemExit as ended:
    assert not ended.code
sys.exit(", ".join(name for name in {HEAVY!r} if name in sys.modules) or None)
"""


def test_help_loads_nothing_heavy() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    for command in ("run", "serve", "chat", "demo", "why", "doctor", "ledger", "inbox", "graph", "eval"):
        assert f" {command} " in told.stdout


def test_the_version(qotbot: Qotbot) -> None:
    ran = qotbot("--version")
    assert (ran.code, ran.out.split()) == (0, ["qotbot", __version__])


@pytest.mark.parametrize(
    "arguments", [["dance"], ["chat", "--loud"], ["why"], ["run", "--port", "0"], ["inbox", "eat"]]
)
def test_what_is_no_command_is_a_usage_error(qotbot: Qotbot, arguments: list[str]) -> None:
    ran = qotbot(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Error" in ran.err


def test_pictures(qotbot: Qotbot) -> None:
    whole = qotbot("graph", "draw")
    assert whole.code == 0
    assert "understand" in whole.out
    assert qotbot("graph", "draw", "booking").out != whole.out
    assert "refund_deposit" in qotbot("graph", "draw", "tools").out
    unknown = qotbot("graph", "draw", "a-cat")
    assert unknown.code == 2
    for name in ("conversation", "guarded", "booking", "tools"):
        assert name in unknown.err


def test_figures_on_recorded_conversations(qotbot: Qotbot, shared_data: Path) -> None:
    ran = qotbot("eval", "corpus", "sgd", shared_data / "smoke" / "sgd.jsonl.gz", "--json")
    assert isinstance(json.loads(ran.out), dict)
    assert ran.code in (0, 1)
    assert qotbot("eval", "corpus", "sgd", "nowhere.jsonl").code == 2
    assert qotbot("eval", "corpus", "poems", shared_data / "smoke" / "sgd.jsonl.gz").code == 2
