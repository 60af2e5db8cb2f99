"""The desk over real records: what a card says, what staff may answer, and that two cannot decide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from shop import Person, Shop, opened_shop

from desk.board import Board
from desk.cards import Accepted, Answer, Card, Changed, Conflict, Gone, Invalid, LedgerEvent
from domain.decision import Finding
from graphs.guarded import proposal_of
from guards.door import record
from records import actions
from records.database import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")
ZONE = ZoneInfo("America/New_York")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return the salon of this file."""
    async with opened_shop(tmp_path_factory.mktemp("board") / "home") as opened:
        yield opened


@pytest.fixture
def mia(shop: Shop) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


def board(shop: Shop) -> Board:
    """The desk."""
    return Board(shop.app.deps, shop.app.submit)


async def held(mia: Person, time: str, *, staff: str = "Ana") -> Card:
    """A haircut on short notice, agreed with the customer, that waits for staff."""
    assert "Shall I book it?" in (await mia.says(f"book a haircut with {staff} today at {time}"))[0]
    [told] = await mia.says("yes")
    [card] = [card for card in await board(mia.shop).cards() if card.ref in told]
    return card


async def approve(shop: Shop, card: Card, *, by: str = "Sam") -> object:
    """Approve a card as it was shown."""
    outcome = await board(shop).decide(card.id, Answer(kind="approve", args_hash=card.args_hash, by=by))
    await shop.app.run_until_idle()
    return outcome


async def test_a_card_says_what_will_run_why_it_waits_and_what_the_customer_gets(shop: Shop, mia: Person) -> None:
    card = await held(mia, "10:45am")
    assert card.title == "Book: Haircut, Ana, Tuesday 24 November at 10:45 am, $45"
    assert {f.name: f.value for f in card.fields} == {
        "service": "cut", "staff": "ana", "start": "2026-11-24T10:45:00-05:00", "price_cents": "45.00"
    }  # fmt: skip
    assert [f.name for f in card.fields if f.editable] == ["staff", "start"]
    assert [w.rule for w in card.why] == ["notice"]
    assert mia.number not in str(card), "numbers are masked"
    assert card.contact_address.endswith(mia.number[-4:])
    assert [w.who for w in card.customer_said] == ["customer", "assistant"] * 2
    assert card.expires_at is not None
    assert card.consequences == (f"The time stays reserved until Tue {card.expires_at.astimezone(ZONE):%H:%M}.",)
    assert await approve(shop, card) == Accepted()
    assert mia.inbox[-1].replace("\n", " ") == card.will_send, "the card foretold the very words"
    assert await board(shop).card(card.id) is None


async def test_the_first_decision_counts(shop: Shop, mia: Person) -> None:
    card = await held(mia, "11:30am")
    answers = [Answer(kind=kind, args_hash=card.args_hash, by=kind, text="no") for kind in ("approve", "reject")]  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(board(shop).decide(card.id, answer) for answer in answers))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Accepted", "Conflict"]
    [conflict] = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert conflict.by in ("approve", "reject")
    await shop.app.run_until_idle()
    late = await approve(shop, card)
    assert isinstance(late, Conflict)


async def test_a_card_that_is_not_as_shown_is_not_decided(shop: Shop, mia: Person) -> None:
    card = await held(mia, "11:30am", staff="Ben")
    wrong = Answer(kind="approve", args_hash="0" * 64, by="Sam")
    assert await board(shop).decide(card.id, wrong) == Changed()
    assert await board(shop).decide("act_nothing", wrong) == Gone()
    assert (await board(shop).card(card.id)) == card
    await board(shop).decide(card.id, Answer(kind="reject", args_hash=card.args_hash, by="Sam"))
    await shop.app.run_until_idle()


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"start": "tomorrow"}, "start"),
        ({"price_cents": "1"}, "price_cents"),
        ({"service": "colour"}, "service"),
        ({"color": "red"}, "color"),
        ({"start": "2026-11-24T12:00", "staff": "x\n; y: z"}, "staff"),
    ],
)
async def test_an_edit_that_cannot_be_is_told_by_field(
    shop: Shop, mia: Person, args: dict[str, str], field: str
) -> None:
    card = await held(mia, "10:15am", staff="Ben")
    edit = Answer(kind="edit", args_hash=card.args_hash, by="Sam", args=args)
    outcome = await board(shop).decide(card.id, edit)
    assert isinstance(outcome, Invalid)
    assert set(outcome.errors) == {field}
    assert await board(shop).card(card.id) == card
    await board(shop).decide(card.id, Answer(kind="reject", args_hash=card.args_hash, by="Sam"))
    await shop.app.run_until_idle()
    assert mia.states("book") == ["refused"]
    assert mia.rows("booking") == []


async def test_an_edited_time_means_the_businesss_own_and_is_read_back(shop: Shop, mia: Person) -> None:
    card = await held(mia, "11:00am", staff="Ben")
    edit = Answer(kind="edit", args_hash=card.args_hash, by="Sam", args={"start": "2026-11-25T14:15"})
    assert await board(shop).decide(card.id, edit) == Accepted()
    await shop.app.run_until_idle()
    assert "Wednesday 25 November at 2:15 pm" in mia.inbox[-1]
    assert mia.rows("booking") == [], "the customer has not agreed to that yet"
    await mia.says("yes")
    assert mia.states("book") == ["done"]


async def test_a_decision_made_while_the_guards_were_asked_is_kept(shop: Shop, mia: Person) -> None:
    """The thread of a held action asks the guards outside any transaction, and staff may answer just then."""
    card = await held(mia, "11:00am", staff="Ben")
    deps, scope = shop.app.deps, Scope(shop.app.pack.business.id)
    row = shop.app.database.read_now(lambda tx: actions.load(tx, card.id))
    assert row is not None
    call = {
        "args": row.args, "contact": row.contact, "cause": row.cause, "by": row.proposed_by, "turn": row.turn,
        "channel": row.channel, "address": row.address, "action": row.id,
    }  # fmt: skip
    stale: dict[str, Finding | None] = {guard.name: None for guard in deps.guards}
    stale |= {"notice": Finding("notice", "hold", "as it was before the answer")}
    answer = Answer(kind="approve", args_hash=card.args_hash, by="Sam")
    assert await board(shop).decide(card.id, answer) == Accepted()
    proposal = proposal_of(deps.tools["book"], call, deps)
    _, judged = await deps.database.write(scope, lambda tx: record(tx, proposal, stale, clearance=deps.clearance()))
    assert judged.state == "cleared"
    assert judged.staff is not None
    await shop.app.run_until_idle()
    assert "approval" not in mia.loops()


async def test_a_card_whose_booking_is_gone_hides_no_other_card(shop: Shop, mia: Person) -> None:
    await mia.says("book a haircut with Ana today at 1pm")
    await mia.says("yes")
    assert mia.states("book") == ["done"]
    await mia.says("move my appointment to Friday at 2pm")
    await mia.says("yes")
    await mia.says("cancel my appointment")
    await mia.says("yes")
    mine = {card.tool: card for card in await board(shop).cards() if card.contact_address.endswith(mia.number[-4:])}
    assert set(mine) == {"cancel", "reschedule"}
    assert await approve(shop, mine["cancel"]) == Accepted()
    assert [row.status for row in mia.rows("booking")] == ["cancelled"]
    left = await board(shop).card(mine["reschedule"].id)
    assert left is not None
    assert (left.title, "that did not work" in left.will_send) == ("Reschedule", True)
    await approve(shop, left)
    assert mia.states("reschedule") == ["failed"]
    assert mia.loops() == []


async def test_follow_ups_are_what_nobody_does_by_itself(shop: Shop, mia: Person) -> None:
    await mia.says("I want to talk to a person")
    mine = [f for f in await board(shop).followups() if f.contact_address.endswith(mia.number[-4:])]
    assert [f.title for f in mine] == ["Asked for a person"]
    assert "person" in mine[0].detail
    assert await board(shop).close_followup(mine[0].id, "called back", by="Sam") == Accepted()
    assert await board(shop).close_followup(mine[0].id, "again", by="Sam") == Gone()
    assert await board(shop).close_followup("obl_nothing", "x", by="Sam") == Gone()
    assert mia.loops() == []


async def test_a_message_is_a_follow_up_only_once_it_is_late(shop: Shop, mia: Person) -> None:
    await shop.post("/twilio/sms", mia.sms("is there parking?"))
    ends = mia.number[-4:]
    assert [f for f in await board(shop).followups() if f.contact_address.endswith(ends)] == []
    shop.clock.advance(601)
    assert [f.title for f in await board(shop).followups() if f.contact_address.endswith(ends)] == [
        "Unanswered message"
    ]
    await shop.app.run_until_idle()
    assert [f for f in await board(shop).followups() if f.contact_address.endswith(ends)] == []


async def test_events_follow_their_leaf_numbers(shop: Shop, mia: Person) -> None:
    await mia.says("is there parking?")
    newest: Sequence[LedgerEvent] = await board(shop).recent_events(5)
    assert [event.seq for event in newest] == sorted((event.seq for event in newest), reverse=True)
    after = newest[2].seq
    followed = board(shop).events_after(after)
    got = [await anext(followed), await anext(followed)]
    assert [event.seq for event in got] == [after + 1, after + 2]
    assert got == [newest[1], newest[0]]
    waiting = asyncio.ensure_future(anext(followed))
    await mia.says("thanks")
    async with asyncio.timeout(5):
        assert (await waiting).seq == after + 3
    await followed.aclose()  # type: ignore[attr-defined]
