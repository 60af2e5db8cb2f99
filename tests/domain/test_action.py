"""An action's id is what it is and where it comes from; its hash is what a yes covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from making import booking_of

from domain.action import FINAL, OPEN, ActionState

BOOK = booking_of()


@pytest.mark.parametrize("change", [{"cause": "trn_2"}, {"tool": "cancel"}, {"args": {"start": 2}}, {"ordinal": 1}])
def test_what_makes_it_another_action(change: dict[str, Any]) -> None:
    assert replace(BOOK, **change).id != BOOK.id


@pytest.mark.parametrize(
    "change", [{"proposed_by": "staff:kim"}, {"address": "+12025550199"}, {"snapshot": "s"}, {"tier": 3}]
)
def test_what_leaves_it_the_same(change: dict[str, Any]) -> None:
    assert replace(BOOK, **change).id == BOOK.id


def test_a_continuation_keeps_the_id() -> None:
    assert replace(BOOK, action="act_old", args={"start": 9}).id == "act_old"


def test_the_hash_covers_tool_and_arguments_only() -> None:
    assert replace(BOOK, cause="trn_2").args_hash == BOOK.args_hash
    assert replace(BOOK, args={"start": 2}).args_hash != BOOK.args_hash != replace(BOOK, tool="move").args_hash


def test_a_state_is_open_or_final_or_executing() -> None:
    assert OPEN | FINAL | {"executing"} == set(get_args(ActionState)) and not OPEN & FINAL
