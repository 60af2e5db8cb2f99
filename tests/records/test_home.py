"""One process works on an embedded home at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import Unavailable
from records.home import owned


def test_a_home_has_one_owner_at_a_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with owned(home):
        with pytest.raises(Unavailable, match="in use"), owned(home):
            pass
    with owned(home):
        pass


def test_homes_do_not_lock_each_other(tmp_path: Path) -> None:
    with owned(tmp_path / "a"), owned(tmp_path / "b"):
        pass
