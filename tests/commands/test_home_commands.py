"""The commands that read a home: why, doctor, ledger verify and head."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from terminal import Qotbot


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the home's database."""
    with closing(sqlite3.connect(home / "qotbot.db")) as database:
        return list(database.execute(query))


def test_why_tells_the_story_of_a_reference_an_action_and_a_message(qotbot: Qotbot, waiting: Path) -> None:
    [(action, ref)] = rows(waiting, "SELECT id, ref FROM action WHERE tool = 'refund_deposit'")
    by_ref = qotbot("why", ref, "--home", waiting)
    assert by_ref.code == 0
    assert qotbot("why", ref.lower(), "--home", waiting).out == by_ref.out
    assert qotbot("why", action, "--home", waiting).out == by_ref.out
    for part in ("A message came in by web", "hold (tier)", "The customer said yes", "refund deposit"):
        assert part in by_ref.out
    steps = json.loads(qotbot("why", ref, "--home", waiting, "--json").out)
    assert [s["seq"] for s in steps] == sorted(s["seq"] for s in steps)
    assert {"seq", "at", "kind", "who", "what", "verdict"} <= set(steps[0])
    [(message,)] = rows(waiting, "SELECT id FROM message WHERE text LIKE 'I''d like my deposit%'")
    assert "A message came in by web" in qotbot("why", message, "--home", waiting).out
    [(booked,)] = rows(waiting, "SELECT ref FROM action WHERE tool = 'book'")
    assert "book was done" in qotbot("why", booked, "--home", waiting).out


def test_why_of_nothing_names_what_can_be_asked(qotbot: Qotbot, waiting: Path) -> None:
    for unknown in ("AFFFF", "act_nothing", "' OR 1=1 --", "%"):
        ran = qotbot("why", unknown, "--home", waiting)
        assert (ran.code, ran.out) == (2, "")
        assert "give an action, a message or a reference like A1F3C" in ran.err


def test_a_sound_home_passes_every_check(qotbot: Qotbot, waiting: Path) -> None:
    ran = qotbot("doctor", "--home", waiting)
    assert ran.code == 0
    names = [line.split()[:2] for line in ran.out.splitlines()]
    assert names == [["ok", n] for n in ("python", "tzdata", "database", "sending", "ledger", "keys", "stops")]
    assert all(check["ok"] for check in json.loads(qotbot("doctor", "--home", waiting, "--json").out))


def test_the_doctor_says_what_is_wrong_and_what_to_do(qotbot: Qotbot, home: Path) -> None:
    (home / "keys" / "secret.key").chmod(0o644)
    with closing(sqlite3.connect(home / "qotbot.db")) as database:
        [(trigger,)] = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' LIMIT 1")
        database.execute(f"DROP TRIGGER {trigger}")
        database.commit()
    ran = qotbot("doctor", "--home", home)
    assert ran.code == 1
    assert re.search(r"BAD  keys +open to others: secret.key\n +→ chmod 600", ran.out)
    assert re.search(r"BAD  database .+\n +→ restore", ran.out)


def test_verify_names_the_root_that_head_signs(qotbot: Qotbot, waiting: Path) -> None:
    plain = qotbot("ledger", "verify", "--home", waiting)
    assert plain.code == 0
    assert plain.out.startswith("sound: ")
    told = json.loads(qotbot("ledger", "verify", "--home", waiting, "--json").out)
    assert told["sound"]
    assert (told["unsealed"], told["first_bad"]) == (0, None)
    head = json.loads(qotbot("ledger", "head", "--home", waiting, "--json").out)
    assert (head["size"], head["root"]) == (told["size"], told["root"])
    assert head["root"] in qotbot("ledger", "head", "--home", waiting).out


@pytest.mark.parametrize(
    ("statement", "leaf"),
    [
        ("UPDATE event SET body = replace(body, 'web', 'sms') WHERE id = (SELECT event FROM leaf WHERE seq = 1)", 1),
        ("UPDATE event_text SET text = 'nothing of the kind' WHERE text LIKE 'I%like a balayage%'", 1),
        ("DELETE FROM event WHERE id = (SELECT event FROM leaf WHERE seq = 3)", 3),
    ],
    ids=["edited", "words", "deleted"],
)
def test_verify_names_the_first_leaf_that_was_tampered_with(
    qotbot: Qotbot, home: Path, statement: str, leaf: int
) -> None:
    with closing(sqlite3.connect(home / "qotbot.db")) as database:
        for (trigger,) in list(database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            database.execute(f"DROP TRIGGER {trigger}")
        assert database.execute(statement).rowcount == 1
        database.commit()
    ran = qotbot("ledger", "verify", "--home", home)
    assert ran.code == 3
    assert ran.out.startswith(f"NOT SOUND: leaf {leaf}: ")
    assert json.loads(qotbot("ledger", "verify", "--home", home, "--json").out)["first_bad"] == leaf


@pytest.mark.parametrize("command", [["why", "A1F3C"], ["doctor"], ["ledger", "verify"], ["ledger", "head"]])
def test_a_home_without_records_is_told_so(qotbot: Qotbot, tmp_path: Path, command: list[str]) -> None:
    ran = qotbot(*command, "--home", tmp_path / "empty")
    assert (ran.code, ran.out) == (2, "")
    assert "holds no records yet: start with 'qotbot run' or name another --home" in ran.err
    assert not (tmp_path / "empty").exists(), "looking makes nothing"


def test_the_home_of_the_environment_is_used(qotbot: Qotbot, waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOTBOT_HOME", str(waiting))
    assert qotbot("ledger", "verify").code == 0
