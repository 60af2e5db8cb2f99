"""Keys: made once, kept for the owner alone, and a signature that is the key's."""

from __future__ import annotations

from pathlib import Path

import pytest
from making import KEYS

from records.keys import open_keys, valid


def test_keys_are_made_once(tmp_path: Path) -> None:
    first, again = open_keys(tmp_path / "keys"), open_keys(tmp_path / "keys")
    assert (first.public_hex, first.secret) == (again.public_hex, again.secret)
    assert open_keys(tmp_path / "other").public_hex != first.public_hex
    assert len(first.key_id) == 8


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    open_keys(tmp_path)
    assert [file.stat().st_mode & 0o777 for file in sorted(tmp_path.iterdir())] == [0o600, 0o600]


def test_a_signature_is_the_keys_over_the_note() -> None:
    signature = KEYS.sign("a note")
    assert valid(KEYS.public_hex, signature, "a note")
    assert not valid(KEYS.public_hex, signature, "another note")
    assert not valid(KEYS.public_hex, "00" * 64, "a note")


@pytest.mark.parametrize(("key", "signature"), [("zz", "00" * 64), ("00", "00" * 64), ("00" * 32, "zz")])
def test_nonsense_is_not_valid(key: str, signature: str) -> None:
    assert not valid(key, signature, "a note")
