"""`qotbot check`: findings with file, line and fix, and a start that refuses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from terminal import Qotbot

from compose import load_pack
from domain.errors import ConfigurationError

SALON = Path(__file__).resolve().parents[2] / "packs" / "salon"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A business of one's own."""
    return Path(shutil.copytree(SALON, tmp_path / "mine"))


def test_a_pack_in_order_passes(qotbot: Qotbot, pack: Path) -> None:
    done = qotbot("check", "--business", str(pack))
    assert (done.code, done.out.strip()) == (0, "nothing to mend")


def test_forbidden_wording_is_named_and_refused_at_start(qotbot: Qotbot, pack: Path) -> None:
    (pack / "messages" / "en" / "reminders.md").write_text("## reminder.day\nReply CANCEL to cancel.\n", "utf-8")
    (pack / "campaigns").mkdir()
    (pack / "campaigns" / "autumn.yaml").write_text("name: autumn\ntext: 20% off\n", "utf-8")
    done = qotbot("check", "--business", str(pack), "--json")
    told = json.loads(done.out)
    assert done.code == 1
    assert [(t["file"], t["line"], t["rule"]) for t in told] == [
        ("messages/en/reminders.md", 2, "stop-word"), ("campaigns/autumn.yaml", 2, "campaign"),
        ("campaigns/autumn.yaml", 2, "campaign"),
    ]  # fmt: skip
    assert all(t["fix"] for t in told)
    with pytest.raises(ConfigurationError, match=r"messages/en/reminders\.md:2: stop-word"):
        load_pack(pack)


def test_an_unreadable_pack_is_bad_input(qotbot: Qotbot, tmp_path: Path) -> None:
    done = qotbot("check", "--business", str(tmp_path / "nowhere"))
    assert done.code == 2 and "not a folder" in done.err
