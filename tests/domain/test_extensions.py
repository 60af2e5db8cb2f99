"""One-file parts are found by their one name, shipped ones and a deployment's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.extensions import discover, unique
from domain.guard import Guard
from guards.order import ORDER

OWN = "from domain.guard import Guard\nGUARD = Guard('no_sundays', reads=(), judge=lambda action, facts: None)\n"


@pytest.fixture
def extensions(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "guards").mkdir()
    yield tmp_path
    for name in [n for n in sys.modules if n.startswith("qotbot_extensions.")]:
        del sys.modules[name]


def names(extensions: Path | None) -> set[str]:
    found: list[Guard] = discover("guards", "GUARD", extensions)
    return {guard.name for guard in found}


def test_the_shipped_parts_are_found_and_the_machinery_is_not() -> None:
    assert names(None) == set(ORDER), "a shipped guard has its place in the order"


def test_a_deployments_own_part_joins_them(extensions: Path) -> None:
    (extensions / "guards" / "no_sundays.py").write_text(OWN)
    assert names(extensions) - names(None) == {"no_sundays"}


def test_a_folder_without_extensions_adds_nothing(tmp_path: Path) -> None:
    assert names(tmp_path) == names(None)


def test_a_file_without_the_name_is_an_error_that_names_it(extensions: Path) -> None:
    (extensions / "guards" / "empty.py").write_text("X = 1\n")
    with pytest.raises(ConfigurationError, match=r"empty\.py: defines no GUARD"):
        names(extensions)


@dataclass
class Part:
    name: str


def test_two_with_one_name_are_an_error() -> None:
    assert list(unique([Part("a"), Part("b")], "guard")) == ["a", "b"]
    with pytest.raises(ConfigurationError, match="two guards are called 'a'"):
        unique([Part("a"), Part("a")], "guard")
