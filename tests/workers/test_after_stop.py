"""Nothing after STOP, in any interleaving: of campaigns, queues, approvals, timers, deaths and people changing hands.

Every unit of work is one transaction, so what can happen is a sequence of them; Hypothesis looks for the one that
claims a message that nobody may get any more. The model is what the person at a number last said, whether the
database knows it already or not: a STOP may have to wait in the spool.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from crowd import AUTUMN, OFFER, renamed
from crowd import opt_in as opted_in
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from rehearsal import Salon, opened

import records.contacts
from domain.clock import SteppingClock, from_ms
from domain.errors import Later
from domain.message import Heard
from graphs import effects
from graphs.effects import Outgoing
from records import actions, campaigns, leases, timers
from records.database import Scope, Tx
from records.messages import heard_id
from workers import deliveries
from workers import timers as timely
from workers.campaigns import _send, plan
from workers.hearing import _hear, drain

STOPS = ("STOP", "please stop texting me", "wrong number", "take me off your list")
NO_OFFERS, AGAIN, CHAT = "no more promos please", "START", "are you open on friday?"
WHO = st.integers(0, 2)
FRESH = itertools.count(1)


@dataclass
class Wants:
    """What somebody lets us send."""

    stopped: bool = False
    offers: bool = False


class Crash(Exception):
    """The process died in the middle of a transaction."""


class Town(RuleBasedStateMachine):
    """Three numbers, and everything that may happen around them."""

    salon: Salon
    loop: asyncio.AbstractEventLoop

    @initialize()
    def settle_in(self) -> None:
        """Three numbers nobody has used."""
        batch = next(FRESH)
        self.numbers = [f"+1212{batch % 1000:03d}{2000 + n:04d}" for n in range(3)]
        self.wants = {one: Wants() for one in self.numbers}
        self.campaigns: list[str] = []
        for one in self.numbers:
            self._say(one, CHAT)

    def _write(self, work: Any, contact: str | None = None) -> Any:
        return self.salon.app.database.write_now(Scope("salon", contact), work)

    def _contact(self, number: str) -> str:
        found = self.salon.app.database.read_now(
            lambda tx: records.contacts.find(tx, "salon", kind="phone", value=number)
        )
        return found or ""

    def _heard(self, number: str, text: str) -> Heard:
        return Heard(channel="sms", kind="text", address_kind="phone", address=number, text=text, provider="test",
                     provider_id=f"SM{next(FRESH)}")  # fmt: skip

    def _say(self, number: str, text: str) -> None:
        self.can_be_written_again()
        heard = self._heard(number, text)
        self._write(lambda tx: _hear(tx, self.salon.app.deps, heard), self._contact(number) or None)

    @rule(who=WHO, words=st.sampled_from(STOPS))
    def stops(self, who: int, words: str) -> None:
        """From here on nothing but what the law mandates."""
        number = self.numbers[who]
        self._say(number, words)
        self.wants[number] = Wants(stopped=True)

    @rule(who=WHO, words=st.sampled_from(STOPS))
    def stops_while_nothing_can_be_written(self, who: int, words: str) -> None:
        """It was acknowledged all the same, so it counts from here on."""
        number, deps = self.numbers[who], self.salon.app.deps
        heard = self._heard(number, words)
        deps.spool.keep(heard_id("salon", heard), heard, now=deps.clock.now())
        self.wants[number] = Wants(stopped=True)

    @rule(who=WHO, words=st.sampled_from(STOPS), away=st.booleans())
    def a_stop_overtakes_what_is_queued(self, who: int, words: str, away: bool) -> None:
        """The turn of what was queued comes just after the STOP, which the database may not even know."""
        self.queues(who=who, purpose="service")
        if away:
            self.stops_while_nothing_can_be_written(who=who, words=words)
        else:
            self.stops(who=who, words=words)
        self.delivers(dies=False, latest=True)

    @rule()
    def can_be_written_again(self) -> None:
        """The database takes what waits."""
        if self.salon.app.deps.spool.waiting():
            self.loop.run_until_complete(drain(self.salon.app.deps))
            assert not self.salon.app.deps.spool.waiting()

    @rule(who=WHO)
    def wants_no_offers(self, who: int) -> None:
        """From here on no offers."""
        self._say(self.numbers[who], NO_OFFERS)
        self.wants[self.numbers[who]].offers = False

    @rule(who=WHO)
    def comes_back(self, who: int) -> None:
        """START brings back what is no offer."""
        self._say(self.numbers[who], AGAIN)
        self.wants[self.numbers[who]].stopped = False

    @rule(who=WHO)
    def chats(self, who: int) -> None:
        """They write something else."""
        self._say(self.numbers[who], CHAT)

    @rule(who=WHO)
    def agrees_to_offers(self, who: int) -> None:
        """They sign a form: it counts once they are not stopped."""
        self.salon.clock.advance(86_401)  # the form is dated a day back, and newer than what was said before
        number = self.numbers[who]
        opted_in(self.salon, number)
        self.wants[number].offers = True

    @rule(who=WHO, purpose=st.sampled_from(("service", "reply", "marketing")))
    def queues(self, who: int, purpose: Any) -> None:
        """Some part of the program wants to say something."""
        number, contact = self.numbers[who], self._contact(self.numbers[who])
        text = OFFER.replace("{business}", "Willow & Co Hair") if purpose == "marketing" else "See you on Friday."
        outgoing = Outgoing(text=text, purpose=purpose, contact=contact, channel="sms", address=number,
                            cause=f"c{next(FRESH)}", proposed_by="test")  # fmt: skip
        self._write(lambda tx: effects.send(tx, self.salon.app.deps, outgoing), contact)

    @rule()
    def plans(self) -> None:
        """A campaign is written down, where somebody may get it."""
        wanted = renamed(AUTUMN, name=f"c{next(FRESH)}")
        try:
            card = self._write(lambda tx: plan(tx, self.salon.app.deps, wanted, by="kim"))
        except ValueError:
            return
        self.campaigns.append(card.args["campaign"])

    @rule()
    def approves(self) -> None:
        """Staff approve the newest campaign, however late."""
        for one in self.campaigns[-1:]:
            text = AUTUMN.text.replace("{business}", "Willow & Co Hair")
            self._write(partial(campaigns.begin, campaign=one, text=text, now=self.salon.clock.now()))

    @rule(who=WHO, dies=st.booleans())
    def goes_on(self, who: int, dies: bool) -> None:
        """A campaign comes to somebody."""
        contact = self._contact(self.numbers[who])
        for one in self.campaigns[-1:]:
            self._unit(partial(_send, deps=self.salon.app.deps, campaign=one, contact=contact), contact, dies=dies)

    @rule(dies=st.booleans(), latest=st.booleans())
    def delivers(self, dies: bool, latest: bool) -> None:
        """A message's turn has come: the door, the claim."""
        waiting = self.salon.app.database.read_now(lambda tx: actions.in_state(tx, "salon", ("cleared",)))
        ours = [one for one in waiting if one.address in self.wants and one.tool == "message"]
        for row in ours[-1:] if latest else ours[:1]:
            claimed = self._unit(partial(deliveries._claim, deps=self.salon.app.deps, row=row), row.contact, dies=dies)
            if claimed is not None and row.purpose != "mandated":
                wants = self.wants[row.address or ""]
                assert not wants.stopped, f"{row.purpose} after STOP"
                assert row.purpose != "marketing" or wants.offers, "an offer to somebody who wants none"

    @rule()
    def never_reached_the_carrier(self) -> None:
        """What was claimed comes back to be tried again."""
        running = self.salon.app.database.read_now(lambda tx: actions.in_state(tx, "salon", ("executing",)))
        for row in [one for one in running if one.address in self.wants][:1]:
            self._write(partial(leases.give_back, action=row.id, now=self.salon.clock.now()), row.contact)

    @rule(minutes=st.sampled_from((1, 10, 70, 700)))
    def time_passes(self, minutes: int) -> None:
        """Timers come due; what was put off is submitted again."""
        self.salon.clock.advance(minutes * 60)
        now = self.salon.clock.now()
        put_off = self.salon.rows("SELECT ref, due_at FROM timer WHERE kind = 'resubmit' AND fired_at IS NULL")
        self._write(lambda tx: timers.fire(tx, "salon", now))
        for one in put_off:
            if from_ms(one.due_at) <= now:
                self.loop.run_until_complete(timely.resubmit(self.salon.app.deps, one.ref))

    @rule()
    def two_are_one(self) -> None:
        """Staff make two contacts one."""
        first, second = (self._contact(one) for one in self.numbers[:2])
        if first != second:
            self._write(lambda tx: records.contacts.merge(tx, first, second, actor="kim", now=self.salon.clock.now()))

    def _unit(self, work: Any, contact: str | None, *, dies: bool) -> Any:
        def mortal(tx: Tx) -> Any:
            done = work(tx)
            if dies:
                raise Crash
            return done

        try:
            return self._write(mortal, contact)
        except (Crash, Later):
            return None


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest) -> Any:
    """Return the town, its salon on a Tuesday noon, on each database."""
    url = request.getfixturevalue("postgresql_copy") if request.param == "postgresql" else None
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        noon = SteppingClock(datetime(2026, 11, 24, 17, tzinfo=UTC))
        context = opened(Path(folder), clock=noon, url=url)
        Town.salon, Town.loop = loop.run_until_complete(context.__aenter__()), loop
        yield Town
        loop.run_until_complete(context.__aexit__(None, None, None))
    loop.close()


def test_no_message_is_claimed_after_its_person_said_no(town: type[Town]) -> None:
    examples = 25 if town.salon.app.database.dialect == "sqlite" else 20
    run_state_machine_as_test(
        town,
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, derandomize=True,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]),
    )  # fmt: skip
