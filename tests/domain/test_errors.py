"""Errors people can do something about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain import errors
from domain.errors import BadInput, ConfigurationError, Later, QotBotError, ToolRefused


@pytest.mark.parametrize(
    "name", [n for n, e in vars(errors).items() if isinstance(e, type) and e.__module__ == errors.__name__]
)
def test_all_of_them_are_ours_and_in_the_picture(name: str) -> None:
    assert issubclass(getattr(errors, name), QotBotError) and name in (errors.__doc__ or "")


def test_wrong_input_is_a_value_error_too() -> None:
    assert issubclass(BadInput, ValueError) and issubclass(ConfigurationError, ValueError)


def test_what_they_carry() -> None:
    ready = datetime(2026, 11, 24, tzinfo=UTC)
    assert Later(ready).ready == ready and "2026-11-24" in str(Later(ready))
    facts = {"when": "10:30"}
    refused = ToolRefused("slot_taken", facts)
    facts["when"] = "changed"
    assert (refused.code, refused.facts, ToolRefused("x").facts) == ("slot_taken", {"when": "10:30"}, {})
