"""Consent is folded from entries: STOP ends all that was granted before, START restores only what is not marketing."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import BUSINESS, PHONE, later, within

from records import consents, ledger
from records.consents import Entry, Standing
from records.database import Database, Tx


class Said(NamedTuple):
    """One entry, so many minutes after the start."""

    minute: int
    act: Literal["grant", "revoke"]
    purpose: str = "all"
    channel: str = "sms"


def add(tx: Tx, said: Said, number: int) -> str:
    entry = Entry(
        business=BUSINESS, contact="con_1", address=PHONE, channel=said.channel, purpose=said.purpose, act=said.act,
        method="keyword", evidence=f"msg_{number}", actor="customer",
    )  # fmt: skip
    return consents.add(tx, entry, later(said.minute))


def standing(database: Database, *said: Said, channel: str = "sms") -> Standing:
    def work(tx: Tx) -> Standing:
        for number, one in enumerate(said):
            add(tx, one, number)
        return consents.standing(tx, BUSINESS, PHONE, channel=channel)

    return within(database, work)


STOP, START = Said(5, "revoke"), Said(9, "grant")
OPTED_IN, OPTED_OUT = Said(1, "grant", "marketing"), Said(5, "revoke", "marketing")
ASKED = Said(1, "grant", "service")
CASES = [
    ("nothing said", [], False, set()),
    ("granted", [OPTED_IN, ASKED], False, {"marketing", "service"}),
    ("stop ends what was granted", [OPTED_IN, ASKED, STOP], True, set()),
    ("start brings nothing of it back", [OPTED_IN, ASKED, STOP, START], False, set()),
    ("a grant after start counts", [STOP, START, Said(10, "grant", "marketing")], False, {"marketing"}),
    ("only start lifts stop", [STOP, Said(6, "grant", "marketing"), Said(7, "grant", "service")], True, set()),
    ("stop again", [STOP, START, Said(10, "revoke")], True, set()),
    ("opting out of marketing leaves the rest", [OPTED_IN, ASKED, OPTED_OUT], False, {"service"}),
    ("opting in again", [OPTED_IN, OPTED_OUT, Said(6, "grant", "marketing")], False, {"marketing"}),
    ("a revocation wins a tie", [Said(5, "grant"), STOP], True, set()),
    ("a revocation wins a tie, said first", [STOP, Said(5, "grant")], True, set()),
    ("and of one purpose", [OPTED_OUT, Said(5, "grant", "marketing")], False, set()),
]


@pytest.mark.parametrize(("said", "stopped", "granted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_fold(database: Database, said: list[Said], stopped: bool, granted: set[str]) -> None:
    now = standing(database, *said)
    assert (now.revoked is not None, {purpose for purpose, _ in now.grants}) == (stopped, granted)
    assert within(database, lambda tx: consents.revoked(tx, BUSINESS, PHONE, channel="sms")) is stopped


def test_a_grant_names_its_entry(database: Database) -> None:
    entry = within(database, lambda tx: add(tx, OPTED_IN, 0))
    now = within(database, lambda tx: consents.standing(tx, BUSINESS, PHONE, channel="sms"))
    assert now.grant("marketing") == entry and now.grant("service") is None


@pytest.mark.parametrize(("channel", "stopped"), [("sms", True), ("call", False), ("web", False), ("fax", False)])
def test_an_opt_out_covers_its_channel(database: Database, channel: str, stopped: bool) -> None:
    assert (standing(database, STOP, channel=channel).revoked is not None) is stopped


def test_another_business_or_address_is_not_touched(database: Database) -> None:
    standing(database, STOP)
    assert not within(database, lambda tx: consents.revoked(tx, "dentist", PHONE, channel="sms"))
    assert not within(database, lambda tx: consents.revoked(tx, BUSINESS, "+12025550199", channel="sms"))
    assert not within(database, lambda tx: consents.revoked(tx, BUSINESS, None, channel="sms"))


def test_the_same_evidence_counts_once(database: Database) -> None:
    within(database, lambda tx: (add(tx, STOP, 1), add(tx, STOP, 1)))
    events = within(database, lambda tx: ledger.about(tx, BUSINESS, "con_1"))
    assert [e.kind for e in events] == ["consent.revoke"]


SAID = st.builds(
    Said, st.integers(0, 4), st.sampled_from(["grant", "revoke"]), st.sampled_from(["all", "marketing", "service"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAID, max_size=6))
def test_after_a_last_stop_nothing_is_granted(sqlite: Database, said: list[Said]) -> None:
    def work(tx: Tx) -> Standing:
        with tx.begin_nested() as undone:
            for number, one in enumerate([*said, Said(4, "revoke")]):
                add(tx, one, number)
            found = consents.standing(tx, BUSINESS, PHONE, channel="sms")
            undone.rollback()
        return found

    now = within(sqlite, work)
    assert now.revoked is not None and now.grants == ()
