"""The spool keeps each message once, whole, in the order it came; half a file is nothing."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from making import NOW, heard, later

from domain.errors import BadInput
from records.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """Return the spool of a home that has none yet."""
    return Spool(tmp_path / "home" / "stops")


def test_what_is_kept_comes_back_as_it_was_heard(spool: Spool) -> None:
    said = replace(heard("STOP \N{OCTAGONAL SIGN}", "SM1", session="s"), media=("image/png x",), carrier_word="STOP")
    spool.keep("msg_1", said, now=NOW)
    [name] = spool.waiting()
    assert spool.read(name) == replace(said, at=NOW)


def test_a_message_is_kept_once_and_the_oldest_comes_first(spool: Spool) -> None:
    for message, minutes in (("msg_b", 1), ("msg_a", 2), ("msg_b", 3)):
        spool.keep(message, heard("STOP", message), now=later(minutes))
    assert [name.split("-")[1] for name in spool.waiting()] == ["msg_b.json", "msg_a.json"]


def test_the_time_that_a_message_names_counts(spool: Spool) -> None:
    spool.keep("msg_1", replace(heard("STOP", "SM1"), at=NOW), now=later(9))
    found = spool.read(spool.waiting()[0])
    assert found is not None and found.at == NOW


def test_what_a_crash_left_half_written_is_not_there(spool: Spool) -> None:
    spool.folder.mkdir(parents=True)
    (spool.folder / "000000000000001-msg_1.part").write_text('{"channel": "sm')
    assert spool.waiting() == []
    spool.keep("msg_1", heard("STOP", "SM1"), now=NOW)
    assert len(spool.waiting()) == 1


def test_only_the_owner_reads_it_and_names_tell_nobodys_number(spool: Spool) -> None:
    spool.keep("msg_1", heard("STOP", "SM1"), now=NOW)
    [name] = spool.waiting()
    assert "2025550143" not in name
    assert stat.S_IMODE((spool.folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"at": 1}', '{"at": "x", "media": []}'])
def test_what_is_no_message_is_named(spool: Spool, content: str) -> None:
    spool.keep("msg_1", heard("STOP", "SM1"), now=NOW)
    [name] = spool.waiting()
    (spool.folder / name).write_text(content)
    with pytest.raises(BadInput, match="msg_1"):
        spool.read(name)


def test_dropping_twice_is_no_error(spool: Spool) -> None:
    spool.keep("msg_1", heard("STOP", "SM1"), now=NOW)
    [name] = spool.waiting()
    spool.drop(name)
    spool.drop(name)
    assert spool.waiting() == [] and spool.read(name) is None
