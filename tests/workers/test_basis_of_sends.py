"""A whole day: every message that left names the consent or the question it relied on, which stand in the records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from crowd import WORDS, approved, opt_in
from making import SALON
from rehearsal import PHONE, Salon, opened

from commands import day
from domain.message import Heard
from graphs import effects
from graphs.effects import Outgoing
from records import schema
from records.database import Tx, open_database

LEFT = ("sent", "delivered")
JO, KIM = "+12025550177", "+12025550188"


def unfounded(tx: Tx) -> list[str]:
    """What is wrong with the basis of each message that left; and nothing where all is right."""
    m, a = schema.message.c, schema.action.c
    joined = schema.message.join(schema.action, a.id == m.action)
    query = sa.select(schema.message, a.purpose, a.cause, a.findings, a.proposed_by).select_from(joined)
    rows = tx.execute(query.where(m.direction == "out", m.state.in_(LEFT))).all()
    assert rows, "nothing left at all"
    return [f"{row.text[:40]!r}: {why}" for row in rows if (why := _unfounded(tx, row))]


def _unfounded(tx: Tx, row: Any) -> str:
    if row.purpose == "mandated":
        cause = _heard(tx, row.cause.partition(":")[0])
        late = cause is None or row.at - cause.at > 5 * 60_000
        return "it confirms nothing, or too late" if late else ""
    found = [f for f in row.findings if f["rule"] == "consent"]
    if len(found) != 1 or found[0]["verdict"] != "allow" or not found[0]["evidence"]:
        return f"no basis: {found}"
    return "; ".join(filter(None, (_wrong(tx, row, one) for one in found[0]["evidence"])))


def _wrong(tx: Tx, row: Any, evidence: str) -> str:
    c = schema.consent.c
    entry: Any = tx.execute(sa.select(schema.consent).where(c.id == evidence)).one_or_none()
    said = _heard(tx, evidence)
    if entry is not None:
        theirs = entry.address == row.address and entry.contact in (None, row.contact) and entry.act != "revoke"
        offers = row.purpose != "marketing" or (entry.purpose == "marketing" and entry.disclosure)
        return "" if theirs and offers and entry.at <= row.at else f"{evidence} is no basis for it"
    if said is None:
        return f"{evidence} is in no table"
    theirs = said.contact == row.contact and said.direction == "in" and said.at <= row.at
    return "" if theirs and row.purpose != "marketing" else f"{evidence} is no basis for it"


def _heard(tx: Tx, message: str) -> Any:
    return tx.execute(sa.select(schema.message).where(schema.message.c.id == message)).one_or_none()


async def test_the_day_that_the_demo_plays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await day.play(tmp_path, SALON, as_json=True)
    assert "You're booked" in capsys.readouterr().out
    database = open_database(f"sqlite:///{tmp_path / 'qotbot.db'}", durable=False)
    try:
        assert database.read_now(unfounded) == []
    finally:
        database.close()


async def test_a_day_with_everything_that_can_be_sent(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await _talks(salon)
        opt_in(salon, KIM)
        await approved(salon)
        await salon.app.run_until_idle()
        assert any(one["body"] == WORDS for one in salon.carrier.texts())
        for text in ("STOP", "START", "HELP", "no more offers please"):
            await salon.says(text, address=KIM)
            salon.clock.advance(60)
        found = salon.rows("SELECT DISTINCT a.purpose FROM message m JOIN action a ON a.id = m.action "
                           "WHERE m.state = 'sent'")  # fmt: skip
        assert {row.purpose for row in found} == {"reply", "service", "marketing", "mandated"}
        assert salon.app.database.read_now(unfounded) == []


async def test_a_message_whose_basis_is_gone_is_found(tmp_path: Path) -> None:
    async with opened(tmp_path) as salon:
        await salon.says("until when are you open?")
        deps = salon.app.deps
        await deps.database.write(
            deps.scope(None), lambda tx: tx.execute(sa.text("UPDATE message SET id = 'x' WHERE direction = 'in'"))
        )
        [why] = salon.app.database.read_now(unfounded)
        assert "is in no table" in why


async def _talks(salon: Salon) -> None:
    """A missed call, a booking, a refund that staff approve, a reminder, a chat."""
    await salon.app.hear(Heard(channel="call", kind="missed_call", address_kind="phone", address=JO, text="",
                               provider="test", provider_id="CA1", outcome="no_answer"))  # fmt: skip
    await salon.app.run_until_idle()
    for words in ("Can I book a colour with Ana tomorrow at 2pm?", "yes", "please refund my deposit", "yes"):
        await salon.says(words)
    await salon.decide("approve", tool="refund_deposit")
    await salon.app.run_until_idle()
    deps, contact = salon.app.deps, salon.contact
    salon.clock.advance(3600)
    reminder = Outgoing(text="Willow & Co Hair: see you tomorrow at 2 pm.", purpose="service", contact=contact,
                        channel="sms", address=PHONE, cause="reminder", proposed_by="test")  # fmt: skip
    await deps.database.write(deps.scope(contact), lambda tx: effects.send(tx, deps, reminder))
    await salon.app.run_until_idle()
    await salon.says("are you open on friday?", channel="web", address="web:1", session="web:1")
