"""What holds for every tool that is found, shipped or added: the contract that the door and the desk rely on."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from making import salon

from domain.action import Assurance, Purpose, Tier
from domain.extensions import discover
from domain.message import Delivery, Refused
from domain.settings import DIALS
from domain.tool import Args, Ports, Tool
from tools.payments import FilePayments


async def _nobody(_permit: Any, _payload: dict[str, Any]) -> Delivery:
    return Refused("nobody is there", "absent")


def found() -> list[Tool]:
    """Every tool of the folder."""
    ports = Ports(send=_nobody, find_sent=_nobody, payments=FilePayments(Path("/nonexistent")))
    return [part if isinstance(part, Tool) else part(ports) for part in discover("tools", "TOOL")]


TOOLS = found()
every_tool = pytest.mark.parametrize("tool", TOOLS, ids=[tool.name for tool in TOOLS])


def test_the_shipped_tools_are_all_found_under_names_of_their_own() -> None:
    assert sorted(tool.name for tool in TOOLS) == [
        "answer", "book", "campaign", "cancel", "capture_lead", "check_code", "find_slots", "hand_over",
        "list_bookings", "message", "refund_deposit", "reschedule", "send_code",
    ]  # fmt: skip


@every_tool
def test_name_tier_purpose_and_assurance_are_ones_the_door_knows(tool: Tool) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", tool.name)
    assert tool.tier in set(Tier)
    assert tool.assurance in set(Assurance)
    assert tool.purpose in get_args(Purpose)
    assert tool.purpose != "mandated", "no tool may speak for the law"
    assert tool.purpose != "marketing" or tool.name == "campaign", "only a campaign sells"
    for dial in DIALS:
        policy = salon().policy.model_copy(update={"dial": dial, "actions": {}})
        assert policy.setting(tool.name, tool.tier) in ("auto", "ask", "hold")


@every_tool
def test_it_does_exactly_one_kind_of_thing(tool: Tool) -> None:
    assert (tool.read is None) != (tool.write is None)
    assert (tool.tier == Tier.READ) == (tool.read is not None)
    assert (tool.deliver is None) == (tool.reconcile is None)
    assert tool.write is not None or tool.deliver is None
    assert tool.hold is None or tool.release is not None
    assert tool.undo is None or tool.deliver is not None
    for step in (tool.deliver, tool.reconcile):
        assert step is None or inspect.iscoroutinefunction(step)
    for step in (tool.read, tool.write, tool.hold, tool.release, tool.undo, tool.describe):
        assert step is None or not inspect.iscoroutinefunction(step), "nothing may wait inside a transaction"


@every_tool
def test_its_arguments_are_closed_frozen_and_name_no_recipient(tool: Tool) -> None:
    assert issubclass(tool.args, Args)
    assert tool.args.model_config.get("extra") == "forbid"
    assert tool.args.model_config.get("frozen")
    schema = tool.args.model_json_schema()
    assert not {"contact", "address", "to", "recipient", "channel", "session"} & set(schema["properties"])


@every_tool
def test_it_is_documented(tool: Tool) -> None:
    own = inspect.getmodule(tool.read or tool.write)
    assert own is not None
    assert own.__doc__
    assert inspect.getdoc(tool.args) not in (None, inspect.getdoc(Args))
    for step in (tool.read, tool.write, tool.hold, tool.release, tool.undo, tool.describe):
        assert step is None or inspect.getdoc(step), "each public step says what it does"


@every_tool
def test_what_commits_somebody_says_what_it_will_do(tool: Tool) -> None:
    """Read-backs and cards are made of it."""
    assert tool.tier < Tier.COMMITS or tool.describe is not None
    if tool.describe is not None and tool.assurance < Assurance.STAFF:  # staff's own are told to no customer
        wording = [key for key in salon().wording if key.startswith(f"{tool.name}.")]
        assert f"{tool.name}.done" in wording
