"""The tools that leave one thing: a lead, a hand-over, a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from making import PHONE
from pydantic import ValidationError
from workbench import Workbench

from domain.message import Delivery, Refused, Sent
from domain.tool import Ports
from tools import capture_lead, hand_over, message
from tools.capture_lead import CaptureLead
from tools.hand_over import HandOver
from tools.message import Message
from tools.payments import FilePayments


def test_a_lead_is_a_follow_up_of_a_day_with_a_name(bench: Workbench) -> None:
    args = CaptureLead(name=" Mia ", need="bridal hair in June", reach="mia@example.com")
    receipt = bench.do(capture_lead.write, args)
    [row] = bench.rows("SELECT * FROM obligation")
    assert receipt == {"obligation": row.id}
    assert (row.kind, row.contact) == ("lead", bench.contact)
    assert row.detail == "Mia: bridal hair in June. Reach: mia@example.com."
    assert row.due_at - row.opened_at == 24 * 3600_000
    assert [r.name for r in bench.rows("SELECT name FROM contact")] == ["Mia"]
    assert bench.do(capture_lead.describe, args) == {"name": "Mia", "need": "bridal hair in June"}
    bench.do(capture_lead.write, args)
    assert len(bench.rows("SELECT 1 FROM obligation")) == 1, "once per action"


def test_a_lead_of_nobody_known_is_kept_all_the_same(bench: Workbench) -> None:
    bench.do(capture_lead.write, CaptureLead(name="Jo", need="a quote"), contact=None)
    assert [(r.kind, r.contact) for r in bench.rows("SELECT * FROM obligation")] == [("lead", None)]


@pytest.mark.parametrize("odd", [{"name": ""}, {"name": " "}, {"need": ""}, {"need": "x" * 401}, {"to": "me"}])
def test_a_lead_needs_a_name_and_a_need(odd: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CaptureLead.model_validate({"name": "Mia", "need": "a quote", **odd})


def test_a_hand_over_is_due_when_the_business_promised_to_answer(bench: Workbench) -> None:
    receipt = bench.do(hand_over.write, HandOver(reason="asked", words="a person please"))
    [row] = bench.rows("SELECT * FROM obligation")
    assert receipt == {"obligation": row.id}
    assert (row.kind, row.detail, row.due_at - row.opened_at) == ("callback", "asked: a person please", 600_000)


def test_an_emergency_is_due_at_once(bench: Workbench) -> None:
    bench.do(hand_over.write, HandOver(reason="emergency", words="he collapsed"))
    [row] = bench.rows("SELECT * FROM obligation")
    assert (row.detail, row.due_at) == ("emergency: he collapsed", row.opened_at)


def test_a_hand_over_has_one_of_five_reasons() -> None:
    with pytest.raises(ValidationError):
        HandOver.model_validate({"reason": "bored"})


def test_a_message_is_planned_in_the_thread_before_it_leaves(bench: Workbench) -> None:
    receipt = bench.do(message.write, Message(text="Hello", options=["Yes", "No"]))
    [row] = bench.rows("SELECT * FROM message")
    assert receipt == {"message": row.id}
    assert (row.direction, row.state, row.text, row.contact) == ("out", "planned", "Hello", bench.contact)
    assert (row.channel, row.address, row.action) == ("sms", PHONE, "act_one")
    bench.do(message.write, Message(text="Hello", options=["Yes", "No"]))
    assert len(bench.rows("SELECT 1 FROM message")) == 1, "once per action"


@pytest.mark.parametrize("odd", [{"text": ""}, {"text": "x" * 1601}, {"options": ["x"] * 11}, {"to": "+12025550177"}])
def test_a_message_has_words_and_no_recipient(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate({"text": "Hello", **odd})


async def test_a_message_leaves_through_the_switchboard() -> None:
    seen: list[str] = []

    async def send(_permit: Any, payload: dict[str, Any]) -> Delivery:
        seen.append(payload["text"])
        return Sent({"sid": "SM1"})

    async def find(_permit: Any, _payload: dict[str, Any]) -> Delivery:
        return Refused("no", "absent")

    tool, permit = message.TOOL(Ports(send=send, find_sent=find, payments=FilePayments(Path()))), Any
    assert tool.deliver is not None
    assert tool.reconcile is not None
    assert await tool.deliver(permit, {"text": "Hello"}) == Sent({"sid": "SM1"})  # type: ignore[arg-type]
    assert await tool.reconcile(permit, {"text": "Hello"}) == Refused("no", "absent")  # type: ignore[arg-type]
    assert seen == ["Hello"]
