"""Arguments as fields and back: people see names, local times and money; what will run stays canonical."""

from __future__ import annotations

from typing import Any

import pytest
from making import booking_of, salon

from desk.forms import canonical, errors_by_field, expected_receipt, fields
from domain.action import Action
from domain.errors import BadInput
from domain.settings import Business

BUSINESS: Business = salon().business
ARGS: dict[str, Any] = {
    "service": "cut", "staff": "ana", "start": 1795791600000, "price_cents": 4500, "name": None, "party": 2,
    "note": "window seat", "tip_cents": 150,
}  # fmt: skip


def test_each_argument_is_shown_as_people_know_it() -> None:
    shown = {f.name: f for f in fields(ARGS, BUSINESS)}
    assert "name" not in shown, "what is not given is not shown"
    assert (shown["start"].label, shown["start"].kind, shown["start"].value) == (
        "When", "datetime", "2026-11-27T10:00:00-05:00"
    )  # fmt: skip
    assert (shown["tip_cents"].label, shown["tip_cents"].value, shown["tip_cents"].unit) == ("Tip", "1.50", "USD")
    assert [(c.value, c.label) for c in shown["staff"].choices] == [("ana", "Ana"), ("ben", "Ben")]
    assert ("cut", "Haircut") in [(c.value, c.label) for c in shown["service"].choices]
    assert (shown["party"].kind, shown["note"].kind) == ("number", "text")
    fixed = {name for name, f in shown.items() if not f.editable}
    assert fixed == {"service", "price_cents"}


def test_what_is_shown_reads_back_as_it_was() -> None:
    shown = {f.name: f.value for f in fields(ARGS, BUSINESS) if f.editable}
    assert canonical(ARGS, shown, BUSINESS) == {name: ARGS[name] for name in shown}


@pytest.mark.parametrize(
    ("start", "ms"),
    [
        ("2026-11-27T10:00:00-05:00", 1795791600000),
        ("2026-11-27T10:00", 1795791600000),  # without a zone it is the business's, wherever the server stands
        ("2026-11-27T15:00:00Z", 1795791600000),
        ("2026-07-03T10:00", 1783087200000),
    ],
)
def test_a_time_is_the_businesss_unless_it_says_otherwise(start: str, ms: int) -> None:
    assert canonical(ARGS, {"start": start}, BUSINESS) == {"start": ms}


@pytest.mark.parametrize("name", ["booking", "version", "price_cents", "service", "unknown", "contact", ""])
def test_what_an_action_is_about_cannot_be_changed(name: str) -> None:
    with pytest.raises(BadInput, match=f"^{name}: this cannot be changed$"):
        canonical({**ARGS, "booking": "bkg_1", "version": 1}, {name: "1"}, BUSINESS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("start", "tomorrow"), ("start", ""), ("start", "2026-02-30T10:00"), ("start", "99999-01-01T00:00"),
        ("tip_cents", "lots"), ("tip_cents", "NaN"), ("tip_cents", "sNaN"), ("tip_cents", "Infinity"),
        ("tip_cents", "-Infinity"), ("tip_cents", "1e999999"), ("tip_cents", "1e40"), ("tip_cents", "19.999"),
        ("tip_cents", "-1"), ("tip_cents", ""), ("party", "two"), ("party", "2.5"), ("party", "9" * 5000),
        ("staff", "zoe"), ("staff", "Ana"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(name: str, words: str) -> None:
    with pytest.raises(BadInput, match=f"^{name}: .* cannot be read$"):
        canonical(ARGS, {name: words}, BUSINESS)


@pytest.mark.parametrize(("words", "cents"), [("0", 0), ("19.99", 1999), ("45", 4500), ("0.10", 10)])
def test_money_is_whole_cents(words: str, cents: int) -> None:
    assert canonical(ARGS, {"tip_cents": words}, BUSINESS) == {"tip_cents": cents}


def test_a_tools_findings_are_told_by_field() -> None:
    assert errors_by_field("amount_cents: too small; name: too long") == {
        "amount_cents": "too small", "name": "too long"
    }  # fmt: skip
    assert errors_by_field("nothing fits") == {"": "nothing fits"}


def test_the_code_of_a_booking_is_known_before_it_is_made() -> None:
    proposal = booking_of()
    row = Action(
        id=proposal.id, business="salon", contact=None, tool="book", args=proposal.args, args_hash="", version=1,
        tier=2, purpose="service", assurance=1, state="held", cause="", proposed_by="", turn=None, channel=None,
        address=None, snapshot="", ref="",
    )  # fmt: skip
    made = expected_receipt(row)
    assert made["code"] == str(made["booking"])[4:10].upper()
    assert expected_receipt(row) == made
