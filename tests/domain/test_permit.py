"""A permit cannot be made, changed or lent."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from domain.permit import Permit, mint

ROW: dict[str, Any] = {
    "id": "act_1", "business": "salon", "contact": "con_1", "tool": "message", "args": {"text": "Hi"},
    "args_hash": "h", "purpose": "service", "channel": "sms", "address": "+12025550143",
}  # fmt: skip


def test_a_permit_says_what_the_row_said() -> None:
    permit = mint(row={**ROW, "state": "executing"}, fence=3)
    assert {**ROW, "fence": 3} == {
        ("id" if f.name == "action" else f.name): getattr(permit, f.name) for f in fields(permit) if f.name != "seal"
    }


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_nobody_makes_one_by_hand(seal: str) -> None:
    said = {("action" if name == "id" else name): value for name, value in ROW.items()}
    with pytest.raises(PermissionError, match="records.actions.claim"):
        Permit(**said, fence=1, seal=seal)


CHANGES: list[dict[str, Any]] = [
    {"action": "act_2"}, {"args": {"text": "Buy now"}}, {"address": "+12025550199"}, {"tool": "refund_deposit"},
    {"fence": 2}, {"contact": None}, {"purpose": "mandated"}, {"channel": "call"}, {"business": "dentist"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_one_cannot_be_turned_into_another(change: dict[str, Any]) -> None:
    with pytest.raises(PermissionError):
        replace(mint(row=ROW, fence=1), **change)


def test_one_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        mint(row=ROW, fence=1).address = "+12025550199"  # type: ignore[misc]
