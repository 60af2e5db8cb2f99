"""The doctor's checks: each sees its own trouble, and says what to do about it."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from pathlib import Path

import pytest
from making import NOW, heard, salon

from desk import doctor
from desk.doctor import Check, examine
from domain.settings import Forwarding
from records.database import Database
from records.keys import open_keys
from records.spool import Spool


def checks(database: Database, home: Path) -> dict[str, Check]:
    """What the doctor finds."""
    return {c.name: c for c in examine(database, salon(), open_keys(home / "keys"), home=home)}


def test_a_healthy_home_needs_nothing(sqlite: Database, tmp_path: Path) -> None:
    found = checks(sqlite, tmp_path)
    assert list(found) == ["python", "tzdata", "database", "sending", "ledger", "keys", "stops"]
    assert all(check.ok for check in found.values())
    assert found["ledger"].seen == "0 leaves, 0 heads"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_keys_that_others_can_read_are_named(sqlite: Database, tmp_path: Path, mode: int) -> None:
    assert checks(sqlite, tmp_path)["keys"].ok
    (tmp_path / "keys" / "ledger.key").chmod(mode)
    found = checks(sqlite, tmp_path)["keys"]
    assert (found.ok, found.seen) == (False, "open to others: ledger.key")
    assert "chmod 600" in found.next_step


def test_opt_outs_that_wait_for_the_database_are_named(sqlite: Database, tmp_path: Path) -> None:
    Spool(tmp_path / "stops").keep("msg_1", heard("STOP", "SM1"), now=NOW)
    found = checks(sqlite, tmp_path)["stops"]
    assert not found.ok and "1 in" in found.seen and "+1202" not in found.seen
    assert "consent revoke" in found.next_step


def test_a_lost_trigger_is_named(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.writer.begin() as tx:
        name = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' LIMIT 1").scalar_one()
        tx.exec_driver_sql(f'DROP TRIGGER "{name}"')
    found = checks(sqlite, tmp_path)["database"]
    assert not found.ok
    assert found.next_step != ""


@pytest.mark.parametrize(("seen", "ok"), [("2026.2", True), ("2027.1", True), ("2026.1", False), ("2025.2", False)])
def test_old_rules_of_time_are_named(
    sqlite: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: str,
    ok: bool,
) -> None:
    monkeypatch.setattr(doctor.metadata, "version", lambda _name: seen)
    found = checks(sqlite, tmp_path)["tzdata"]
    assert (found.ok, found.seen) == (ok, seen)
    assert found.next_step == "pip install --upgrade tzdata"


def test_the_systems_rules_of_time_are_named(sqlite: Database, tmp_path: Path) -> None:
    zoneinfo.reset_tzpath(to=["/usr/share/zoneinfo"])
    try:
        found = checks(sqlite, tmp_path)["tzdata"]
    finally:
        zoneinfo.reset_tzpath(to=[])
    assert not found.ok and "/usr/share/zoneinfo" in found.seen


def test_a_redis_that_does_not_answer_is_named(sqlite: Database, tmp_path: Path, redis_url: str) -> None:
    def seen(url: str) -> Check:
        return examine(sqlite, salon(), open_keys(tmp_path / "keys"), home=tmp_path, redis_url=url)[-1]

    assert seen(redis_url) == Check("redis", True, "answers", seen(redis_url).next_step)
    away = seen("redis://127.0.0.1:1/0")
    assert (away.name, away.ok) == ("redis", False)
    assert "ConnectionError" in away.seen and "REDIS_URL" in away.next_step


def test_a_present_number_is_looked_at_too(sqlite: Database, tmp_path: Path) -> None:
    way = Forwarding(number="+15185550122", carrier="verizon")
    pack = replace(salon(), business=salon().business.model_copy(update={"forwarding": way}))
    found = {c.name: c for c in examine(sqlite, pack, open_keys(tmp_path / "keys"), home=tmp_path)}
    assert {"forwarding", "voicemail", "ring", "forwarded"} <= set(found)
    assert found["voicemail"].ok
    assert "on +15185550122 dial *71" in found["forwarded"].next_step
