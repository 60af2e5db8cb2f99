"""The codes of carriers, and what the doctor says of the business's present number."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources

import pytest
from making import NOW, salon, within

from channels import forwarding
from channels.forwarding import CARRIERS, codes, examine
from domain.settings import Business, Forwarding
from records import calls
from records.database import Database, open_database
from records.upgrade import upgrade

OURS, PRESENT = "+15185550100", "+15185550122"
TABLE = tomllib.loads(resources.files("channels").joinpath("data/forwarding.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Return an empty database."""
    made = open_database(f"sqlite:///{tmp_path_factory.mktemp('forwarding') / 'q.db'}", durable=False)
    upgrade(made)
    return made


def behind(**changed: object) -> Business:
    """Return the salon behind its present number."""
    way = Forwarding.model_validate({"number": PRESENT, "carrier": "verizon", **changed})
    return salon().business.model_copy(update={"forwarding": way})


def seen(business: Business, database: Database) -> dict[str, tuple[bool, str]]:
    """Return each finding with whether it fits and what to do."""
    return {f.name: (f.ok, f.next_step) for f in examine(business, database)}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_has_codes_seconds_and_a_dated_source(carrier: str) -> None:
    told = codes(Forwarding(number=PRESENT, carrier=carrier), OURS)
    assert OURS in told["no_answer"]
    assert OURS in told["busy"]
    assert told["off"]
    assert not any("{" in code for code in told.values())
    row = TABLE[carrier]
    assert row["source"]
    assert row["confidence"]
    assert 5 <= row["ring_s"] <= row["voicemail_s"]
    assert isinstance(TABLE["as_of"], date)


@pytest.mark.parametrize(("after", "code"), [(20, "**20#"), (23, "**20#"), (60, "**30#"), (5, "**5#")])
def test_gsm_networks_are_told_the_seconds_in_steps_of_five(after: int, code: str) -> None:
    way = Forwarding(number=PRESENT, carrier="tmobile", after_s=after)
    assert codes(way, OURS)["no_answer"] == f"**61*{OURS}{code}"


def test_without_a_present_number_there_is_nothing_to_look_at(database: Database) -> None:
    assert examine(salon().business, database) == []


def test_a_carrier_that_is_not_listed_is_named(database: Database) -> None:
    [found] = examine(behind(carrier="pigeon_post"), database)
    assert not found.ok
    assert "verizon" in found.next_step
    assert codes(Forwarding(number=PRESENT, carrier="as_of"), OURS) == {}


def test_the_carriers_voicemail_must_not_be_first(database: Database) -> None:
    assert seen(behind(after_s=20), database)["voicemail"][0]
    ok, fix = seen(behind(after_s=30), database)["voicemail"]
    assert (ok, fix) == (False, "forward after less than 30 s, or have the carrier switch its voicemail off")
    assert not seen(behind(after_s=20, voicemail_s=18), database)["voicemail"][0]


def test_a_ring_at_the_present_number_must_not_come_back(database: Database) -> None:
    own = behind(after_s=5).model_copy(update={"transfer_to": PRESENT})
    assert not seen(own, database)["ring"][0]
    assert seen(own.model_copy(update={"forwarding": behind(after_s=10).forwarding}), database)["ring"][0]
    assert seen(behind(after_s=5), database)["ring"][0]


def test_a_number_cannot_forward_to_itself(database: Database) -> None:
    assert not seen(behind(number=OURS), database)["forwarding"][0]


def test_a_test_call_is_asked_for_until_one_has_arrived(database: Database) -> None:
    ok, fix = seen(behind(), database)["forwarded"]
    assert not ok
    assert f"on {PRESENT} dial *71{OURS}" in fix
    body = {"call": "CA1", "hides": 1}
    within(database, lambda tx: calls.note(tx, "salon", "forwarded", body=body, now=NOW))
    ok, fix = seen(behind(), database)["forwarded"]
    assert (ok, "ask the carrier to pass the caller's number on" in fix) == (False, True)
    within(database, lambda tx: calls.note(tx, "salon", "forwarded", body={"call": "CA2", "hides": 0}, now=NOW))
    assert seen(behind(), database)["forwarded"] == (True, "")
    assert forwarding.examine(behind(), database)[-1].seen == "the last one arrived 2026-11-24T15:00:00Z"
