"""Paying a deposit back: never twice, never more, never somebody else's, and counted only while it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from making import PHONE, a_contact
from pydantic import ValidationError
from workbench import Workbench, local

from domain.message import Refused, Sent, Unknown
from tools import book
from tools.payments import FilePayments
from tools.refund_deposit import RefundDeposit, describe, undo, write


def coloured(bench: Workbench) -> str:
    """A booking with a deposit of $25."""
    args = book.Book(service="colour", staff="ana", start=local("2026-11-27T10:00"), price_cents=11000)
    return str(bench.do(book.write, args, "act_book")["booking"])


def refunded(bench: Workbench) -> int:
    """How much counts as paid back."""
    [row] = bench.rows("SELECT refunded_cents FROM booking")
    return int(row.refunded_cents)


def test_a_refund_is_counted_up_to_the_deposit(bench: Workbench) -> None:
    booking = coloured(bench)
    part = RefundDeposit(booking=booking, amount_cents=1500)
    assert bench.do(write, part) == {"booking": booking, "cents": 1500}
    assert bench.refuses(write, part, "act_two") == "nothing_to_refund"
    bench.do(write, RefundDeposit(booking=booking, amount_cents=1000), "act_two")
    assert refunded(bench) == 2500
    assert bench.refuses(write, RefundDeposit(booking=booking, amount_cents=1), "act_three") == "nothing_to_refund"


def test_a_refund_that_the_provider_refused_is_owed_again(bench: Workbench) -> None:
    args = RefundDeposit(booking=coloured(bench), amount_cents=2500)
    bench.do(write, args)
    bench.do(undo, args)
    assert refunded(bench) == 0
    bench.do(write, args, "act_two")


def test_nobody_elses_deposit_is_paid_back_or_shown(bench: Workbench) -> None:
    args = RefundDeposit(booking=coloured(bench), amount_cents=100)
    jo = a_contact(bench.database, PHONE.replace("0143", "0177"))
    for step in (write, describe):
        assert bench.refuses(step, args, contact=jo) == "no_booking"
        assert bench.refuses(step, args.model_copy(update={"booking": "bkg_nothing"})) == "no_booking"
    assert refunded(bench) == 0


@pytest.mark.parametrize("cents", [0, -100])
def test_an_amount_is_positive(cents: int) -> None:
    with pytest.raises(ValidationError):
        RefundDeposit(booking="bkg_x", amount_cents=cents)


def test_it_is_described_in_the_businesss_words(bench: Workbench) -> None:
    args = RefundDeposit(booking=coloured(bench), amount_cents=2550)
    told = {"amount": "$25.50", "service": "Colour", "when": "Friday 27 November at 10:00 am"}
    assert bench.do(describe, args) == told


async def test_the_provider_pays_once_per_key(tmp_path: Path) -> None:
    payments = FilePayments(tmp_path)
    assert await payments.find_refund("act_1") == Refused("there is no such refund", "absent")
    first = await payments.refund(key="act_1", charge="bkg_1", amount_cents=500)
    assert isinstance(first, Sent)
    assert await payments.refund(key="act_1", charge="bkg_1", amount_cents=500) == first
    assert await payments.find_refund("act_1") == first
    lines = [json.loads(line) for line in (tmp_path / "payments.jsonl").read_text().splitlines()]
    assert [(line["key"], line["cents"]) for line in lines] == [("act_1", 500)]


async def test_the_provider_fails_when_told_to(tmp_path: Path) -> None:
    payments, fail = FilePayments(tmp_path), tmp_path / "payments.fail"
    fail.write_text("declined\n")
    declined = await payments.refund(key="act_1", charge="bkg_1", amount_cents=500)
    assert isinstance(declined, Refused)
    assert declined.code == "declined"
    fail.write_text("silent")
    assert isinstance(await payments.refund(key="act_1", charge="bkg_1", amount_cents=500), Unknown)
    assert not (tmp_path / "payments.jsonl").exists()
    fail.unlink()
    assert isinstance(await payments.refund(key="act_1", charge="bkg_1", amount_cents=500), Sent)
