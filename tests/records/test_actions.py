"""Actions: every decision recorded, one claim, one end; and no permit without both."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from making import (
    ASK,
    BUSINESS,
    DENY,
    HOLD,
    KEYS,
    NOW,
    PHONE,
    a_contact,
    booking_of,
    later,
    message_of,
    recorded,
    within,
)

from domain.action import Action, Proposal
from domain.clock import to_ms
from domain.decision import Finding
from domain.errors import Later, ReusedActionId
from domain.permit import Permit
from records import actions, consents, leases, ledger, schema
from records.audit import audit
from records.consents import Entry
from records.database import Database, Tx


def record(database: Database, proposal: Proposal, *findings: Finding) -> Action:
    return within(database, lambda tx: recorded(tx, proposal, *findings))


def claim(database: Database, action: Action, seconds: float = 0) -> tuple[Permit | None, Action]:
    now = later(seconds=seconds)
    return within(database, lambda tx: actions.claim(tx, action, now=now))


def kinds(database: Database, action: str) -> list[str]:
    return [e.kind for e in within(database, lambda tx: ledger.about(tx, BUSINESS, action))]


def decisions(tx: Tx) -> list[tuple[int, str]]:
    d = schema.decision.c
    return [(r.version, r.outcome) for r in tx.execute(sa.select(d.version, d.outcome).order_by(d.n))]


STATES = [((), "cleared"), ((ASK,), "asked"), ((HOLD,), "held"), ((DENY,), "refused"), ((HOLD, ASK), "asked")]


@pytest.mark.parametrize(("findings", "state"), STATES)
def test_a_decision_makes_the_state(database: Database, findings: tuple[Finding, ...], state: str) -> None:
    action = record(database, booking_of(), *findings)
    assert action.state == state and action.version == 1 and action.ref == "A" + action.id[4:8].upper()
    assert [f["rule"] for f in action.findings] == [f.rule for f in findings]
    assert (action.expires_at is not None) == (state in ("asked", "held"))
    assert kinds(database, action.id) == ["action.judged"]


def test_the_same_proposal_is_the_same_action(database: Database) -> None:
    record(database, booking_of(), ASK)
    record(database, booking_of(), HOLD)
    assert within(database, decisions) == [(1, "ask"), (1, "hold")]
    assert len(within(database, lambda tx: actions.in_state(tx, BUSINESS, ("held", "asked")))) == 1


def test_a_wait_that_goes_on_keeps_its_end(database: Database) -> None:
    first = record(database, booking_of(), HOLD)
    again = within(database, lambda tx: recorded(tx, booking_of(), HOLD, now=later(5)))
    assert again.expires_at == first.expires_at == to_ms(later(30))
    other = within(database, lambda tx: recorded(tx, booking_of(), ASK, now=later(5)))
    assert other.expires_at == to_ms(later(35))


def test_an_id_with_other_arguments_is_an_error(database: Database) -> None:
    action = record(database, booking_of(), ASK)
    within(database, lambda tx: tx.execute(schema.action.update().values(args_hash="other")))
    with pytest.raises(ReusedActionId, match=action.id):
        record(database, booking_of())


@pytest.mark.parametrize("end", ["asked", "done"])
def test_an_id_of_another_tool_is_an_error(database: Database, end: str) -> None:
    action = record(database, booking_of(), ASK)
    within(database, lambda tx: tx.execute(schema.action.update().values(state=end)))
    with pytest.raises(ReusedActionId, match="is book, not message"):
        record(database, replace(message_of(), action=action.id))


def test_a_continuation_with_other_arguments_is_a_new_version(database: Database) -> None:
    action = record(database, booking_of(1), ASK)
    changed = record(database, replace(booking_of(2), action=action.id), ASK)
    assert (changed.id, changed.version, changed.args["start"]) == (action.id, 2, 2)


def test_a_claim_gives_the_one_permit(database: Database) -> None:
    action = record(database, booking_of())
    permit, claimed = claim(database, action)
    assert permit is not None and claimed.state == "executing"
    assert (permit.action, permit.args, permit.args_hash, permit.fence) == (
        action.id, action.args, action.args_hash, 1,
    )  # fmt: skip
    assert claim(database, action)[0] is None


@pytest.mark.parametrize("findings", [(ASK,), (HOLD,), (DENY,)])
def test_what_is_not_cleared_is_not_claimed(database: Database, findings: tuple[Finding, ...]) -> None:
    action = record(database, booking_of(), *findings)
    assert claim(database, action)[0] is None


def test_other_arguments_are_not_claimed(database: Database) -> None:
    action = record(database, booking_of())
    assert within(database, lambda tx: actions.claim(tx, replace(action, args_hash="other"), now=NOW))[0] is None
    assert claim(database, action)[0] is not None


def test_a_clearance_gets_stale_and_can_be_given_again(database: Database) -> None:
    action = record(database, booking_of())
    assert claim(database, action, seconds=61)[0] is None
    within(database, lambda tx: actions.clear_again(tx, action.id, later(seconds=61)))
    assert claim(database, action, seconds=61)[0] is not None


def stop(tx: Tx) -> None:
    entry = Entry(
        business=BUSINESS, contact=None, address=PHONE, channel="sms", purpose="all", act="revoke",
        method="keyword", evidence="m1", actor="customer",
    )  # fmt: skip
    consents.add(tx, entry, NOW)


def test_a_message_is_not_claimed_after_stop(database: Database) -> None:
    action = record(database, message_of())
    within(database, stop)
    permit, after = claim(database, action)
    assert permit is None and after.state == "refused" and after.receipt == {"why": "revoked"}


def test_only_a_chat_reply_proposed_after_stop_is_claimed(database: Database) -> None:
    chat = replace(message_of(), channel="web", address="web-1", purpose="reply")
    before, after = replace(chat, cause="msg_b"), replace(chat, cause="msg_c")
    was = record(database, before)
    entry = Entry(
        business=BUSINESS, contact=None, address="web-1", channel="web", purpose="all", act="revoke",
        method="keyword", evidence="msg_1", actor="customer",
    )  # fmt: skip
    within(database, lambda tx: consents.add(tx, entry, later(seconds=1)))
    assert claim(database, was, 2)[1].state == "refused"
    fresh = within(database, lambda tx: recorded(tx, after, now=later(seconds=2)))
    assert claim(database, fresh, 3)[0] is not None
    notice = within(database, lambda tx: recorded(tx, replace(after, cause="m", purpose="service"), now=later(1)))
    assert claim(database, notice, 61)[1].state == "refused"


def test_a_mandated_message_and_a_booking_are_claimed_after_stop(database: Database) -> None:
    told, booked = record(database, replace(message_of(), purpose="mandated")), record(database, booking_of())
    within(database, stop)
    assert claim(database, told)[0] is not None and claim(database, booked)[0] is not None


def test_a_dead_messenger_is_followed_after_its_lease(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    with pytest.raises(Later) as wait:
        within(database, lambda tx: actions.follow(tx, action.id, later(seconds=29)))
    assert wait.value.ready == later(seconds=30)
    permit = within(database, lambda tx: actions.follow(tx, action.id, later(seconds=30)))
    assert permit is not None and permit.fence == 2
    with pytest.raises(Later):
        within(database, lambda tx: actions.follow(tx, action.id, later(seconds=59)))


def test_only_the_newest_permit_holds_its_action(database: Database) -> None:
    action = record(database, booking_of())
    first, _ = claim(database, action)
    assert first is not None and within(database, lambda tx: actions.held_by(tx, first, now=NOW))
    second = within(database, lambda tx: actions.follow(tx, action.id, later(1)))
    assert second is not None and within(database, lambda tx: actions.held_by(tx, second, now=later(1)))
    assert not within(database, lambda tx: actions.held_by(tx, first, now=later(1)))
    within(database, lambda tx: actions.settle(tx, action.id, "unknown", receipt={}, now=later(1)))
    assert not within(database, lambda tx: actions.held_by(tx, second, now=later(1)))


def test_the_owner_of_a_home_ends_the_leases(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    within(database, leases.end_all)
    assert within(database, lambda tx: actions.follow(tx, action.id, NOW)) is not None


def test_what_has_ended_is_not_followed(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    within(database, lambda tx: actions.settle(tx, action.id, "done", receipt={}, now=NOW))
    assert within(database, lambda tx: actions.follow(tx, action.id, later(9))) is None


def test_an_action_ends_once(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    receipt = {"booking": "bkg_1", "name": "Dana", "cents": 4500}
    within(database, lambda tx: actions.settle(tx, action.id, "done", receipt=receipt, now=NOW))
    again = within(database, lambda tx: actions.settle(tx, action.id, "failed", receipt={"why": "x"}, now=NOW))
    assert (again.state, again.receipt, again.final) == ("done", receipt, True)
    events = within(database, lambda tx: ledger.about(tx, BUSINESS, action.id))
    assert [e.kind for e in events] == ["action.judged", "action.done"]
    assert events[-1].body["cents"] == 4500 and "name" not in events[-1].body


def test_a_final_action_answers_with_its_receipt(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    within(database, lambda tx: actions.settle(tx, action.id, "done", receipt={"booking": "bkg_1"}, now=NOW))
    again = record(database, booking_of(), DENY)
    assert again.state == "done" and again.receipt == {"booking": "bkg_1"}
    assert within(database, decisions) == [(1, "run")]


def test_a_yes_counts_for_what_was_asked_only(database: Database) -> None:
    action = record(database, booking_of(), ASK)

    def confirm(args_hash: str) -> bool:
        return within(database, lambda tx: actions.confirm(tx, action.id, args_hash, turn="trn_2", now=NOW))

    assert not confirm("other")
    assert confirm(action.args_hash)
    row = within(database, lambda tx: actions.load(tx, action.id))
    assert row is not None and row.confirmed_hash == action.args_hash
    record(database, booking_of())
    assert not confirm(action.args_hash)
    assert kinds(database, action.id) == ["action.judged", "action.confirmed", "action.judged"]


@pytest.mark.parametrize(("why", "state"), [("changed_mind", "superseded"), ("expired", "expired")])
def test_a_question_is_overtaken(database: Database, why: str, state: str) -> None:
    action = record(database, booking_of(), ASK)
    assert within(database, lambda tx: actions.supersede(tx, action.id, why, now=NOW))
    assert not within(database, lambda tx: actions.supersede(tx, action.id, why, now=NOW))
    row = within(database, lambda tx: actions.load(tx, action.id))
    assert row is not None and row.state == state


def test_what_went_on_is_not_overtaken(database: Database) -> None:
    action = record(database, booking_of(), HOLD)
    assert not within(database, lambda tx: actions.supersede(tx, action.id, "changed_mind", now=NOW))


def test_what_was_read_and_what_is_delivered_is_kept(database: Database) -> None:
    action = record(database, booking_of(), ASK)
    assert within(database, lambda tx: actions.asked_facts(tx, action.id)) is None
    within(database, lambda tx: actions.save_asked(tx, action.id, {"when": "10:30"}))
    within(database, lambda tx: actions.save_payload(tx, action.id, {"text": "Hi"}))
    assert within(database, lambda tx: actions.asked_facts(tx, action.id)) == {"when": "10:30"}
    assert within(database, lambda tx: actions.payload_of(tx, action.id)) == {"text": "Hi"}


def test_actions_are_found(database: Database) -> None:
    contact = a_contact(database)
    action = record(database, replace(booking_of(contact=contact), turn="trn_1"), HOLD)
    record(database, booking_of(2), HOLD)
    assert within(database, lambda tx: actions.in_state(tx, BUSINESS, ("held",), contact=contact)) == [action]
    assert within(database, lambda tx: actions.of_turn(tx, "trn_1")) == [action]
    assert within(database, lambda tx: actions.by_ref(tx, BUSINESS, action.ref.lower())) == action
    assert within(database, lambda tx: actions.by_ref(tx, BUSINESS, "ZZZZ")) is None
    assert within(database, lambda tx: actions.load(tx, "act_none")) is None


def test_all_of_it_is_on_a_sound_ledger(database: Database) -> None:
    action = record(database, booking_of())
    claim(database, action)
    within(database, lambda tx: actions.settle(tx, action.id, "done", receipt={"booking": "b"}, now=NOW))
    assert within(database, lambda tx: ledger.seal(tx, BUSINESS, KEYS, now=NOW)) == 2
    assert within(database, lambda tx: audit(tx, BUSINESS, KEYS.public_hex)).sound
