"""Held actions from the customer's wish to the outcome they are told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from rehearsal import PHONE, Kind, Salon, altered_pack, opened

from domain.errors import BadInput
from graphs import approval
from workers.turns import take_turn

HALF_HOUR = 1_800_000  # milliseconds


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    async with opened(tmp_path / "home") as salon:
        yield salon


async def held_booking(salon: Salon) -> None:
    """A haircut so soon that a person has to agree: 11:30 today, at 10:00."""
    await salon.says("Can I get a haircut with Ana today at 11:30?")
    (told,) = await salon.says("yes")
    assert "a person from the team will confirm it" in told
    assert salon.action("book").state == "held"


async def held_refund(salon: Salon) -> None:
    """A deposit that the customer wants back, confirmed by them."""
    await salon.says("Can I book a colour with Ana tomorrow at 2pm?")
    await salon.says("yes")
    await salon.says("please refund my deposit")
    (told,) = await salon.says("yes")
    assert "I have asked for your refund of $25" in told


def refunds(salon: Salon) -> list[int]:
    file = salon.app.settings.home / "payments.jsonl"
    return [json.loads(line)["cents"] for line in file.read_text().splitlines()] if file.exists() else []


async def drive(salon: Salon, tool: str) -> None:
    """Wake the action's thread, and nothing else."""
    await approval.drive(salon.app.deps, salon.app.action_graphs, salon.action(tool).id)


async def test_a_refund_waits_for_staff_over_a_restart_and_the_customer_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await held_refund(salon)
        (answer,) = await salon.says("where are you?")
        assert "48 Chapel Street" in answer
        assert salon.open_loops() == ["approval"]
        graph = salon.app.action_graphs["refund_deposit"]
        waiting = await graph.aget_state(approval.thread(salon.action("refund_deposit").id))
        assert waiting.next == ("hold",)
        contact, clock = salon.contact, salon.clock
    assert refunds(salon) == []
    async with opened(tmp_path, clock=clock) as salon:
        salon.contact = contact
        again = await salon.app.action_graphs["refund_deposit"].aget_state(
            approval.thread(salon.action("refund_deposit").id)
        )
        assert [i.id for i in again.interrupts] == [i.id for i in waiting.interrupts]
        assert await salon.decide("approve", tool="refund_deposit") is not None
        (told,) = await salon.told()
        assert "Your deposit of $25 is refunded." in told
        assert refunds(salon) == [2500]
        assert salon.open_loops() == [] and salon.sound()
        assert await salon.decide("approve", tool="refund_deposit") is None


async def test_an_edit_of_the_time_is_read_back_and_needs_the_customers_new_yes(salon: Salon) -> None:
    await held_booking(salon)
    card = salon.action("book")
    await salon.decide("edit", tool="book", args={**card.args, "start": card.args["start"] + HALF_HOUR})
    (told,) = await salon.told()
    assert "suggests a change" in told and "12:00 pm" in told and "Shall I book it?" in told
    assert salon.rows("SELECT count(*) FROM booking") == [(0,)]
    (done,) = await salon.says("yes")
    assert "You're booked" in done and "12:00 pm" in done
    row = salon.action("book")
    assert (row.id, row.state, row.version) == (card.id, "done", 2)
    assert salon.rows("SELECT start_at FROM booking") == [(card.args["start"] + HALF_HOUR,)]
    assert salon.rows("SELECT count(*) FROM allocation WHERE active") == [(1,)]


async def test_an_edit_that_the_customer_declines_is_not_booked(salon: Salon) -> None:
    await held_booking(salon)
    card = salon.action("book")
    await salon.decide("edit", tool="book", args={**card.args, "start": card.args["start"] + HALF_HOUR})
    await salon.told()
    await salon.says("no thanks")
    assert salon.action("book").state == "superseded"
    assert salon.rows("SELECT count(*) FROM booking") == [(0,)]
    assert salon.rows("SELECT count(*) FROM allocation WHERE active") == [(0,)]


async def test_an_edit_of_nothing_the_customer_was_told_keeps_their_yes(salon: Salon) -> None:
    await held_booking(salon)
    await salon.decide("edit", tool="book", args={**salon.action("book").args, "name": "Ms Lee"})
    (told,) = await salon.told()
    assert "You're booked" in told and "11:30 am" in told


async def test_an_edit_outside_the_tools_model_is_refused_and_the_card_stays(salon: Salon) -> None:
    await held_booking(salon)
    with pytest.raises(BadInput, match="price_cents"):
        await salon.decide("edit", tool="book", args={**salon.action("book").args, "price_cents": -1})
    assert salon.action("book").staff is None and salon.open_loops() == ["approval"]
    await salon.decide("approve", tool="book")
    assert "You're booked" in (await salon.told())[0]


async def test_a_rejection_tells_the_reason_and_gives_the_time_back(salon: Salon) -> None:
    await held_booking(salon)
    await salon.decide("reject", tool="book", text="Ana is off sick today.")
    (told,) = await salon.told()
    assert "Ana is off sick today." in told
    assert salon.action("book").state == "refused" and salon.open_loops() == []
    assert salon.rows("SELECT count(*) FROM allocation WHERE active") == [(0,)]


async def test_an_answer_instead_reaches_the_customer(salon: Salon) -> None:
    await held_booking(salon)
    await salon.decide("answer", tool="book", text="Could you come at 5 instead?")
    (told,) = await salon.told()
    assert "Could you come at 5 instead?" in told
    assert salon.action("book").state == "refused"


async def test_a_wait_that_nobody_ends_is_ended_by_the_timer_and_told(salon: Salon) -> None:
    await held_refund(salon)
    salon.clock.advance(4 * 3600 + 60)
    (told,) = await salon.told()
    assert "nobody could confirm your request" in told
    assert salon.action("refund_deposit").state == "refused" and salon.open_loops() == []
    assert await salon.decide("approve", tool="refund_deposit") is None
    await salon.told()
    assert refunds(salon) == []


@pytest.mark.parametrize("kind", ["approve", "edit"])
async def test_a_yes_after_its_time_is_none_even_where_no_timer_ran(salon: Salon, kind: Kind) -> None:
    """Nothing ran between the wait and the answer, as where the server was off for days."""
    await held_refund(salon)
    salon.clock.advance(5 * 24 * 3600)
    args = salon.action("refund_deposit").args
    assert await salon.decide(kind, tool="refund_deposit", args=args) is None
    (told,) = await salon.told()
    assert "nobody could confirm your request" in told
    assert salon.action("refund_deposit").state == "refused" and salon.open_loops() == []
    assert refunds(salon) == []


async def test_stop_between_approval_and_the_news_keeps_us_silent(salon: Salon) -> None:
    await held_booking(salon)
    await salon.decide("approve", tool="book")
    await drive(salon, "book")
    await take_turn(salon.app.deps, salon.app.graph, salon.contact, tries=1)
    on_its_way = "SELECT count(*) FROM action WHERE tool = 'message' AND state = 'cleared'"
    assert salon.rows(on_its_way) == [(1,)]
    before = len(salon.carrier.bodies())
    await salon.hear("STOP")
    await salon.app.run_until_idle()
    (confirmation,) = salon.carrier.bodies()[before:]
    assert "booked" not in confirmation
    assert salon.action("book").state == "done" and salon.sound()


async def test_an_approval_falls_when_a_new_rule_holds_and_counts_once_it_was_seen(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        await held_booking(salon)
        await salon.decide("approve", tool="book")
        contact, clock = salon.contact, salon.clock
    strict = altered_pack(
        tmp_path / "strict", "policy.yaml", lambda text: text.replace("dial: balanced", "dial: strict")
    )
    async with opened(tmp_path / "home", clock=clock, pack=strict) as salon:
        salon.contact = contact
        assert await salon.told() == []
        card = salon.action("book")
        assert (card.state, card.staff) == ("held", None)
        assert {f["rule"] for f in card.findings if f["verdict"] == "hold"} == {"notice", "tier"}
        assert salon.open_loops() == ["approval"], "the card came back, so somebody owes it an answer"
        await salon.decide("approve", tool="book")
        assert "You're booked" in "\n".join(await salon.told())


async def test_guards_look_again_when_an_approval_is_carried_out_too_late(salon: Salon) -> None:
    await held_booking(salon)
    await salon.decide("approve", tool="book")
    salon.clock.advance(2 * 3600)  # the server was off till 12:00: the time they wanted has passed
    (told,) = await salon.told()
    assert "passed" in told
    assert salon.action("book").state == "refused"
    assert salon.rows("SELECT count(*) FROM booking") == [(0,)]


async def test_a_time_that_staff_gave_away_meanwhile_is_not_booked_twice(salon: Salon) -> None:
    await held_booking(salon)
    row = salon.action("book")
    taken = sa.text("UPDATE allocation SET holder = 'blocked', kind = 'blocked', expires_at = NULL WHERE holder = :id")
    with salon.app.database.writer.begin() as tx:
        tx.execute(taken, {"id": row.id})
    await salon.decide("approve", tool="book")
    (told,) = await salon.told()
    assert "Somebody else has just taken that time." in told
    assert salon.action("book").state == "failed"
    assert salon.rows("SELECT count(*) FROM booking") == [(0,)]


async def test_a_payment_that_nobody_can_tell_about_is_shown_to_staff_and_never_claimed(salon: Salon) -> None:
    await held_refund(salon)
    (salon.app.settings.home / "payments.fail").write_text("silent")
    await salon.decide("approve", tool="refund_deposit")
    assert not any("refunded" in text for text in await salon.told())
    assert salon.action("refund_deposit").state == "unknown"
    assert salon.open_loops() == ["delivery"]


async def test_a_declined_payment_is_told_and_still_owed(salon: Salon) -> None:
    await held_refund(salon)
    (salon.app.settings.home / "payments.fail").write_text("declined")
    await salon.decide("approve", tool="refund_deposit")
    told = "\n".join(await salon.told())
    assert told and "is refunded" not in told
    assert salon.action("refund_deposit").state == "failed"
    assert salon.rows("SELECT refunded_cents FROM booking") == [(0,)]


async def test_other_customers_are_not_told(salon: Salon) -> None:
    await held_booking(salon)
    await salon.says("what are your hours?", address="+12025550199")
    before = len(salon.carrier.texts())
    await salon.decide("approve", tool="book")
    await salon.app.run_until_idle()
    assert [t["to"] for t in salon.carrier.texts()[before:]] == [PHONE]
