"""Consent is folded from entries: STOP ends all that was granted before, START restores only what is not marketing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import BUSINESS, PHONE, later, within

from records import consents, disclosures, ledger
from records.consents import Entry, Standing
from records.database import Database, Tx
from records.disclosures import Disclosure


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
    ("start brings back service, never marketing", [OPTED_IN, ASKED, STOP, START], False, {"service"}),
    ("a grant after start counts", [STOP, START, Said(10, "grant", "marketing")], False, {"marketing", "service"}),
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
    assert (now.revoked is not None, {grant.purpose for grant in now.grants}) == (stopped, granted)
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


OFFERS = Disclosure("Get our offers by text, up to 4 a month. Not needed to book. Reply STOP to stop.", "2026-11")


def of(act: str, *, minute: int, changes: dict[str, Any] | None = None) -> Callable[[Tx], str]:
    given = {"purpose": "marketing", "contact": "con_1", "method": "web_form", **(changes or {})}
    entry = Entry(business=BUSINESS, address=PHONE, channel="sms", act=act, evidence=f"e{minute}", actor="customer",
                  **given)  # fmt: skip
    return lambda tx: consents.add(tx, entry, later(minute))


def asked(database: Database, *adds: Callable[[Tx], str], contact: str = "con_1", minute: float = 60) -> Standing:
    def work(tx: Tx) -> Standing:
        for add_one in adds:
            add_one(tx)
        return consents.standing(tx, BUSINESS, PHONE, channel="sms", whose=(contact, later(minute)))

    return within(database, work)


def test_a_grant_is_the_persons_and_a_revocation_the_numbers(database: Database) -> None:
    grant = of("grant", minute=1, changes={"disclosure": OFFERS})
    assert asked(database, grant).grant("marketing")
    assert asked(database, contact="con_2").grant("marketing") is None
    stop = of("revoke", minute=2, changes={"purpose": "all"})
    assert asked(database, stop, contact="con_2").revoked


def test_a_grant_ends_when_it_said(database: Database) -> None:
    implied = of("grant", minute=1, changes={"expires_at": later(30), "method": "purchase", "jurisdiction": "CA"})
    assert asked(database, implied, minute=29).grant("marketing")
    assert asked(database, minute=30).grant("marketing") is None


def test_what_happened_before_a_stop_is_not_newer_because_it_is_told_later(database: Database) -> None:
    stop = of("revoke", minute=5, changes={"purpose": "all"})
    late = of("grant", minute=9, changes={"occurred_at": later(4), "disclosure": OFFERS})
    assert asked(database, stop, late).revoked
    future = of("grant", minute=10, changes={"occurred_at": later(9_000), "purpose": "all"})
    assert asked(database, future, of("revoke", minute=11, changes={"purpose": "all"})).revoked


def test_a_stop_told_late_counts_from_when_it_is_told(database: Database) -> None:
    start = of("grant", minute=5, changes={"purpose": "all"})
    late = of("revoke", minute=6, changes={"purpose": "all", "occurred_at": later(1)})
    assert asked(database, start, late).revoked


def test_an_imported_history_keeps_its_order(database: Database) -> None:
    was = {"purpose": "all", "occurred_at": later(-900), "method": "import"}
    grant = of("grant", minute=1, changes={"occurred_at": later(-800), "disclosure": OFFERS})
    assert asked(database, of("revoke", minute=2, changes=was), grant).grant("marketing") is None
    assert asked(database).revoked  # only START lifts it


def test_what_waits_for_a_confirmation_grants_nothing(database: Database) -> None:
    pending = of("pending", minute=1, changes={"disclosure": OFFERS})
    found = asked(database, pending)
    assert found.grants == () and len(found.pending) == 1
    assert asked(database, of("confirm", minute=2, changes={"disclosure": OFFERS})).grant("marketing")


def test_the_wording_shown_is_kept_word_by_word_and_told_by_its_hash(database: Database) -> None:
    found = asked(database, of("grant", minute=1, changes={"disclosure": OFFERS})).grants[0]
    assert found.disclosure == OFFERS.sha256
    assert within(database, lambda tx: disclosures.of(tx, BUSINESS, found.disclosure)) == OFFERS
    [event] = within(database, lambda tx: ledger.about(tx, BUSINESS, "con_1"))
    assert (event.body["disclosure"], event.body["version"]) == (OFFERS.sha256, "2026-11")
    assert "offers" not in str(event.body)
