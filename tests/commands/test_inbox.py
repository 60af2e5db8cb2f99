"""`qotbot inbox`: staff decide from a terminal, once, with the server running or not."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rehearsal import opened
from terminal import Qotbot, Ran

from domain.clock import SteppingClock
from records.home import owned


def card(qotbot: Qotbot, home: Path) -> dict[str, Any]:
    """The one card that waits."""
    [found] = json.loads(qotbot("inbox", "list", "--home", home, "--json").out)
    return dict(found)


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the home's database."""
    with closing(sqlite3.connect(home / "qotbot.db")) as database:
        return list(database.execute(query))


def told(home: Path) -> list[str]:
    """What the customer was told, oldest first."""
    sent = "SELECT text FROM message WHERE direction = 'out' AND state = 'sent' ORDER BY n"
    return [text for (text,) in rows(home, sent)]


def refund(home: Path) -> tuple[str, dict[str, Any]]:
    """How the refund stands, and with which arguments."""
    [(state, args)] = rows(home, "SELECT state, args FROM action WHERE tool = 'refund_deposit'")
    return state, json.loads(args)


def ref(home: Path) -> str:
    """The reference of the refund."""
    [(found,)] = rows(home, "SELECT ref FROM action WHERE tool = 'refund_deposit'")
    return str(found)


def test_what_waits_is_listed_with_why_and_until_when(qotbot: Qotbot, home: Path) -> None:
    one = card(qotbot, home)
    assert (one["tool"], one["tier"], one["args"]["amount_cents"]) == ("refund_deposit", 3, "50.00")
    assert one["why"] == [{"rule": "tier", "reason": "a person confirms this"}]
    assert one["editable"] == ["amount_cents"]
    assert "$50" in one["will_send"]
    plain = qotbot("inbox", "list", "--home", home).out
    assert plain.startswith(f"{one['ref']}  Refund deposit: $50, Balayage,")
    assert one["expires_at"] in plain


def test_an_approval_runs_the_action_and_tells_the_customer(qotbot: Qotbot, home: Path) -> None:
    one = card(qotbot, home)
    done = qotbot("inbox", "approve", one["ref"], "--by", "Sam", "--home", home)
    assert done == Ran(0, f"{one['ref']}: recorded\n", "")
    assert refund(home)[0] == "done"
    assert " ".join(told(home)[-2:]) == one["will_send"]
    assert json.loads((home / "payments.jsonl").read_text())["cents"] == 5000
    again = qotbot("inbox", "reject", one["ref"], "--home", home)
    assert again.code == 2
    assert "already decided by Sam" in again.err
    assert qotbot("inbox", "list", "--home", home).out == "Nothing waits for a person.\n"


def test_a_rejection_tells_the_reason(qotbot: Qotbot, home: Path) -> None:
    assert qotbot("inbox", "reject", ref(home), "--text", "the visit is tomorrow", "--home", home).code == 0
    assert refund(home)[0] == "refused"
    assert "the visit is tomorrow" in told(home)[-1]
    assert not (home / "payments.jsonl").exists()


def test_an_answer_in_its_place_is_passed_on(qotbot: Qotbot, home: Path) -> None:
    [(action,)] = rows(home, "SELECT id FROM action WHERE tool = 'refund_deposit'")
    assert qotbot("inbox", "answer", action, "--text", "Call us at noon", "--home", home).code == 0
    assert refund(home)[0] == "refused"
    assert "Call us at noon" in told(home)[-1]


def test_an_edit_is_read_back_to_the_customer_first(qotbot: Qotbot, home: Path) -> None:
    assert qotbot("inbox", "edit", ref(home), "--set", "amount_cents=25.50", "--home", home).code == 0
    state, args = refund(home)
    assert (state, args["amount_cents"]) == ("asked", 2550)
    assert "$25.50" in told(home)[-1]
    assert not (home / "payments.jsonl").exists()


def test_an_edit_that_cannot_be_read_changes_nothing(qotbot: Qotbot, waiting: Path) -> None:
    before = refund(waiting)
    for change, why in (
        ("booking=bkg_other", "booking: this cannot be changed"),
        ("amount_cents=lots", "amount_cents: 'lots' cannot be read"),
    ):
        refused = qotbot("inbox", "edit", ref(waiting), "--set", change, "--home", waiting)
        assert refused == Ran(2, "", f"qotbot: {why}\n")
    assert refund(waiting) == before


def test_an_edit_beyond_the_deposit_pays_nothing(qotbot: Qotbot, home: Path) -> None:
    assert qotbot("inbox", "edit", ref(home), "--set", "amount_cents=51", "--home", home).code == 0
    assert qotbot("chat", "--home", home, typed="yes\n").code == 0
    if refund(home)[0] == "held":
        qotbot("inbox", "approve", ref(home), "--home", home)
    assert refund(home)[0] == "failed"
    assert not (home / "payments.jsonl").exists()


def test_who_is_unknown_is_told_where_to_look(qotbot: Qotbot, waiting: Path) -> None:
    refused = qotbot("inbox", "approve", "AFFFF", "--home", waiting)
    assert refused.code == 2
    assert refused.err == "qotbot: there is no action 'AFFFF'; 'qotbot inbox list' shows what waits\n"


def test_beside_a_running_server_the_answer_is_only_recorded(qotbot: Qotbot, home: Path) -> None:
    with owned(home):
        done = qotbot("inbox", "approve", ref(home), "--home", home)
        assert done == Ran(0, f"{ref(home)}: recorded; the server carries it out\n", "")
        assert refund(home)[0] == "held"
        assert not (home / "payments.jsonl").exists()
    assert qotbot("chat", "--home", home, typed="hello\n").code == 0
    assert refund(home)[0] == "done", "whoever owns the home next carries it out"


async def test_without_an_account_the_text_waits_for_the_server(qotbot: Qotbot, tmp_path: Path) -> None:
    clock = SteppingClock(datetime.now(UTC))
    async with opened(tmp_path / "home", clock=clock) as salon:
        for said in ("I'd like a balayage", "next week any time", "the first one", "yes", "my deposit back please"):
            await salon.says(said)
        assert "A person from the team will confirm it" in " ".join(await salon.says("yes"))
        texts = len(salon.carrier.bodies())
    home = tmp_path / "home"
    done = await asyncio.to_thread(qotbot, "inbox", "approve", ref(home), "--by", "Sam", "--home", home)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{ref(home)}: recorded; 1 waiting to be texted: start 'qotbot serve' to send what is queued\n"
    assert refund(home)[0] == "done"
    assert rows(home, "SELECT count(*) FROM obligation WHERE kind = 'delivery'") == [(0,)]
    async with opened(home, clock=clock) as salon:
        await clock.sleep(90)
        await salon.app.run_until_idle()
        new = salon.carrier.bodies()[texts:]
        assert len(new) == 1 and "Your deposit of $50 is refunded." in new[0]


def test_half_an_account_is_refused(qotbot: Qotbot, waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    refused = qotbot("inbox", "list", "--home", waiting)
    assert refused.code == 2
    assert "TWILIO_AUTH_TOKEN is not" in refused.err
