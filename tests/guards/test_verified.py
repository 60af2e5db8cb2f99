"""Verified: what must be looked up first runs only on the last look, if it found exactly this free, lately."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from judging import BOOK, facts, verdict
from making import NOW, later

from domain.action import Assurance, Tier
from domain.clock import to_ms
from domain.errors import ConfigurationError
from domain.tool import Args, Tool
from evals.corpora.layer import Call, layer
from guards.verified import GUARD, Look

NEEDS = replace(BOOK, look=("look_up", "h1"))
LOOKS = [
    (None, "deny"),
    (Look("evt_1", "h1", True, to_ms(NOW)), "allow"),
    (Look("evt_1", "h2", True, to_ms(NOW)), "deny"),
    (Look("evt_1", "h1", False, to_ms(NOW)), "deny"),
    (Look("evt_1", "h1", True, to_ms(later(-30))), "allow"),
    (Look("evt_1", "h1", True, to_ms(later(-31))), "deny"),
]


@pytest.mark.parametrize(("look", "expected"), LOOKS)
def test_only_a_fresh_look_at_exactly_this_that_found_it_free(look: Look | None, expected: str) -> None:
    assert verdict(GUARD, NEEDS, facts(known={"verified": look})) == expected
    assert verdict(GUARD, BOOK, facts(known={"verified": None})) == "none"


class Slot(Args):
    """A time."""

    at: str


def test_a_tool_says_what_must_be_looked_up() -> None:
    about: dict[str, Any] = {"name": "take", "purpose": "service", "assurance": Assurance.ADDRESS, "args": Slot}
    tool = Tool(**about, tier=Tier.COMMITS, write=lambda a, c: {}, checked_by=lambda a: ("look", {"at": a.at}))
    assert (tool.look(Slot(at="9")) or ("", ""))[0] == "look"
    assert tool.look(Slot(at="9")) != tool.look(Slot(at="10"))
    assert Tool(**about, tier=Tier.COMMITS, write=lambda a, c: {}).look(Slot(at="9")) is None
    with pytest.raises(ConfigurationError, match="only a tool that writes"):
        Tool(**about, tier=Tier.READ, read=lambda a, c: {}, checked_by=lambda a: ("look", {}))


async def test_a_later_look_takes_the_place_of_an_earlier_one() -> None:
    async with layer(lambda tool, args, action: {"free": args["at"] == "9"}, dial="relaxed") as real:
        real.offer("look", Tier.READ)
        real.offer("take", Tier.COMMITS, checked_by=lambda args: ("look", {"at": args.at}))
        who = await real.caller("is 9 free?")
        assert real.propose(who, Call(tool="take", args={"at": "9"}, cause="1")).state == "refused"
        await real.through_graph(who, Call(tool="look", args={"at": "9"}, cause="2"))
        assert real.propose(who, Call(tool="take", args={"at": "9"}, cause="3")).state == "done"
        assert real.propose(who, Call(tool="take", args={"at": "10"}, cause="4")).state == "refused"
        await real.through_graph(who, Call(tool="look", args={"at": "10"}, cause="5"))
        assert real.propose(who, Call(tool="take", args={"at": "10"}, cause="6")).state == "refused"
        assert real.propose(who, Call(tool="take", args={"at": "9"}, cause="7")).state == "refused"
        other = await real.caller("and for me?")
        assert real.propose(other, Call(tool="take", args={"at": "9"}, cause="8")).state == "refused"
