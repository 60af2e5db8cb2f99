"""The published situations of the consent gate that need a carrier, a call or staff, through the whole application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from rehearsal import PHONE, Salon, altered_pack, opened

from compose import load_pack
from domain.clock import SteppingClock
from domain.errors import ConfigurationError
from domain.message import Heard
from graphs import effects
from graphs.effects import Outgoing

AFTERNOON = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # a Tuesday, 14:00 in New York
NIGHT = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)  # 22:30
LANDLINE = "+493012345678"
ANONYMOUS = "+266696687"


@pytest_asyncio.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Salon]:
    """Return the salon on a Tuesday afternoon."""
    async with opened(tmp_path, clock=SteppingClock(AFTERNOON)) as found:
        yield found


async def missed(salon: Salon, number: str = PHONE) -> None:
    """A call that nobody took."""
    await salon.app.hear(
        Heard(channel="call", kind="missed_call", address_kind="phone", address=number, text="", provider="test",
              provider_id=f"CA{number}{salon.clock.now():%H%M}", outcome="no_answer")
    )  # fmt: skip
    await salon.app.run_until_idle()


async def remind(salon: Salon) -> str:
    """Queue a reminder; its action's id."""
    outgoing = Outgoing(
        text="Willow & Co Hair: see you tomorrow at 2 pm.", purpose="service", contact=salon.contact, channel="sms",
        address=PHONE, cause="reminder", proposed_by="test",
    )  # fmt: skip
    deps = salon.app.deps
    sent = await deps.database.write(deps.scope(salon.contact), lambda tx: effects.send(tx, deps, outgoing))
    assert sent.state == "cleared"
    return sent.id


async def test_c17_what_was_queued_before_stop_never_leaves(salon: Salon) -> None:
    await salon.says("hi")
    queued = await remind(salon)
    await salon.says("STOP")
    assert [r.state for r in salon.rows(f"SELECT state FROM action WHERE id = '{queued}'")] == ["refused"]  # noqa: S608 - our own id
    assert len(salon.carrier.bodies(PHONE)) == 2  # the answer to "hi", the confirmation


async def test_c18_a_question_after_stop_is_for_staff(tmp_path: Path) -> None:
    pack = altered_pack(tmp_path / "pack", "business.yaml",
                        lambda text: text.replace("links: []", "optout_mode: twilio_default\nlinks: []"))  # fmt: skip
    async with opened(tmp_path / "home", pack=pack, clock=SteppingClock(AFTERNOON)) as salon:
        await salon.says("STOP")
        await salon.says("are you open?")
        assert salon.carrier.bodies() == []
        assert salon.open_loops() == ["answer"]


async def test_c21_a_missed_call_is_texted_once(salon: Salon) -> None:
    await missed(salon)
    salon.clock.advance(120)
    await missed(salon)
    [told] = salon.carrier.bodies(PHONE)
    assert "Willow & Co Hair" in told and "STOP" in told


@pytest.mark.parametrize("number", [ANONYMOUS, LANDLINE, "anonymous"], ids=["C22", "C23", "C22b"])
async def test_who_cannot_be_texted_is_for_staff(salon: Salon, number: str) -> None:
    await missed(salon, number)
    assert salon.carrier.bodies() == [] and salon.open_loops() == ["missed_call"]


async def test_c24_at_night_the_text_waits_for_the_morning(salon: Salon) -> None:
    salon.clock.advance((NIGHT - AFTERNOON).total_seconds())
    await missed(salon)
    assert salon.carrier.bodies() == [] and salon.open_loops() == ["missed_call"]
    salon.clock.advance(9.5 * 3600 - 60)
    await salon.app.run_until_idle()
    assert salon.carrier.bodies() == []
    salon.clock.advance(61)  # 08:00 and a second
    await salon.app.run_until_idle()
    assert len(salon.carrier.bodies(PHONE)) == 1


async def test_c24b_at_night_the_number_for_emergencies_is_named_at_once(tmp_path: Path) -> None:
    def reachable(yaml: str) -> str:
        return yaml.replace("links: []", 'emergency_phone: "+1 518 555 0111"\nlinks: []')

    pack = altered_pack(tmp_path / "pack", "business.yaml", reachable)
    async with opened(tmp_path / "home", pack=pack, clock=SteppingClock(NIGHT)) as salon:
        await missed(salon)
        [told] = salon.carrier.bodies(PHONE)
        assert "In an emergency call +15185550111" in told
        await salon.says("STOP", address="+12025550145")
        before = len(salon.carrier.bodies("+12025550145"))
        await missed(salon, "+12025550145")
        assert len(salon.carrier.bodies("+12025550145")) == before, "after STOP not even that"


@pytest.mark.parametrize("words", ["yes, text me", "can you text me the link please", "sure, send me a text"])
async def test_c25_who_asks_on_the_call_is_texted_at_night(salon: Salon, words: str) -> None:
    salon.clock.advance((NIGHT - AFTERNOON).total_seconds())
    await salon.hear(words, channel="call")
    [entry] = salon.rows("SELECT act, purpose, method, evidence FROM consent")
    assert (entry.act, entry.purpose, entry.method) == ("grant", "service", "voice_oral")
    assert salon.rows(f"SELECT text FROM message WHERE id = '{entry.evidence}'")[0].text == words  # noqa: S608 - our own id
    await missed(salon)
    assert len(salon.carrier.bodies(PHONE)) == 1


@pytest.mark.parametrize("words", ["don't text me", "I got a text from you", "can I text you?"])
async def test_c25b_other_words_are_no_such_consent(salon: Salon, words: str) -> None:
    salon.clock.advance((NIGHT - AFTERNOON).total_seconds())
    await salon.hear(words, channel="call")
    await missed(salon)
    assert salon.carrier.bodies() == []


def test_c32_a_business_that_records_without_saying_so_does_not_start(tmp_path: Path) -> None:
    def silent(text: str) -> str:
        return text.replace("This call may be recorded and transcribed.", "")

    with pytest.raises(ConfigurationError, match="recorded"):
        load_pack(altered_pack(tmp_path / "pack", "messages/en/calls.md", silent))


async def test_c36_an_approval_after_stop_sends_nothing(salon: Salon) -> None:
    for words in ("Can I book a colour with Ana tomorrow at 2pm?", "yes", "please refund my deposit", "yes"):
        await salon.says(words)
    assert salon.action("refund_deposit").state == "held"
    await salon.says("STOP")
    before = len(salon.carrier.bodies())
    salon.clock.advance(timedelta(hours=3).total_seconds())
    await salon.decide("approve", tool="refund_deposit")
    await salon.app.run_until_idle()
    assert salon.action("refund_deposit").state == "done"  # the money is theirs; words about it are not wanted
    assert len(salon.carrier.bodies()) == before
