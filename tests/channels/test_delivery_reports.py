"""What the carrier reports of a text: late, twice, out of order; nothing moves back, and each error is acted upon."""

from __future__ import annotations

import secrets
from itertools import permutations
from typing import Any

import pytest
from shop import Person, Shop, Trouble

from domain.clock import to_ms
from domain.segments import segments

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "is there parking?"


def sent(shop: Shop, person: Person) -> Any:
    """The last text that the company took for a person."""
    return [t for t in shop.company.texts if t.to == person.number][-1]


async def reports(shop: Shop, person: Person, *statuses: str, code: str = "", **changed: str) -> None:
    """Report statuses of the last text, in this order; the code belongs to failures."""
    text = sent(shop, person)
    path = text.asked["StatusCallback"].removeprefix("https://salon.example")
    for status in statuses:
        form = {
            "MessageSid": text.sid, "MessageStatus": status, "AccountSid": shop.company.sid, "To": text.to,
            "From": text.sender, **({"ErrorCode": code} if status in ("failed", "undelivered") else {}), **changed,
        }  # fmt: skip
        assert (await shop.post(path, form)).status_code == 200


def state(person: Person) -> tuple[str, str | None]:
    """Where the last text to a person is, with its error."""
    row = person.rows("message", "direction = 'out'", "n")[-1]
    return row.state, row.error


def told(person: Person, kind: str) -> int:
    """How often the ledger tells something of a person's texts."""
    query = "SELECT body FROM event WHERE kind = :kind"
    contacts = {row.contact for row in person.rows("address")}
    return sum(any(str(c) in str(row.body) for c in contacts) for row in person.shop.rows(query, kind=kind))


async def test_every_text_asks_for_reports_and_says_what_it_is_for(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    asked = sent(shop, mia).asked
    [row] = mia.rows("action", "tool = 'message'")
    assert asked["StatusCallback"] == f"https://salon.example/twilio/sms/status?action={row.id}"
    assert asked["MessageIntent"] == "customercare" and asked["ValidityPeriod"] == "7200"
    assert "MessagingServiceSid" not in asked


ORDERS = [*permutations(("queued", "sent", "delivered")), ("delivered", "delivered", "sent", "foo", "sending")]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_in_any_order_a_delivered_text_is_delivered_once(shop: Shop, mia: Person, order: tuple[str, ...]) -> None:
    await mia.says(QUESTION)
    assert state(mia) == ("sent", None)
    await reports(shop, mia, *order)
    assert state(mia) == ("delivered", None) and told(mia, "message.delivered") == 1
    await reports(shop, mia, *order)
    assert told(mia, "message.delivered") == 1 and mia.loops() == []


async def test_a_word_that_nobody_knows_is_kept_and_changes_nothing(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "foo", "\u202eodd" * 30)
    assert state(mia) == ("sent", None)
    assert [r.status for r in shop.rows("SELECT status FROM delivery_report WHERE rank < 0 AND status = 'foo'")]


async def test_a_failure_gives_way_to_a_delivery_and_its_follow_up_closes(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "undelivered", code="30007")
    assert state(mia) == ("undelivered", "30007") and mia.loops() == ["delivery"]
    await reports(shop, mia, "delivered")
    assert state(mia) == ("delivered", None) and mia.loops() == []
    await reports(shop, mia, "failed", code="30008")
    assert state(mia) == ("delivered", None) and mia.loops() == []


async def test_a_report_that_overtakes_the_carriers_answer_counts(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = shop.company.accept

    async def quick(pairs: Any) -> Any:
        return taken(pairs)

    through = shop.line._through.handle_async_request

    async def overtaken(request: Any) -> Any:
        answer = await through(request)
        await shop.company.call_back()
        return answer

    monkeypatch.setattr(shop.line._through, "handle_async_request", overtaken)
    shop.company.pending.clear()
    await mia.says(QUESTION)
    assert state(mia) == ("delivered", None) and mia.states("message") == ["done"]


async def test_a_report_tells_that_a_text_of_unknown_fate_was_sent(shop: Shop, mia: Person) -> None:
    shop.line.troubles += [Trouble(status=500), Trouble(status=500)]
    await mia.says(QUESTION)
    assert mia.states("message") == ["unknown"] and mia.loops() == ["answer", "delivery"]
    [row] = mia.rows("action", "tool = 'message'")
    form = {"MessageSid": "SM" + secrets.token_hex(16), "MessageStatus": "delivered", "AccountSid": shop.company.sid}
    assert (await shop.post(f"/twilio/sms/status?action={row.id}", form)).status_code == 200
    assert mia.states("message") == ["done"] and state(mia) == ("delivered", None)
    assert mia.loops() == [], "the customer was answered after all"


async def test_a_second_text_of_one_action_is_told_of_and_moves_nothing(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "failed", code="30007", MessageSid="SM" + "9" * 32)
    assert state(mia) == ("sent", None) and told(mia, "delivery.doubled") == 1


async def test_who_unsubscribed_at_the_carrier_gets_nothing_more(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "failed", code="21610")
    entries = mia.rows("consent", "act = 'revoke'")
    assert {(e.method, e.actor) for e in entries} == {("carrier", "provider")}
    before = len(mia.inbox)
    assert await mia.says("hello? are you open today?") == [] and len(mia.inbox) == before


@pytest.mark.parametrize("code", ["30005", "30006", "21614"])
async def test_a_number_that_takes_no_texts_is_called_and_no_longer_texted(shop: Shop, mia: Person, code: str) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "undelivered", code=code)
    assert mia.loops() == ["unreachable"]
    [owed] = mia.rows("obligation", "t.kind = 'unreachable'")
    assert "call instead" in owed.detail
    asked = shop.line.asked
    missed = mia.call(CallStatus="no-answer")
    await shop.post("/twilio/call/status", missed)
    await shop.app.run_until_idle()
    assert shop.line.asked == asked and "missed_call" in mia.loops(), "no text back; a person calls"
    assert len(await mia.says(QUESTION)) == 1, "a text from the number proves that it takes texts"


async def test_a_phone_that_cannot_be_reached_is_tried_twice_more_then_called(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    for hours in (2, 4):
        await reports(shop, mia, "undelivered", code="30003")
        assert mia.loops() == []
        before = len(mia.inbox)
        shop.clock.advance(hours * 3600 - 60)
        await shop.app.run_until_idle()
        assert len(mia.inbox) == before, "hours apart"
        shop.clock.advance(120)
        await shop.app.run_until_idle()
        assert len(mia.inbox) == before + 1 and mia.inbox[-1].startswith(mia.inbox[0])
    await reports(shop, mia, "undelivered", code="30003")
    assert mia.loops() == ["unreachable"]
    shop.clock.advance(24 * 3600)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 3


async def test_a_text_that_arrived_meanwhile_is_not_sent_again(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "undelivered", "delivered", code="30003")
    shop.clock.advance(3 * 3600)
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1


async def test_a_blocked_number_stays_blocked_although_it_texts(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "failed", code="30450")
    assert await mia.says(QUESTION) == []
    assert shop.rows("SELECT 1 FROM obligation WHERE kind = 'carrier' AND detail LIKE '%30450%'")


async def test_wrong_settings_are_told_once_a_day(shop: Shop, mia: Person, jo: Person) -> None:
    for person in (mia, jo):
        shop.line.troubles.append(Trouble(status=400, code=21408))
        await person.says(QUESTION)
    assert len(shop.rows("SELECT 1 FROM obligation WHERE kind = 'carrier' AND detail LIKE '%21408%'")) == 1


async def test_long_words_leave_as_texts_of_at_most_ten_parts(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    from graphs import effects
    from graphs.effects import Outgoing
    from records.database import Scope

    contact = mia.rows("address")[0].contact
    words = " ".join(f"This is the sentence number {n}, and it says “nothing” at all." for n in range(60))
    outgoing = Outgoing(
        text=words, purpose="reply", contact=contact, channel="sms", address=mia.number, cause=f"test:{contact}",
        proposed_by="test", media=("https://salon.example/plan.jpg",),
    )  # fmt: skip
    before = len(mia.inbox)
    await shop.app.database.write(Scope("salon", contact), lambda tx: effects.send(tx, shop.app.deps, outgoing))
    await shop.app.run_until_idle()
    pieces = mia.inbox[before:]
    assert len(pieces) == 3 and all(segments(p).parts <= 10 and segments(p).encoding == "GSM-7" for p in pieces)
    assert " ".join(pieces) == words.replace("“", '"').replace("”", '"')
    texts = [t for t in shop.company.texts if t.to == mia.number][-3:]
    assert [t.media for t in texts] == [("https://salon.example/plan.jpg",), (), ()]


async def test_what_we_begin_may_not_wait_at_the_carrier_beyond_the_customers_day(shop: Shop, mia: Person) -> None:
    noon = shop.clock.now().replace(hour=0, minute=30)  # 19:30 at the salon, where quiet hours begin at 20:00
    shop.clock.advance((to_ms(noon) - to_ms(shop.clock.now())) / 1000 + 7 * 24 * 3600)
    shop.company.pending.clear()
    await shop.post("/twilio/call/status", mia.call(CallStatus="no-answer"))
    await shop.app.run_until_idle()
    asked = sent(shop, mia).asked
    assert asked["MessageIntent"] == "notifications"
    assert 6 <= int(asked["ValidityPeriod"]) <= 1800


async def test_our_own_words_that_come_back_are_not_answered(shop: Shop) -> None:
    before = shop.counts()
    form = Person(shop, shop.company.number).sms("Hello, this is the salon.")
    assert (await shop.post("/twilio/sms", form)).status_code == 200
    assert shop.counts() == before


async def test_a_text_to_another_number_is_not_ours_whatever_its_service(shop: Shop, mia: Person) -> None:
    before = shop.counts()
    form = mia.sms("hello", To="+15185550999", MessagingServiceSid="MG" + "1" * 32)
    assert (await shop.post("/twilio/sms", form)).status_code == 403
    assert shop.counts() == before
    assert (await shop.post("/twilio/sms", {**form, "To": shop.company.number})).status_code == 200


async def test_an_unregistered_number_stops_what_we_begin(shop: Shop, mia: Person) -> None:
    await mia.says(QUESTION)
    await reports(shop, mia, "undelivered", code="30034")
    assert shop.rows("SELECT 1 FROM brake WHERE kind = 'unregistered' AND lifted_at IS NULL")
    assert shop.rows("SELECT 1 FROM obligation WHERE kind = 'brake' AND closed_at IS NULL")
    assert mia.loops() == ["delivery"]
    await shop.app.run_until_idle()
    assert shop.sound()
