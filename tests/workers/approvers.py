"""Two processes in which two members of staff approve the same cards at the same instant."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import nursery
import tripwire
from carrier import Carrier
from rehearsal import PACK

import compose
import records.contacts
from domain.action import Action, Proposal
from domain.clock import SystemClock, to_ms
from domain.message import Delivery
from guards.door import submit
from records import actions, bookings
from records.database import Tx
from records.staff_answers import StaffAnswer
from tools.payments import FilePayments

PATIENCE_S = 60.0


async def opened(home: Path, url: str | None) -> compose.App:
    """The salon on the machine's own clock: two processes share it."""
    settings = compose.Settings(home=home, business=PACK, database_url=url, durable=False)
    return await compose.compose(settings, SystemClock(), account=Carrier(home / "carrier.jsonl").account)


def held(tx: Tx, app: compose.App, number: int) -> Action:
    """A refund that a customer confirmed and that waits for staff."""
    now, business, tool = app.deps.clock.now(), app.pack.business.id, app.deps.tools["refund_deposit"]
    contact = records.contacts.ensure(tx, business, kind="phone", value=f"+1202555{number:04}", now=now)
    booking = {
        "id": f"bkg_{number}", "business": business, "contact": contact, "service": "colour", "staff": "ana",
        "status": "confirmed", "version": 1, "snapshot": "", "name": None, "price_cents": 11000,
        "deposit_cents": 2500, "refunded_cents": 0, "start_at": to_ms(now), "end_at": to_ms(now) + 1,
        "action": f"act_{number}", "created_at": to_ms(now),
    }  # fmt: skip
    bookings.insert(tx, booking)
    proposal = Proposal(
        tool=tool.name, args={"booking": booking["id"], "amount_cents": 2500}, tier=tool.tier, purpose=tool.purpose,
        assurance=tool.assurance, business=business, contact=contact, cause=f"round {number}", proposed_by="test",
        channel="sms", address=f"+1202555{number:04}",
    )  # fmt: skip
    submit(tx, proposal, app.deps.clearance())
    actions.confirm(tx, proposal.id, proposal.args_hash, turn="a turn", now=now)
    return submit(tx, proposal, app.deps.clearance())[1]


async def prepare(home: Path, url: str | None, rounds: int) -> list[Any]:
    """Hold as many refunds, each waiting in its own thread; their ids and hashes."""
    app = await opened(home, url)
    cards = [app.database.write_now(app.deps.scope(None), lambda tx, n=n: held(tx, app, n)) for n in range(rounds)]
    assert {card.state for card in cards} == {"held"}
    await app.run_until_idle()
    await app.close()
    return [(card.id, card.args_hash) for card in cards]


async def approve(home: Path, url: str | None, cards: list[Any], together: Barrier) -> list[bool]:
    """Approve every card at the same instant as the other process and run what follows; which answers were first."""
    app, first = await opened(home, url), []
    for action, shown in cards:
        together.wait(PATIENCE_S)
        said = await app.submit(action, StaffAnswer(kind="approve", by=f"staff:{os.getpid()}", args_hash=shown))
        await app.run_until_idle()
        first.append(said is not None)
    together.wait(PATIENCE_S)
    await app.run_until_idle()
    await app.close()
    return first


async def seen(home: Path, url: str | None) -> dict[str, Any]:
    """What came of it."""
    app = await opened(home, url)
    await app.run_until_idle()
    found = app.database.read_now(
        lambda tx: {
            "states": sorted(a.state for a in actions.in_state(tx, "salon", ["held", "done", "unknown", "executing"])
                             if a.tool == "refund_deposit"),
            "refunded": [bookings.load(tx, f"bkg_{n}").refunded_cents for n in range(ROUNDS)],  # type: ignore[union-attr]
        }
    )  # fmt: skip
    await app.close()
    calls = [json.loads(line) for line in (home / "calls").read_text().splitlines()]
    return {**found, "calls": len(calls), "keys": len(set(calls))}


def forked(work: Any) -> tuple[int, Any]:
    """Run it in a child; its process id and where it will report."""
    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        nursery.report(work, theirs)
    os.close(theirs)
    return pid, os.fdopen(ours)


def result(child: tuple[int, Any]) -> Any:
    """What a child reported."""
    pid, report = child
    with report:
        said = json.loads(report.read())
    os.waitpid(pid, 0)
    if isinstance(said, dict) and "error" in said:
        raise AssertionError(said["error"])
    return said


def count_payments(home: Path) -> None:
    """Note each call of the payment provider, which itself pays once per key."""
    pay = FilePayments.refund

    async def refund(self: FilePayments, *, key: str, charge: str, amount_cents: int) -> Delivery:
        with (home / "calls").open("a") as file:
            file.write(json.dumps(key) + "\n")
        return await pay(self, key=key, charge=charge, amount_cents=amount_cents)

    FilePayments.refund = refund  # type: ignore[method-assign]


def main(home: Path, url: str | None) -> None:
    """Prepare, approve twice at once, look; one line of JSON."""
    tripwire.arm()
    nursery.build_once()
    count_payments(home)
    cards = result(forked(lambda: prepare(home, url, ROUNDS)))
    together = multiprocessing.get_context("fork").Barrier(2)
    twins = [forked(lambda: approve(home, url, cards, together)) for _ in range(2)]
    first = [result(twin) for twin in twins]
    sys.stdout.write(json.dumps({"first": first, **result(forked(lambda: seen(home, url)))}) + "\n")


ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 0

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None)
