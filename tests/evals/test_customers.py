"""Simulated customers: they speak recorded sentences, get what they wanted, and see no promise broken."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from domain.errors import BadInput
from evals.corpora.rows import Rows
from evals.customers.agenda import PERSONAS, Customer, Goal
from evals.customers.bank import Bank, read_bank
from evals.customers.playing import simulate
from evals.customers.script import Reaction, Script, Scripted, read_script

SALON = Path(__file__).resolve().parents[2] / "packs" / "salon"
GOAL = Goal("Haircut", "March 5", "10 am", "Thursday 5 March at 10:00 am")
READ_BACK = "Haircut with Ana, Thursday 5 March at 10:00 am, $45. Shall I book it?"
OTHER_READ_BACK = "Haircut with Ana, Friday 6 March at 10:00 am, $45. Shall I book it?"
OWN = Bank({"YES": ("Yes, that is fine.", "Yes."), "WHEN": ("Make it {date} at {time}.", "On {city} at {time}")})


def _customer(persona: str, *goals: Goal) -> Customer:
    return Customer(OWN, persona, list(goals or (GOAL,)), Random(1))  # type: ignore[arg-type]


def test_a_yes_is_said_to_the_goal_only() -> None:
    customer = _customer("plain")
    assert customer.answer("What day and time would suit you for your Haircut?") == ["Make it March 5 at 10 am."]
    assert customer.answer(OTHER_READ_BACK) == ["No, March 5 at 10 am."]
    assert customer.answer(READ_BACK)[0].startswith("Yes")
    assert customer.yes_said_to == [READ_BACK]
    customer.answer("You're booked: Haircut …")
    assert customer.ended


def test_characters() -> None:
    assert _customer("terse").answer(READ_BACK) == ["Yes."]
    assert _customer("silent").answer(READ_BACK) == []
    assert _customer("opts_out").answer(READ_BACK) == ["STOP"]
    other = Goal("Haircut", "March 6", "10 am", "Friday 6 March at 10:00 am")
    assert _customer("changes_mind", GOAL, other).answer(READ_BACK) == ["No, March 6 at 10 am."]
    assert _customer("yes_to_anything").answer(OTHER_READ_BACK)[0].startswith("Yes")


def test_a_bank_of_another_shape_is_named() -> None:
    with pytest.raises(BadInput, match="rows:None: family: Field required; a row has"):
        read_bank([{"after": "X"}])
    with pytest.raises(BadInput, match="no sentences about appointments"):
        read_bank([{"family": "Restaurants", "after": "CONFIRM", "acts": "AFFIRM", "templates": ["Yes."]}])


def test_a_script_reacts_tells_what_is_asked_and_goes_on(tmp_path: Path) -> None:
    script = Script(
        opening="Hi", facts={"phone number": "555-0100", "name": "Mia"}, do=["book me in", "bye"],
        reactions=[Reaction(when="card", say="I do not give my card")],
    )  # fmt: skip
    caller = Scripted(script)
    assert caller.first() == ["Hi"]
    assert caller.answer("What is your name?") == ["Mia"]
    assert caller.answer("And your card number?") == ["I do not give my card"]
    assert caller.answer("And your card number?") == ["555-0100"]
    assert [caller.answer("Good."), caller.answer("Good."), caller.answer("Good.")] == [["book me in"], ["bye"], []]
    (tmp_path / "a.yaml").write_text("opening: hi\nreactions: [{when: '(', say: x}]\n", "utf-8")
    with pytest.raises(BadInput, match="a.yaml: reactions.0.when: .*not a regular expression"):
        read_script(tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_text("opening: hi\nfacts: {day: Friday}\n", "utf-8")
    assert read_script(tmp_path / "a.yaml").facts == {"day": "Friday"}


async def test_every_character_before_the_real_stage(shared_data: Path, tmp_path: Path) -> None:
    bank = read_bank(Rows(shared_data / "sgd_user_utterance_bank.jsonl.gz"))
    found = await simulate(tmp_path / "home", SALON, bank, personas=PERSONAS, seeds=2)
    assert found["conversations"] == 2 * len(PERSONAS)
    assert found["broken"] == []
    assert found["booked"]["plain"]["right"] + found["booked"]["terse"]["right"] >= 3
    assert found["booked"]["silent"] == found["booked"]["opts_out"] == {"right": 0, "wrong": 0, "none": 2}
