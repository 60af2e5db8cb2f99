"""Campaigns: approved as a whole, sent one by one through the door, resumed after a death, and nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from crowd import AUTUMN, approved, due, fates, got, number, opt_in, planned, renamed, state
from rehearsal import Salon, opened
from sqlalchemy import event

import records.contacts
from domain.campaign import Audience
from domain.clock import SteppingClock
from domain.errors import BadInput
from records import brakes, campaigns
from records.database import Scope
from workers.campaigns import IN_FLIGHT, outlook
from workers.forgetting import forget

AFTERNOON = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # a Tuesday: 14:00 in New York, 11:00 in Los Angeles
MORNING = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # 09:30 in New York, 06:30 in Los Angeles
PEOPLE = [number(n) for n in range(5)]


@pytest_asyncio.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    """Return the salon on a Tuesday afternoon, five people having opted in."""
    async with opened(tmp_path, clock=SteppingClock(AFTERNOON)) as found:
        opt_in(found, *PEOPLE)
        yield found


async def test_nothing_leaves_before_staff_approved_and_then_everybody_gets_it_once(salon: Salon) -> None:
    card = planned(salon)
    await salon.app.run_until_idle()
    assert card.state == "held" and card.args["people"] == 5 and got(salon) == {}
    assert salon.open_loops() == ["approval"]
    await salon.decide_on(card, "approve")
    await salon.app.run_until_idle()
    assert got(salon) == dict.fromkeys(PEOPLE, 1)
    assert state(salon, card.args["campaign"]) == "done"
    assert fates(salon, card.args["campaign"]) == {"message done": 5}
    assert salon.open_loops() == []


@pytest.mark.parametrize("kind", ["reject", "expire"])
async def test_what_staff_do_not_approve_is_never_sent(salon: Salon, kind: Any) -> None:
    card = planned(salon)
    await salon.app.run_until_idle()
    await salon.decide_on(card, kind)
    await salon.app.run_until_idle()
    assert (got(salon), state(salon, card.args["campaign"])) == ({}, "declined")


async def test_staff_may_change_the_words(salon: Salon) -> None:
    card = planned(salon)
    await salon.app.run_until_idle()
    other = "Willow & Co Hair: autumn is here. Reply STOP to opt out."
    await salon.decide_on(card, "edit", args={**card.args, "text": other})
    await salon.app.run_until_idle()
    if salon.action("campaign").state == "held":  # the card returns with what was changed
        await salon.decide("approve", tool="campaign")
        await salon.app.run_until_idle()
    assert salon.carrier.bodies() == [other] * 5


async def test_a_campaign_without_name_or_way_out_is_refused_as_a_whole(salon: Salon) -> None:
    with pytest.raises(BadInput, match="Reply STOP|nobody may get"):
        planned(salon, renamed(AUTUMN, text="{business}: autumn colors."))


async def test_only_who_opted_in_with_proof_is_meant(salon: Salon) -> None:
    opt_in(salon, number(10), shown=None)
    stranger = "+12125550111"
    await salon.says("hi", address=stranger)
    await salon.says("STOP", address=PEOPLE[0])
    seen = salon.app.database.read_now(lambda tx: outlook(tx, salon.app.deps, AUTUMN))
    told = {one.address: (one.verdict, one.rule) for one in seen}
    assert told[PEOPLE[0]] == told[number(10)] == told[stranger] == ("no", "consent")
    assert [told[p][0] for p in PEOPLE[1:]] == ["now"] * 4
    await approved(salon)
    await salon.app.run_until_idle()
    assert got(salon) == dict.fromkeys(PEOPLE[1:], 1)


async def test_who_says_stop_while_it_runs_gets_nothing_more(salon: Salon) -> None:
    campaign = await approved(salon)
    await salon.hear("please stop texting me", address=PEOPLE[2])
    await salon.hear("no more promos please", address=PEOPLE[3])
    await salon.app.run_until_idle()
    assert got(salon) == dict.fromkeys([PEOPLE[0], PEOPLE[1], PEOPLE[4]], 1)
    assert fates(salon, campaign) == {"message done": 3, "left out: consent": 2}


async def test_who_sleeps_is_texted_when_the_day_begins_there(tmp_path: Path) -> None:
    clock = SteppingClock(MORNING)
    west = [number(n, "213") for n in range(3)]
    async with opened(tmp_path, clock=clock) as salon:
        opt_in(salon, *PEOPLE, *west)
        campaign = await approved(salon)
        await salon.app.run_until_idle()
        assert got(salon) == dict.fromkeys(PEOPLE, 1) and state(salon, campaign) == "running"
        assert due(salon) == [datetime(2026, 11, 24, 17, tzinfo=UTC)] * 3
        clock.advance(2.5 * 3600 + 1)
        await salon.app.run_until_idle()
        assert got(salon) == dict.fromkeys([*PEOPLE, *west], 1) and state(salon, campaign) == "done"


async def test_who_got_an_offer_today_waits_for_their_turn(salon: Salon) -> None:
    await approved(salon)
    await salon.app.run_until_idle()
    second = await approved(salon, renamed(AUTUMN, name="second", text="{business}: again. Reply STOP to opt out."))
    await salon.app.run_until_idle()
    assert len(salon.carrier.texts()) == 5 and fates(salon, second) == {"waiting": 5}
    salon.clock.advance(24 * 3600 + 60)
    await salon.app.run_until_idle()
    assert len(salon.carrier.texts()) == 10


async def test_what_is_over_reaches_nobody(tmp_path: Path) -> None:
    clock = SteppingClock(MORNING)
    async with opened(tmp_path, clock=clock) as salon:
        opt_in(salon, number(1, "213"))
        over = renamed(AUTUMN, ends=datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
        campaign = await approved(salon, over)
        await salon.app.run_until_idle()
        clock.advance(4 * 3600)
        await salon.app.run_until_idle()
        assert got(salon) == {} and fates(salon, campaign) == {"left out: too late": 1}
        assert state(salon, campaign) == "done"
        with pytest.raises(BadInput, match="has passed"):
            planned(salon, over)


async def test_a_stop_of_the_campaign_counts_for_what_is_queued(salon: Salon) -> None:
    campaign = await approved(salon)
    while not fates(salon, campaign).get("message cleared"):
        assert await salon.app.runner._one()
    salon.app.database.write_now(
        Scope("salon"), lambda tx: campaigns.end(tx, campaign, "stopped", now=salon.clock.now())
    )
    await salon.app.run_until_idle()
    assert got(salon) == {}


async def test_a_pause_holds_it_and_it_goes_on_afterwards(salon: Salon) -> None:
    now = salon.clock.now()
    made = brakes.brake("pause", reason="a storm", actor="kim", now=now)
    campaign = await approved(salon)
    salon.app.database.write_now(Scope("salon"), lambda tx: brakes.put_on(tx, "salon", made, now=now))
    await salon.app.run_until_idle()
    assert got(salon) == {} and fates(salon, campaign) == {"waiting": 5}
    salon.app.database.write_now(Scope("salon"), lambda tx: brakes.lift(tx, "salon", by="kim", now=now))
    salon.clock.advance(301)
    await salon.app.run_until_idle()
    assert got(salon) == dict.fromkeys(PEOPLE, 1)


async def test_two_contacts_that_became_one_person_get_it_once(salon: Salon) -> None:
    campaign = await approved(salon)

    def merge(tx: Any) -> None:
        first, second = (records.contacts.find(tx, "salon", kind="phone", value=p) for p in PEOPLE[:2])
        assert first and second
        records.contacts.merge(tx, first, second, actor="kim", now=salon.clock.now())

    salon.app.database.write_now(Scope("salon"), merge)
    await salon.app.run_until_idle()
    assert sum(got(salon).values()) == 4
    assert fates(salon, campaign) == {"message done": 4, "left out: the same person": 1}


async def test_numbers_and_absence_choose_who_is_meant(salon: Salon) -> None:
    chosen = renamed(AUTUMN, audience=Audience(numbers=[PEOPLE[1], "+12125559999"]))
    seen = salon.app.database.read_now(lambda tx: outlook(tx, salon.app.deps, chosen))
    assert [one.address for one in seen] == [PEOPLE[1]]
    for words in ("Can I get a haircut with Ana tomorrow at 10:30?", "yes"):
        await salon.says(words, address=PEOPLE[4])
    away = renamed(AUTUMN, audience=Audience(away_days=30))
    assert salon.app.database.read_now(lambda tx: outlook(tx, salon.app.deps, away)) == []
    salon.clock.advance(40 * 24 * 3600)
    seen = salon.app.database.read_now(lambda tx: outlook(tx, salon.app.deps, away))
    assert [one.address for one in seen] == [PEOPLE[4]]


async def test_few_are_under_way_at_once_so_that_answers_pass(salon: Salon) -> None:
    opt_in(salon, *(number(n) for n in range(100, 160)))
    campaign = await approved(salon)
    most = 0
    while await salon.app.runner._one():
        most = max(most, fates(salon, campaign).get("message cleared", 0))
    await salon.app.run_until_idle()
    assert most <= IN_FLIGHT and len(got(salon)) == 65


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("point", range(1, 40, 3))
async def test_after_a_death_at_any_commit_everybody_gets_it_once(tmp_path: Path, point: int) -> None:
    clock, left = SteppingClock(AFTERNOON), [point]

    def die(_connection: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Died

    async with opened(tmp_path, clock=clock) as salon:
        opt_in(salon, *PEOPLE)
        await approved(salon)
        event.listen(salon.app.database.writer, "commit", die)
        try:
            await salon.app.run_until_idle()
        except Died:
            pass
        event.remove(salon.app.database.writer, "commit", die)
    clock.advance(120)
    async with opened(tmp_path, clock=clock) as salon:
        await salon.app.run_until_idle()
        clock.advance(120)
        await salon.app.run_until_idle()
        assert got(salon) == dict.fromkeys(PEOPLE, 1)


async def test_a_campaign_goes_on_counting_who_was_forgotten_and_knows_them_no_more(salon: Salon) -> None:
    gone, left = records_of(salon, PEOPLE[0]), records_of(salon, PEOPLE[1])
    campaign = await approved(salon)
    await salon.app.run_until_idle()
    waiting = str(planned(salon, renamed(AUTUMN, name="winter")).args["campaign"])
    deps = salon.app.deps
    for contact in (gone, left):
        await deps.database.write(deps.scope(contact), partial(forget, deps=deps, contact=contact, by="staff:kim"))
    assert fates(salon, campaign) == {"message done": 5}
    assert fates(salon, waiting) == {"left out: forgotten": 2, "waiting": 3}
    known = {row.contact for row in salon.rows("SELECT contact FROM campaign_person")}
    assert not known & {gone, left} and len(known) == 3 + 4, "two names were drawn in each campaign"


def records_of(salon: Salon, number: str) -> str:
    """Whose a number is."""
    found = salon.app.database.read_now(lambda tx: records.contacts.find(tx, "salon", kind="phone", value=number))
    assert found is not None
    return found
