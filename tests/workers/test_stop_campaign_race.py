"""Many people, and half of them say STOP while a campaign is sent to them, on both databases; `make soak`: 1,000."""

from __future__ import annotations

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from crowd import number, opt_in, planned
from rehearsal import Salon, opened

from domain.action import Action
from domain.clock import SteppingClock
from domain.message import Heard
from records import actions, campaigns
from records.database import Scope, Tx
from workers import deliveries
from workers.campaigns import _send
from workers.hearing import _hear

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
PEOPLE = int(os.environ.get("QOTBOT_PEOPLE", "150"))
MESSENGERS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


def cleared(tx: Tx, contact: str) -> list[Action]:
    """What may be claimed for a person."""
    return actions.in_state(tx, "salon", ("cleared",), contact=contact)


def sends(salon: Salon, campaign: str, contacts: list[str], start: Barrier) -> None:
    """Submit and claim one message after the other, as a worker does."""
    app = salon.app
    start.wait(30)
    for contact in contacts:
        scope = Scope("salon", contact)
        app.database.write_now(scope, partial(_send, deps=app.deps, campaign=campaign, contact=contact))
        waiting = app.database.read_now(partial(cleared, contact=contact))
        for row in (one for one in waiting if one.purpose == "marketing"):
            app.database.write_now(scope, partial(deliveries._claim, deps=app.deps, row=row))


def stops(salon: Salon, people: list[tuple[str, str]], start: Barrier) -> None:
    """Hear STOP from one after the other."""
    app = salon.app
    start.wait(30)
    for n, (contact, phone) in enumerate(people):
        words = "STOP" if n % 2 else "please stop texting me"
        heard = Heard(channel="sms", kind="text", address_kind="phone", address=phone, text=words, provider="test",
                      provider_id=f"SM{phone}")  # fmt: skip
        app.database.write_now(Scope("salon", contact), partial(_hear, deps=app.deps, heard=heard))


async def test_nobody_is_claimed_for_after_their_stop(tmp_path: Path, url: str | None) -> None:
    numbers = [number(n) for n in range(PEOPLE)]
    async with opened(tmp_path, clock=SteppingClock(NOON), url=url) as salon:
        contacts = opt_in(salon, *numbers)
        card = planned(salon)
        campaign, now = str(card.args["campaign"]), salon.clock.now()
        salon.app.database.write_now(
            Scope("salon"), lambda tx: campaigns.begin(tx, campaign, text=card.args["text"], now=now)
        )
        leaving = random.Random(7).sample(list(zip(contacts, numbers, strict=True)), PEOPLE // 2)
        start = Barrier(MESSENGERS + 1)
        with ThreadPoolExecutor(MESSENGERS + 1) as threads:
            jobs = [threads.submit(sends, salon, campaign, contacts[n::MESSENGERS], start) for n in range(MESSENGERS)]
            jobs.append(threads.submit(stops, salon, leaving, start))
            for job in jobs:
                job.result()
        sent, late = verdict(salon)
        assert late == []
        assert PEOPLE // 2 <= len(sent) < PEOPLE  # some STOPs came first, some too late, nobody was forgotten
        assert len(set(sent)) == len(sent)


def verdict(salon: Salon) -> tuple[list[str], list[str]]:
    """Whom a message was claimed for, and for whom it was after their STOP: each person's events are in order."""
    stopped: set[str] = set()
    sent, late = list[str](), list[str]()
    claimed = {row.id for row in salon.rows("SELECT id FROM action WHERE state = 'executing'")}
    judged: dict[str, int] = {}
    for row in salon.rows("SELECT n, kind, body FROM event ORDER BY n"):
        body: dict[str, Any] = json.loads(row.body)["body"]
        if row.kind == "consent.revoke":
            stopped.add(body["contact"])
        elif row.kind == "action.judged" and body["action"] in claimed and body["purpose"] == "marketing":
            judged[body["action"]] = judged.get(body["action"], 0) + 1
            if judged[body["action"]] == 2:  # the second judgement is the one that stands in the claim's transaction
                sent.append(body["contact"])
                if body["contact"] in stopped:
                    late.append(body["contact"])
    return sent, late
