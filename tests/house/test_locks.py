"""The locks pin everything by hash and tell nobody where they were made."""

from __future__ import annotations

import re
import tomllib

import pytest
from tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["postgres"]]
LOCKS = {"requirements.lock": NEEDED, "requirements-dev.lock": [*NEEDED, *PROJECT["dependency-groups"]["dev"]]}


def name(requirement: str) -> str:
    """Return the distribution's name as locks spell it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=;]", requirement)[0]).lower()


def pins(lock: str) -> dict[str, str]:
    """Return each pinned distribution with its lines, hashes included."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    return {name(entry): entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_pinned_with_hashes(lock: str) -> None:
    pinned = pins(lock)
    assert not {name(requirement) for requirement in LOCKS[lock]} - set(pinned), "run `make lock`"
    assert not [entry for entry in pinned.values() if "==" not in entry or "--hash=sha256:" not in entry]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_index_and_no_folder_is_named(lock: str) -> None:
    assert not re.findall(r".*(?:://|--index|--find-links|file:|^/|\s/).*", (ROOT / lock).read_text(), re.MULTILINE)


def test_what_is_served_is_what_was_tested() -> None:
    tested = pins("requirements-dev.lock")
    versions = {pin: entry.split()[0] for pin, entry in pins("requirements.lock").items()}
    assert versions == {pin: tested[pin].split()[0] for pin in versions}
