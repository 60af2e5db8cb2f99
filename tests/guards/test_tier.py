"""The dial, a tool's own setting above it, and an approval of exactly this."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from judging import BOOK, approval, facts, row_of, verdict, with_policy

from domain.settings import Policy
from guards import confirmed, tier

Dial = Literal["strict", "balanced", "relaxed"]
TIERS: list[tuple[Dial, int, str, str]] = [
    ("strict", 1, "none", "none"), ("strict", 2, "hold", "ask"), ("strict", 3, "hold", "ask"),
    ("balanced", 1, "none", "none"), ("balanced", 2, "none", "ask"), ("balanced", 3, "hold", "ask"),
    ("relaxed", 1, "none", "none"), ("relaxed", 2, "none", "none"), ("relaxed", 3, "hold", "ask"),
]  # fmt: skip


@pytest.mark.parametrize(("dial", "level", "by_tier", "by_confirmed"), TIERS)
def test_the_dial(dial: Dial, level: int, by_tier: str, by_confirmed: str) -> None:
    given = facts(pack=with_policy(Policy(dial=dial)))
    action = replace(BOOK, tier=level)
    assert verdict(tier.GUARD, action, given) == by_tier
    assert verdict(confirmed.GUARD, action, given) == by_confirmed


SETTINGS: list[tuple[Literal["auto", "ask", "hold", "never"], int, str, str]] = [
    ("auto", 3, "none", "none"), ("ask", 3, "none", "ask"), ("hold", 2, "hold", "ask"), ("never", 2, "deny", "ask"),
    ("hold", 1, "hold", "none"), ("ask", 1, "none", "ask"), ("never", 1, "deny", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "level", "by_tier", "by_confirmed"), SETTINGS)
def test_a_tools_own_setting_stands_above_the_dial(
    setting: Literal["auto", "ask", "hold", "never"], level: int, by_tier: str, by_confirmed: str
) -> None:
    given = facts(pack=with_policy(Policy(actions={"book": setting})))
    action = replace(BOOK, tier=level)
    assert verdict(tier.GUARD, action, given) == by_tier
    assert verdict(confirmed.GUARD, action, given) == by_confirmed


APPROVALS = [
    (approval("tier"), "allow"), (approval("tier", "notice"), "allow"), (approval("tier", kind="edit"), "allow"),
    (approval("notice"), "hold"), (approval("tier", args_hash="other"), "hold"), (None, "hold"),
    (approval("tier", kind="reject"), "hold"), (approval("tier", kind="expire"), "hold"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), APPROVALS)
def test_staff_approve_exactly_this_under_exactly_this_rule(said: dict[str, Any] | None, expected: str) -> None:
    given = facts(pack=with_policy(Policy(dial="strict")), known={"row": row_of(BOOK, staff=said)})
    assert verdict(tier.GUARD, BOOK, given) == expected
